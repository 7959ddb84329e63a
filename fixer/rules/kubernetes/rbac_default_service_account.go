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
	Title:    "rights for the default account",
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
