package kubernetes

import "oakum/fixer"

// RBACTampering wants no role that can undo what keeps the cluster in order.
var RBACTampering = &fixer.Rule{
	Name:     "kubernetes/rbac-tampering",
	Title:    "can change how the cluster is kept safe",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Roles that reach the whole cluster, or kube-system, and may write ConfigMaps, those of the cluster's own DNS and of who may
log in (coredns, aws-auth) among them; may write network policies everywhere; or may delete events. One finding per role; its
severity falls for a role that looks like a controller's. Left alone: roles for one other namespace, rights limited by
resourceNames to other objects, and rights through a star (kubernetes/rbac-wildcard).`,
		Why: `Who writes the ConfigMap coredns sends every pod of the cluster to addresses of their own; who writes aws-auth becomes its
administrator; without network policies what was closed is open; without events nobody sees that it happened.`,
		Breaks: `Operators that keep ConfigMaps or network policies for their objects in all namespaces do so on purpose. They keep
working with a Role in each of the namespaces they look after.`,
		Verify: `kubectl auth can-i update configmap/coredns -n kube-system --as=system:serviceaccount:NAMESPACE:NAME   prints no`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: shop
rules:
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, update]
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: shop
  namespace: shop
rules:
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, update]
`,
		References: []fixer.Reference{
			{Source: "Trivy", ID: "KSV-0049, KSV-0056"},
			{Source: "Kubescape", ID: "C-0031, C-0037"},
			{Source: "Amazon EKS", ID: "the aws-auth ConfigMap", URL: "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"},
		},
	},
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
