package kubernetes

import (
	"oakum/fixer"
)

// RBACDefaultAccount wants no rights for the account that every pod has.
var RBACDefaultAccount = &fixer.Rule{
	Name:     "kubernetes/rbac-default-account",
	Title:    "rights for the default account",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Bindings whose subject is the service account named default of a namespace, one finding for each binding. Left alone:
bindings to accounts with a name of their own, and pods that run as default without a binding (they hold nothing).`,
		Why: `Every pod that names no service account runs as default. Rights given to it for one program are given to all pods of
the namespace, those to come included.`,
		Breaks: `The program loses its rights until it runs as the account that has them: serviceAccountName in its pod.`,
		Verify: `kubectl auth can-i --list -n NAMESPACE --as=system:serviceaccount:NAMESPACE:default   lists nothing of the role`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
- kind: ServiceAccount
  name: default
  namespace: shop
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
- kind: ServiceAccount
  name: reader
  namespace: shop
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.5"},
			{Source: "Checkov", ID: "CKV_K8S_42"},
			{Source: "Kubescape", ID: "C-0189"},
			{Source: "KICS", ID: "Role Binding To Default Service Account"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, b := range rbacBindings(p) {
			for _, s := range b.subjects {
				if s.kind != "ServiceAccount" || s.name != "default" {
					continue
				}
				f := fixer.Finding{
					Message: b.ID() + " gives the role " + b.role.name + " to every pod that names no account" + within(s.namespace),
					Advice:  "make a ServiceAccount for the program that needs it, name it here, and in the pod's serviceAccountName",
				}
				if b.Kind == "ClusterRoleBinding" {
					f.Severity = fixer.High
				}
				reportObject(p, b.Object, s.node, f)
				break
			}
		}
	},
}

func within(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in namespace " + namespace
}
