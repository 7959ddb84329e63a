package kubernetes

import "oakum/fixer"

// RBACEscalation wants no role that can take more rights than it was given.
var RBACEscalation = &fixer.Rule{
	Name:     "kubernetes/rbac-escalation",
	Title:    "can take rights it was not given",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Roles that allow to escalate or bind roles, to impersonate others, to make tokens for any account, to approve certificate
requests, or to write admission webhooks. One finding per role; its severity falls for a role that reaches one namespace and
for one that looks like a controller's. Left alone: rights limited by resourceNames, rights through a star
(kubernetes/rbac-wildcard), writing roles and bindings without escalate or bind (the API server lets nobody give what they
do not have), and bindings that are not in the same file.`,
		Why: `Each of these is as good as the rights of whoever can be reached with it, mostly cluster-admin: the limit that RBAC sets
is gone, whatever the rest of the role says.`,
		Breaks: `Operators that install roles for others, gateways that act for users, and jobs that register a webhook use one of
these on purpose. They keep working where the right is limited to the names they need.`,
		Verify: `kubectl auth can-i escalate clusterroles --as=system:serviceaccount:NAMESPACE:NAME   prints no`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  verbs: [bind]
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  resourceNames: [view]
  verbs: [bind]
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.8, 5.1.11, 5.1.12, 5.1.13"},
			{Source: "Trivy", ID: "KSV-0043, KSV-0050, KSV-0051, KSV-0052, KSV-0055, KSV-0114"},
			{Source: "Checkov", ID: "CKV_K8S_155, CKV_K8S_156, CKV_K8S_157, CKV_K8S_158"},
			{Source: "Kubescape", ID: "C-0065, C-0191, C-0280, C-0281, C-0282"},
			{Source: "KICS", ID: "RBAC Roles Allow Privilege Escalation, RBAC Roles with Impersonate Permission"},
			{Source: "Kubernetes", ID: "RBAC good practices: escalation risks", URL: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
		},
	},
	Check: func(p *fixer.Pass) { reportGrants(p, escalations) },
}

var rbacObjects = []string{"roles", "clusterroles"}

var escalations = []rbacGrant{
	{
		groups: []string{rbacGroup}, resources: rbacObjects, verbs: []string{"escalate"}, severity: fixer.High,
		may:    "write roles with rights it does not have itself (escalate)",
		advice: "take escalate away: without it the API server still lets a program write roles, up to the rights it holds itself",
	},
	{
		groups: []string{rbacGroup}, resources: rbacObjects, verbs: []string{"bind"}, severity: fixer.High,
		may:    "bind any role to anybody (bind)",
		advice: "name the roles it binds: resourceNames: [view] beside verbs: [bind]",
	},
	{
		groups: []string{""}, resources: []string{"users", "groups"}, verbs: []string{"impersonate"}, severity: fixer.High, clusterOnly: true,
		may:    "act as any user or group (impersonate)",
		advice: "name whom it acts for: resourceNames beside verbs: [impersonate], and no group system:masters among them",
	},
	{
		groups: []string{""}, resources: []string{"serviceaccounts"}, verbs: []string{"impersonate"}, severity: fixer.High,
		may:    "act as any service account (impersonate)",
		advice: "name the accounts it acts for: resourceNames beside verbs: [impersonate], in a Role of their namespace",
	},
	{
		groups: []string{""}, resources: []string{"serviceaccounts/token"}, verbs: []string{"create"}, severity: fixer.High,
		may:    "make tokens for service accounts (serviceaccounts/token)",
		advice: "name the accounts it makes tokens for: resources: [serviceaccounts/token], resourceNames: [NAME], verbs: [create], in a Role of their namespace",
	},
	{
		groups: []string{"certificates.k8s.io"}, resources: []string{"certificatesigningrequests/approval"}, verbs: []string{"update", "patch"}, severity: fixer.High, clusterOnly: true,
		may:    "approve certificate requests (certificatesigningrequests/approval)",
		advice: "approve by a person or by the controller of the one signer: limit the verb approve on signers by resourceNames, and keep kubernetes.io/kube-apiserver-client out of them",
	},
	{
		groups: []string{"admissionregistration.k8s.io"}, resources: []string{"mutatingwebhookconfigurations"}, verbs: []string{"create", "update", "patch"}, severity: fixer.High, clusterOnly: true,
		may:    "change what everybody sends to the API server (mutatingwebhookconfigurations)",
		advice: "name the configuration it keeps up to date: resourceNames: [NAME] beside verbs: [get, update, patch]; only create cannot be limited so",
	},
	{
		groups: []string{"admissionregistration.k8s.io"}, resources: []string{"validatingwebhookconfigurations"}, verbs: []string{"create", "update", "patch"}, severity: fixer.Medium, clusterOnly: true,
		may:    "read and refuse what everybody sends to the API server (validatingwebhookconfigurations)",
		advice: "name the configuration it keeps up to date: resourceNames: [NAME] beside verbs: [get, update, patch]; only create cannot be limited so",
	},
}
