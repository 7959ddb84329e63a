package kubernetes

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestAllows holds the reading of a rule to the API server's: which words
// stand for more than themselves, and which do not.
func TestAllows(t *testing.T) {
	for _, c := range []struct {
		name                  string
		rule                  rbacRule
		verb, group, resource string
		want                  bool
	}{
		{"plain", rbacRule{verbs: []string{"get"}, groups: []string{""}, resources: []string{"pods"}}, "get", "", "pods", true},
		{"other verb", rbacRule{verbs: []string{"list"}, groups: []string{""}, resources: []string{"pods"}}, "get", "", "pods", false},
		{"other group", rbacRule{verbs: []string{"get"}, groups: []string{"metrics.k8s.io"}, resources: []string{"pods"}}, "get", "", "pods", false},
		{"no group at all", rbacRule{verbs: []string{"get"}, resources: []string{"pods"}}, "get", "", "pods", false},
		{"a resource is not its subresources", rbacRule{verbs: []string{"create"}, groups: []string{""}, resources: []string{"pods"}}, "create", "", "pods/exec", false},
		{"a subresource is not its resource", rbacRule{verbs: []string{"get"}, groups: []string{""}, resources: []string{"pods/log"}}, "get", "", "pods", false},
		{"star of verbs", rbacRule{verbs: []string{"*"}, groups: []string{""}, resources: []string{"pods"}}, "deletecollection", "", "pods", true},
		{"star of groups", rbacRule{verbs: []string{"get"}, groups: []string{"*"}, resources: []string{"pods"}}, "get", "apps", "pods", true},
		{"star of resources holds subresources", rbacRule{verbs: []string{"create"}, groups: []string{""}, resources: []string{"*"}}, "create", "", "pods/exec", true},
		{"star before a subresource", rbacRule{verbs: []string{"create"}, groups: []string{""}, resources: []string{"*/exec"}}, "create", "", "pods/exec", true},
		{"star before another subresource", rbacRule{verbs: []string{"create"}, groups: []string{""}, resources: []string{"*/scale"}}, "create", "", "pods/exec", false},
		{"star after a resource means nothing", rbacRule{verbs: []string{"create"}, groups: []string{""}, resources: []string{"pods/*"}}, "create", "", "pods/exec", false},
		{"star in a word means nothing", rbacRule{verbs: []string{"g*"}, groups: []string{""}, resources: []string{"po*"}}, "get", "", "pods", false},
	} {
		if got := c.rule.allowsAny(rbacGrant{verbs: []string{c.verb}, groups: []string{c.group}, resources: []string{c.resource}}); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
}

// TestRBACSeverity holds severities to the reach of a role.
func TestRBACSeverity(t *testing.T) {
	const star = "rules:\n- apiGroups: ['*']\n  resources: ['*']\n  verbs: ['*']\n"
	const binding = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: jane}]\n"
	role := func(kind string) string {
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: " + kind + "\nmetadata: {name: r}\n"
	}
	secrets := "rules:\n- apiGroups: ['']\n  resources: [secrets]\n  verbs: [get]\n"
	leader := "- apiGroups: [coordination.k8s.io]\n  resources: [leases]\n  verbs: [update]\n"
	for _, c := range []struct {
		name, src string
		rule      *fixer.Rule
		want      fixer.Severity
	}{
		{"star in the cluster", role("ClusterRole") + star + strings.Replace(binding, "%s", "ClusterRoleBinding", 1), RBACWildcard, fixer.Critical},
		{"star nobody is seen to have", role("ClusterRole") + star, RBACWildcard, fixer.High},
		{"star bound in a namespace", role("ClusterRole") + star + strings.Replace(binding, "%s", "RoleBinding", 1), RBACWildcard, fixer.Medium},
		{"star of a Role", role("Role") + star, RBACWildcard, fixer.Medium},
		{"secrets", role("ClusterRole") + secrets, RBACSecrets, fixer.High},
		{"secrets of a controller", role("ClusterRole") + secrets + leader, RBACSecrets, fixer.Medium},
		{"secrets of one with finalizers", role("ClusterRole") + secrets + "- {apiGroups: [example.org], resources: [shops/finalizers], verbs: [update]}\n", RBACSecrets, fixer.Medium},
		{"only looking at a status", role("ClusterRole") + secrets + "- {apiGroups: [example.org], resources: [shops/status], verbs: [get]}\n", RBACSecrets, fixer.High},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "role.yaml", Kind: fixer.Kubernetes, Data: []byte(c.src)}})
		found := engine.Check(snap, nil, []*fixer.Rule{c.rule}).Findings
		if len(found) != 1 || found[0].Severity != c.want {
			t.Errorf("%s: got %d findings, want one of severity %s: %+v", c.name, len(found), c.want, found)
		}
	}
}

// TestRoleBindingsOfItsNamespace: a Role is bound by what names its namespace,
// or none, and not by a binding of the same name elsewhere.
func TestRoleBindingsOfItsNamespace(t *testing.T) {
	binding := func(name, namespace string) string {
		return "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: jane}]\n"
	}
	src := "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: shop}\nrules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n" +
		binding("mine", "shop") + binding("other", "elsewhere") + binding("open", "")
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "role.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
	found := engine.Check(snap, nil, []*fixer.Rule{RBACWildcard}).Findings
	if len(found) != 1 {
		t.Fatalf("%d findings", len(found))
	}
	var got []string
	for _, e := range found[0].Evidence {
		got = append(got, e.Text)
	}
	want := "RoleBinding/shop/mine binds the role to User jane\nRoleBinding/open binds the role to User jane"
	if strings.Join(got, "\n") != want {
		t.Errorf("evidence:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}
