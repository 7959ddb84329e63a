package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_tampering.md
var rbacTamperingDoc string

// RBACTampering reports roles that can modify cluster security settings.
var RBACTampering = &fixer.Rule{
	Name:     "kubernetes/rbac-tampering",
	Title:    "can change how the cluster is kept safe",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.Trivy, ID: "KSV-0049"},
		{Source: fixer.Trivy, ID: "KSV-0056"},
		{Source: fixer.Kubescape, ID: "C-0031"},
		{Source: fixer.Kubescape, ID: "C-0037"},
		{Source: fixer.Web, ID: "Amazon EKS: the aws-auth ConfigMap", Link: "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"},
	},
	Doc:   rbacTamperingDoc,
	Check: func(p *fixer.Pass) { reportGrants(p, tamperings) },
}

var tamperings = []rbacGrant{
	{
		groups: []string{""}, resources: []string{"configmaps"}, verbs: []string{"update", "patch"}, severity: fixer.Medium, clusterOnly: true,
		namespace: "kube-system", names: []string{"coredns", "aws-auth"},
		may:    "write the ConfigMaps of the cluster's DNS and of who may log in (configmaps)",
		advice: "write ConfigMaps by a Role in the namespace they are in, limited by resourceNames, and never coredns and aws-auth of kube-system",
	},
	{
		groups: []string{"networking.k8s.io", "extensions"}, resources: []string{"networkpolicies"}, verbs: []string{"create", "update", "patch", "delete", "deletecollection"}, severity: fixer.Medium, clusterOnly: true,
		may:    "open what network policies close (networkpolicies)",
		advice: "let who looks after the cluster write network policies, or give a Role in the one namespace whose policies it keeps",
	},
	{
		groups: []string{"", "events.k8s.io"}, resources: []string{"events"}, verbs: []string{"delete", "deletecollection"}, severity: fixer.Low, clusterOnly: true,
		may:    "delete the events that tell what happened (events)",
		advice: "events need verbs: [create, patch] to be written, and go by themselves after an hour",
	},
}
