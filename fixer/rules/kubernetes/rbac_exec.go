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
	Title:    "can enter containers",
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
		may:    "reach every kubelet (nodes/proxy)",
		advice: "for metrics ask for nodes/metrics and nodes/stats instead of nodes/proxy: the kubelet takes these for its /metrics and /stats paths",
	},
	{
		groups: []string{""}, resources: []string{"pods/exec"}, verbs: []string{"create", "get"}, severity: fixer.Medium,
		may:    "run commands in pods (pods/exec)",
		advice: "give pods/exec to people for a while, in a Role of the one namespace; let a job do its own work in its own pod instead of entering another",
	},
	{
		groups: []string{""}, resources: []string{"pods/attach"}, verbs: []string{"create", "get"}, severity: fixer.Medium,
		may:    "attach to pods (pods/attach)",
		advice: "read logs instead (pods/log with verb get), or give pods/attach in a Role of the one namespace",
	},
	{
		groups: []string{""}, resources: []string{"pods/ephemeralcontainers"}, verbs: []string{"update", "patch"}, severity: fixer.Medium,
		may:    "put containers into running pods (pods/ephemeralcontainers)",
		advice: "give pods/ephemeralcontainers to people for a while, in a Role of the one namespace",
	},
	{
		groups: []string{""}, resources: []string{"pods/portforward"}, verbs: []string{"create", "get"}, severity: fixer.Low,
		may:    "reach the ports of pods past network policies (pods/portforward)",
		advice: "reach the program through a Service, or give pods/portforward in a Role of the one namespace",
	},
}
