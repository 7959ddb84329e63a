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
	Title:    "reads every secret",
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
