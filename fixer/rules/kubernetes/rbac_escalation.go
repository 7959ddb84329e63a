package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_escalation.md
var rbacEscalationDoc string

// RBACEscalation reports roles that allow privilege escalation.
var RBACEscalation = &fixer.Rule{
	Name:     "kubernetes/rbac-escalation",
	Title:    "permission to escalate privileges",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.8"},
		{Source: fixer.CISKubernetes, ID: "5.1.11"},
		{Source: fixer.CISKubernetes, ID: "5.1.12"},
		{Source: fixer.CISKubernetes, ID: "5.1.13"},
		{Source: fixer.Trivy, ID: "KSV-0043"},
		{Source: fixer.Trivy, ID: "KSV-0050"},
		{Source: fixer.Trivy, ID: "KSV-0051"},
		{Source: fixer.Trivy, ID: "KSV-0052"},
		{Source: fixer.Trivy, ID: "KSV-0055"},
		{Source: fixer.Trivy, ID: "KSV-0114"},
		{Source: fixer.Checkov, ID: "CKV_K8S_155"},
		{Source: fixer.Checkov, ID: "CKV_K8S_156"},
		{Source: fixer.Checkov, ID: "CKV_K8S_157"},
		{Source: fixer.Checkov, ID: "CKV_K8S_158"},
		{Source: fixer.Kubescape, ID: "C-0065"},
		{Source: fixer.Kubescape, ID: "C-0191"},
		{Source: fixer.Kubescape, ID: "C-0280"},
		{Source: fixer.Kubescape, ID: "C-0281"},
		{Source: fixer.Kubescape, ID: "C-0282"},
		{Source: fixer.KICSKubernetes, ID: "8320826e-7a9c-4b0b-9535-578333193432", Title: "RBAC Roles Allow Privilege Escalation"},
		{Source: fixer.KICSKubernetes, ID: "9f85c3f6-26fd-4007-938a-2e0cb0100980", Title: "RBAC Roles with Impersonate Permission"},
		{Source: fixer.KubernetesDocs, ID: "RBAC good practices: escalation risks", Link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
	},
	Doc:   rbacEscalationDoc,
	Check: func(p *fixer.Pass) { reportGrants(p, escalations) },
}

var rbacObjects = []string{"roles", "clusterroles"}

var escalations = []rbacGrant{
	{
		groups: []string{rbacGroup}, resources: rbacObjects, verbs: []string{"escalate"}, severity: fixer.High,
		may:    "create roles with permissions it does not have (escalate)",
		advice: "Remove the verb escalate. Without it, the API server still allows writing roles up to the permissions the subject holds",
	},
	{
		groups: []string{rbacGroup}, resources: rbacObjects, verbs: []string{"bind"}, severity: fixer.High,
		may:    "bind any role to any subject (bind)",
		advice: "List the roles to bind: resourceNames: [view] beside verbs: [bind]",
	},
	{
		groups: []string{""}, resources: []string{"users", "groups"}, verbs: []string{"impersonate"}, severity: fixer.High, clusterOnly: true,
		may:    "impersonate any user or group (impersonate)",
		advice: "List the users and groups in resourceNames beside verbs: [impersonate], without the group system:masters",
	},
	{
		groups: []string{""}, resources: []string{"serviceaccounts"}, verbs: []string{"impersonate"}, severity: fixer.High,
		may:    "impersonate any service account (impersonate)",
		advice: "List the service accounts in resourceNames beside verbs: [impersonate], in a Role of their namespace",
	},
	{
		groups: []string{""}, resources: []string{"serviceaccounts/token"}, verbs: []string{"create"}, severity: fixer.High,
		may:    "create tokens for service accounts (serviceaccounts/token)",
		advice: "List the service accounts: resources: [serviceaccounts/token], resourceNames: [NAME], verbs: [create], in a Role of their namespace",
	},
	{
		groups: []string{"certificates.k8s.io"}, resources: []string{"certificatesigningrequests/approval"}, verbs: []string{"update", "patch"}, severity: fixer.High, clusterOnly: true,
		may:    "approve certificate signing requests (certificatesigningrequests/approval)",
		advice: "Limit the verb approve on signers with resourceNames, without kubernetes.io/kube-apiserver-client. Leave other approvals to a person",
	},
	{
		groups: []string{"admissionregistration.k8s.io"}, resources: []string{"mutatingwebhookconfigurations"}, verbs: []string{"create", "update", "patch"}, severity: fixer.High, clusterOnly: true,
		may:    "modify requests to the API server (mutatingwebhookconfigurations)",
		advice: "List the webhook configuration: resourceNames: [NAME] beside verbs: [get, update, patch]. Only the verb create cannot be limited this way",
	},
	{
		groups: []string{"admissionregistration.k8s.io"}, resources: []string{"validatingwebhookconfigurations"}, verbs: []string{"create", "update", "patch"}, severity: fixer.Medium, clusterOnly: true,
		may:    "read and reject requests to the API server (validatingwebhookconfigurations)",
		advice: "List the webhook configuration: resourceNames: [NAME] beside verbs: [get, update, patch]. Only the verb create cannot be limited this way",
	},
}
