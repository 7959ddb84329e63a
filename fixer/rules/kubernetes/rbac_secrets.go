package kubernetes

import (
	_ "embed"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_secrets.md
var rbacSecretsDoc string

// RBACSecrets reports roles that can read every secret.
var RBACSecrets = &fixer.Rule{
	Name:     "kubernetes/rbac-secrets",
	Title:    "permission to read all Secrets",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.2"},
		{Source: fixer.Trivy, ID: "KSV-0041"},
		{Source: fixer.Trivy, ID: "KSV-0113"},
		{Source: fixer.Checkov, ID: "CKV2_K8S_5"},
		{Source: fixer.KubeLinter, ID: "access-to-secrets"},
		{Source: fixer.Kubescape, ID: "C-0015"},
		{Source: fixer.Kubescape, ID: "C-0186"},
		{Source: fixer.KICSKubernetes, ID: "b7bca5c4-1dab-4c2c-8cbe-3050b9d59b14", Title: "RBAC Roles with Read Secrets Permissions"},
		{Source: fixer.KubernetesDocs, ID: "RBAC good practices: listing secrets", Link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
	},
	Doc: rbacSecretsDoc,
	Check: func(p *fixer.Pass) {
		reportGrants(p, secretReads)
		for _, b := range rbacBindings(p) {
			if b.Kind != "ClusterRoleBinding" || b.role.kind != "ClusterRole" || !slices.Contains([]string{"edit", "admin"}, b.role.name) {
				continue
			}
			reportObject(p, b.Object, b.Node.Get("roleRef").Get("name"), fixer.Finding{
				Message:  b.ID() + " grants the role " + b.role.name + ", which can read Secrets, to " + b.whom() + " in every namespace",
				Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "The built-in role " + b.role.name + " can read and write Secrets, the built-in role view cannot"}},
				Advice:   "Bind " + b.role.name + " with a RoleBinding in each namespace where it is needed, or bind view, which cannot read Secrets",
			})
		}
	},
}

var secretReads = []rbacGrant{{
	groups: []string{""}, resources: []string{"secrets"}, verbs: []string{"get", "list", "watch"}, severity: fixer.High, clusterOnly: true,
	may:    "read Secrets",
	advice: "List the Secrets (resourceNames: [NAME] with verb get), or move the rule to a Role in each namespace that needs it: resources: [secrets], verbs: [get, list, watch]",
}}
