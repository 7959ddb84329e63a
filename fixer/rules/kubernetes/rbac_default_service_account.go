package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_default_service_account.md
var rbacDefaultServiceAccountDoc string

// RBACDefaultServiceAccount reports bindings to a default service account.
var RBACDefaultServiceAccount = &fixer.Rule{
	Name:     "kubernetes/rbac-default-service-account",
	Title:    "permissions for the default service account",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.5"},
		{Source: fixer.Checkov, ID: "CKV_K8S_42"},
		{Source: fixer.Kubescape, ID: "C-0189"},
		{Source: fixer.KICSKubernetes, ID: "1e749bc9-fde8-471c-af0c-8254efd2dee5", Title: "Role Binding To Default Service Account"},
	},
	Doc: rbacDefaultServiceAccountDoc,
	Check: func(p *fixer.Pass) {
		for _, b := range rbacBindings(p) {
			for _, s := range b.subjects {
				if s.kind != "ServiceAccount" || s.name != "default" {
					continue
				}
				f := fixer.Finding{
					Message: b.ID() + " grants the role " + b.role.name + " to the default service account" + within(s.namespace),
					Advice:  "Create a ServiceAccount for the application that needs the role. Name it here as the subject, and in serviceAccountName of the pod",
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
	return " of namespace " + namespace
}
