package connect_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestWhoIsBoundUsesTheAPI: a role that is bound to the service account of a workload shows
// that it talks to the API server. A namespace that is not said, of the subject, the binding
// or the workload, can be any.
func TestWhoIsBoundUsesTheAPI(t *testing.T) {
	for _, c := range []struct {
		workload, binding, subject string // namespaces
		kind                       string
		want                       bool
	}{
		{"shop", "shop", "shop", "RoleBinding", true},
		{"shop", "shop", "", "RoleBinding", true},
		{"shop", "other", "", "RoleBinding", false},
		{"shop", "other", "shop", "RoleBinding", true},
		{"shop", "", "", "RoleBinding", true},
		{"shop", "", "other", "RoleBinding", false},
		{"", "", "shop", "ClusterRoleBinding", true},
		{"", "shop", "", "RoleBinding", true},
		{"shop", "", "", "ClusterRoleBinding", true},
		{"shop", "shop", "", "ClusterRoleBinding", true},
	} {
		tree := map[string]string{
			"app.yaml": fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: %q}\nspec:\n  serviceAccountName: worker\n  containers: [{name: a, image: example.org/a}]\n", c.workload),
			"role.yaml": fmt.Sprintf("apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: {name: b, namespace: %q}\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: User, name: worker}, {kind: ServiceAccount, name: worker, namespace: %q}]\n",
				c.kind, c.binding, c.subject),
		}
		g := graphOf(t, disktest.Tree(t, tree))
		if got := slices.ContainsFunc(g.Edges, func(e connect.Edge) bool { return e.To == connect.APIServer }); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
