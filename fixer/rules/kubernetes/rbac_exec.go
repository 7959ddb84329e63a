package kubernetes

import "oakum/fixer"

// RBACExec wants no role that enters the containers of others.
var RBACExec = &fixer.Rule{
	Name:     "kubernetes/rbac-exec",
	Title:    "can enter containers",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Roles that allow to run commands in pods (pods/exec), to attach to them, to forward their ports, to add ephemeral
containers, or to reach the kubelets (nodes/proxy). One finding per role. Left alone: rights limited by resourceNames, and
rights through a star (kubernetes/rbac-wildcard).`,
		Why: `Whoever enters a container has its files, its memory, its mounted secrets and its service account. Through nodes/proxy
the kubelet runs commands in every container of the node, past admission and past the audit log of the API server.`,
		Breaks: `People and jobs that debug or back up through kubectl exec. Prometheus setups that scrape the kubelet through
nodes/proxy scrape it with nodes/metrics as well.`,
		Verify: `kubectl auth can-i create pods/exec --as=system:serviceaccount:NAMESPACE:NAME   prints no; metrics still arrive`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: prometheus
rules:
- apiGroups: [""]
  resources: [nodes, nodes/proxy]
  verbs: [get, list, watch]
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: prometheus
rules:
- apiGroups: [""]
  resources: [nodes, nodes/metrics]
  verbs: [get, list, watch]
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.10"},
			{Source: "Trivy", ID: "KSV-0047, KSV-0053, KSV-0054"},
			{Source: "Checkov", ID: "CKV2_K8S_2"},
			{Source: "Kubescape", ID: "C-0002, C-0063, C-0279"},
			{Source: "Polaris", ID: "clusterrolePodExecAttach, rolePodExecAttach"},
			{Source: "KICS", ID: "RBAC Roles with Exec Permission, RBAC Roles with Attach Permission, RBAC Roles with Port-Forwarding Permission"},
			{Source: "Kubernetes", ID: "RBAC good practices: access to proxy subresource of nodes", URL: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
		},
	},
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
