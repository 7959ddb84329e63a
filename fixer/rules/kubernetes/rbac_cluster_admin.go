package kubernetes

import (
	"oakum/fixer"
)

// RBACClusterAdmin wants nobody bound to cluster-admin in a manifest.
var RBACClusterAdmin = &fixer.Rule{
	Name:     "kubernetes/rbac-cluster-admin",
	Title:    "bound to cluster-admin",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Bindings to the role cluster-admin: of a service account or a person to the whole cluster, or by a RoleBinding to
everything in a namespace. Left alone: the binding that Kubernetes itself makes for the group system:masters, and roles of
other names that hold as much (kubernetes/rbac-wildcard).`,
		Why: `A service account bound to cluster-admin makes every pod that runs as it, and everybody who may start pods in its
namespace, the owner of the cluster.`,
		Breaks: `A program that uses more than the narrower role allows is told "forbidden". Installers (Helm 2's Tiller, some
operators) were documented with this binding out of convenience.`,
		Verify: `kubectl auth can-i '*' '*' --as=system:serviceaccount:NAMESPACE:NAME   prints no`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ci
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
- kind: ServiceAccount
  name: ci
  namespace: build
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ci
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
- kind: ServiceAccount
  name: ci
  namespace: build
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.1"},
			{Source: "Trivy", ID: "KSV-0111"},
			{Source: "kube-linter", ID: "cluster-admin-role-binding"},
			{Source: "Kubescape", ID: "C-0035, C-0185"},
			{Source: "Polaris", ID: "clusterrolebindingClusterAdmin, rolebindingClusterAdminClusterRole"},
			{Source: "KICS", ID: "Cluster Admin Rolebinding With Superuser Permissions"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, b := range rbacBindings(p) {
			if b.role != clusterAdmin || b.isDefault() {
				continue
			}
			f := fixer.Finding{
				Message: b.ID() + " makes " + b.whom() + " administrator of the cluster",
				Advice:  "bind a role of its own that lists what it calls; to deploy into some namespaces, a RoleBinding to the built-in role edit in each of them is enough",
			}
			if b.Kind == "RoleBinding" {
				f.Severity = fixer.Medium
				f.Message = b.ID() + " gives " + b.whom() + " everything in its namespace"
				f.Advice = "bind the built-in role edit instead, or admin if it has to give rights to others"
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
