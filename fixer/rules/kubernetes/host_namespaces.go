package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// HostNamespaces wants pods that do not share their node's namespaces.
var HostNamespaces = &fixer.Rule{
	Name:     "kubernetes/host-namespaces",
	Title:    "shares a namespace of its node",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Pods with hostPID, hostIPC or hostNetwork set to true, one finding for each. In workloads that work on their
node (a DaemonSet, host files) removing it is offered, and a person decides.`,
		Why: `hostPID shows every process of the node with its environment, and lets root signal them. hostIPC opens the shared
memory of other programs. hostNetwork reaches services that listen on the node's loopback and escapes network policies.`,
		Breaks: `A program that looks at the node, or that clients reach at the node's address. Without hostNetwork the pod gets an
address of its own: a Service has to lead to it, and ports below 1024 may need NET_BIND_SERVICE.`,
		Verify: `kubectl exec POD -- ls /proc   lists only the pod's own processes; clients still reach the service`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: hostNamespaces", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.3, 5.2.4, 5.2.5"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0008, KSV-0009, KSV-0010"},
			{Source: "Checkov", ID: "CKV_K8S_17, CKV_K8S_18, CKV_K8S_19"},
			{Source: "kube-linter", ID: "host-pid, host-ipc, host-network"},
			{Source: "Kubescape", ID: "C-0038, C-0041"},
			{Source: "Polaris", ID: "hostPIDSet, hostIPCSet, hostNetworkSet"},
			{Source: "KICS", ID: "Shared Host PID Namespace, Shared Host IPC Namespace, Shared Host Network Namespace"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, ns := range hostNamespaces {
				if set := w.Pod.Get(ns.key); set.IsTrue() {
					reportNamespace(p, w, ns, set)
				}
			}
		}
	},
}

type namespace struct{ key, shares, breaks string }

var hostNamespaces = []namespace{
	{"hostPID", "the process table", "a program that looks at or signals the node's processes stops working"},
	{"hostIPC", "the shared memory", "a program that talks to one on the node through shared memory stops working"},
	{"hostNetwork", "the network", "clients that use the node's address no longer reach it: they need a Service"},
}

func reportNamespace(p *fixer.Pass, w *kube.Workload, ns namespace, set *yamldoc.Node) {
	f := fixer.Finding{
		Path: w.ID() + " " + ns.key, Start: set.Start, End: set.End,
		Message: fmt.Sprintf("%s shares %s of its node", w.ID(), ns.shares),
	}
	// The process table of the node is what makes a workload an agent of it, so
	// that alone is no reason to keep it.
	level := fixer.Review
	why, agent := hostLevel(w)
	if agent && !(ns.key == "hostPID" && w.Kind != "DaemonSet" && !mountsHost(w)) {
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
		f.Advice = "it looks like an agent of its node (" + why + "): check that it needs " + ns.key + ", and remove it if not"
		level = fixer.Manual
	}
	f.Fixes = []fixer.Fix{{
		ID:     "remove",
		Title:  "remove " + ns.key,
		Level:  level,
		Breaks: ns.breaks,
		Verify: "start the pod and use what reached the node before",
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, w.Doc, yamldoc.Remove(w.PodPath.Join(ns.key)))
			return nil
		},
	}}
	p.Report(f)
}

func mountsHost(w *kube.Workload) bool {
	for _, v := range w.Pod.Get("volumes").List() {
		if v.Get("hostPath") != nil {
			return true
		}
	}
	return false
}
