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
	Title:    "can modify cluster security settings",
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
		may:    "modify the ConfigMaps coredns and aws-auth, which control DNS and logins (configmaps)",
		advice: "Use a Role in the namespace of the ConfigMaps, limited with resourceNames, without coredns and aws-auth of kube-system",
	},
	{
		groups: []string{"networking.k8s.io", "extensions"}, resources: []string{"networkpolicies"}, verbs: []string{"create", "update", "patch", "delete", "deletecollection"}, severity: fixer.Medium, clusterOnly: true,
		may:    "change network policies (networkpolicies)",
		advice: "Leave network policies to cluster administrators, or use a Role in the namespace whose policies it manages",
	},
	{
		groups: []string{"", "events.k8s.io"}, resources: []string{"events"}, verbs: []string{"delete", "deletecollection"}, severity: fixer.Low, clusterOnly: true,
		may:    "delete events (events)",
		advice: "Set verbs: [create, patch], which are enough to record events. Events expire after an hour",
	},
}
