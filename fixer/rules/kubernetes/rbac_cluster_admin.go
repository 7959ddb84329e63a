package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_cluster_admin.md
var rbacClusterAdminDoc string

// RBACClusterAdmin reports bindings to cluster-admin.
var RBACClusterAdmin = &fixer.Rule{
	Name:     "kubernetes/rbac-cluster-admin",
	Title:    "binding to cluster-admin",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.1"},
		{Source: fixer.Trivy, ID: "KSV-0111"},
		{Source: fixer.KubeLinter, ID: "cluster-admin-role-binding"},
		{Source: fixer.Kubescape, ID: "C-0035"},
		{Source: fixer.Kubescape, ID: "C-0185"},
		{Source: fixer.Polaris, ID: "clusterrolebindingClusterAdmin"},
		{Source: fixer.Polaris, ID: "rolebindingClusterAdminClusterRole"},
		{Source: fixer.KICSKubernetes, ID: "249328b8-5f0f-409f-b1dd-029f07882e11", Title: "Cluster Admin Rolebinding With Superuser Permissions"},
	},
	Doc: rbacClusterAdminDoc,
	Check: func(p *fixer.Pass) {
		for _, b := range rbacBindings(p) {
			if b.role != clusterAdmin || b.isDefault() {
				continue
			}
			f := fixer.Finding{
				Message: b.ID() + " grants cluster-admin to " + b.whom() + " in the whole cluster",
				Advice:  "Bind a role that lists only the permissions needed. To deploy into some namespaces, a RoleBinding to the built-in role edit in each of them is enough",
			}
			if b.Kind == "RoleBinding" {
				f.Severity = fixer.Medium
				f.Message = b.ID() + " grants cluster-admin to " + b.whom() + " in its namespace"
				f.Advice = "Bind the built-in role edit instead, or admin if the subject has to grant permissions to others"
			}
			reportObject(p, b.Object, b.Node.Get("roleRef").Get("name"), f)
		}
	},
}

var clusterAdmin = rbacRef{"ClusterRole", "cluster-admin"}

// isDefault reports whether the binding is the one of system:masters that
// every cluster has.
func (b rbacBinding) isDefault() bool {
	return b.role == clusterAdmin && len(b.subjects) == 1 && b.subjects[0].kind == "Group" && b.subjects[0].name == "system:masters"
}
