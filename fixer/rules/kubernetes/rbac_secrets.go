package kubernetes

import (
	"slices"

	"oakum/fixer"
)

// RBACSecrets wants no role that reads the secrets of every namespace.
var RBACSecrets = &fixer.Rule{
	Name:     "kubernetes/rbac-secrets",
	Title:    "reads every secret",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `ClusterRoles that read secrets, and ClusterRoleBindings to the built-in roles edit and admin, which do. One finding per
object, with a lower severity for a role that looks like a controller's. Left alone: Roles, ClusterRoles that are only bound
inside a namespace in their file, secrets named by resourceNames, and rights through a star (kubernetes/rbac-wildcard).`,
		Why: `The secrets of a cluster hold the tokens of its service accounts, database passwords and keys: whoever reads them all
owns everything they open. To list or watch is to read: both return the values.`,
		Breaks: `Ingress controllers, certificate managers and operators read secrets that others write. They need them in the
namespaces they serve, seldom in kube-system.`,
		Verify: `kubectl auth can-i list secrets -n kube-system --as=system:serviceaccount:NAMESPACE:NAME   prints no`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
- apiGroups: [""]
  resources: [configmaps, secrets]
  verbs: [get, list]
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [registry-login]
  verbs: [get]
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.2"},
			{Source: "Trivy", ID: "KSV-0041, KSV-0113"},
			{Source: "Checkov", ID: "CKV2_K8S_5"},
			{Source: "kube-linter", ID: "access-to-secrets"},
			{Source: "Kubescape", ID: "C-0015, C-0186"},
			{Source: "KICS", ID: "RBAC Roles with Read Secrets Permissions"},
			{Source: "Kubernetes", ID: "RBAC good practices: listing secrets", URL: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
		},
	},
	Check: func(p *fixer.Pass) {
		reportGrants(p, secretReads)
		for _, b := range rbacBindings(p) {
			if b.Kind != "ClusterRoleBinding" || b.role.kind != "ClusterRole" || !slices.Contains([]string{"edit", "admin"}, b.role.name) {
				continue
			}
			reportObject(p, b.Object, b.Node.Get("roleRef").Get("name"), fixer.Finding{
				Message:  b.ID() + " gives " + b.whom() + " the role " + b.role.name + " in every namespace, and with it every secret",
				Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "the built-in role " + b.role.name + " reads and writes secrets; view does not"}},
				Advice:   "bind " + b.role.name + " by a RoleBinding in each namespace it is needed in, or bind view, which leaves secrets out",
			})
		}
	},
}

var secretReads = []rbacGrant{{
	groups: []string{""}, resources: []string{"secrets"}, verbs: []string{"get", "list", "watch"}, severity: fixer.High, clusterOnly: true,
	may:    "read secrets",
	advice: "name the secrets (resourceNames: [NAME] with verb get), or take the rule out into a Role of each namespace the program serves: resources: [secrets], verbs: [get, list, watch]",
}}
