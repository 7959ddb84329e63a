package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_exec.md
var rbacExecDoc string

// RBACExec reports roles that can enter containers.
var RBACExec = &fixer.Rule{
	Name:     "kubernetes/rbac-exec",
	Title:    "permission to run commands in pods",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.10"},
		{Source: fixer.Trivy, ID: "KSV-0047"},
		{Source: fixer.Trivy, ID: "KSV-0053"},
		{Source: fixer.Trivy, ID: "KSV-0054"},
		{Source: fixer.Checkov, ID: "CKV2_K8S_2"},
		{Source: fixer.Kubescape, ID: "C-0002"},
		{Source: fixer.Kubescape, ID: "C-0063"},
		{Source: fixer.Kubescape, ID: "C-0279"},
		{Source: fixer.Polaris, ID: "clusterrolePodExecAttach"},
		{Source: fixer.Polaris, ID: "rolePodExecAttach"},
		{Source: fixer.KICSKubernetes, ID: "c589f42c-7924-4871-aee2-1cede9bc7cbc", Title: "RBAC Roles with Exec Permission"},
		{Source: fixer.KICSKubernetes, ID: "d45330fd-f58d-45fb-a682-6481477a0f84", Title: "RBAC Roles with Attach Permission"},
		{Source: fixer.KICSKubernetes, ID: "38fa11ef-dbcc-4da8-9680-7e1fd855b6fb", Title: "RBAC Roles with Port-Forwarding Permission"},
		{Source: fixer.KubernetesDocs, ID: "RBAC good practices: access to proxy subresource of nodes", Link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
	},
	Doc:   rbacExecDoc,
	Check: func(p *fixer.Pass) { reportGrants(p, entrances) },
}

var entrances = []rbacGrant{
	{
		groups: []string{""}, resources: []string{"nodes/proxy"}, verbs: []string{"get", "create"}, severity: fixer.High, clusterOnly: true,
		may:    "access the kubelet API of every node (nodes/proxy)",
		advice: "Use nodes/metrics and nodes/stats instead of nodes/proxy for metrics: the kubelet accepts these for /metrics and /stats",
	},
	{
		groups: []string{""}, resources: []string{"pods/exec"}, verbs: []string{"create", "get"}, severity: fixer.Medium,
		may:    "run commands in pods (pods/exec)",
		advice: "Grant pods/exec temporarily and to people, in a Role of one namespace. Let jobs work in their own pod",
	},
	{
		groups: []string{""}, resources: []string{"pods/attach"}, verbs: []string{"create", "get"}, severity: fixer.Medium,
		may:    "attach to pods (pods/attach)",
		advice: "Use logs instead (pods/log with verb get), or grant pods/attach in a Role of one namespace",
	},
	{
		groups: []string{""}, resources: []string{"pods/ephemeralcontainers"}, verbs: []string{"update", "patch"}, severity: fixer.Medium,
		may:    "add containers to running pods (pods/ephemeralcontainers)",
		advice: "Grant pods/ephemeralcontainers temporarily and to people, in a Role of one namespace",
	},
	{
		groups: []string{""}, resources: []string{"pods/portforward"}, verbs: []string{"create", "get"}, severity: fixer.Low,
		may:    "forward ports of pods (pods/portforward)",
		advice: "Connect through a Service, or grant pods/portforward in a Role of one namespace",
	},
}
