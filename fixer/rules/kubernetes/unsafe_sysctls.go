package kubernetes

import (
	"fmt"
	"slices"

	"oakum/fixer"
)

// UnsafeSysctls wants no kernel settings beyond those that stay in the pod.
var UnsafeSysctls = &fixer.Rule{
	Name:     "kubernetes/unsafe-sysctls",
	Title:    "sets unsafe kernel settings",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Entries of the pod's sysctls that the baseline standard does not count as safe, as of Kubernetes 1.36. The safe ones are
namespaced and cannot harm other pods. A privileged init container that runs sysctl is left to kubernetes/privileged.`,
		Why: `Other settings of the kernel reach further than the pod: they can take memory from the node, weaken it, or switch off
protection for everything that runs there. The kubelet refuses such a pod unless the node allows the setting by name.`,
		Breaks: `The program has to do with the node's value: smaller buffers or queues, which may cost speed or make it refuse to start.`,
		Verify: `kubectl exec POD -- sysctl NAME   prints the node's value, and the program still carries its load`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    sysctls:
    - name: kernel.msgmax
      value: "65536"
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    sysctls:
    - name: net.ipv4.tcp_syncookies
      value: "1"
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: sysctls", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "Trivy", ID: "KSV-0026"},
			{Source: "kube-linter", ID: "unsafe-sysctls"},
			{Source: "KICS", ID: "Cluster Allows Unsafe Sysctls"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, s := range w.Pod.Get("securityContext").Get("sysctls").List() {
				name := s.Get("name").Text()
				if name == "" || slices.Contains(safeSysctls, name) {
					continue
				}
				p.Report(fixer.Finding{
					Path: w.ID() + " sysctls[" + name + "]", Start: s.Start, End: s.End,
					Message: fmt.Sprintf("%s sets %s, which is not among the safe kernel settings", w.ID(), name),
					Advice:  "remove it if the program runs with the node's value; else set it on the nodes that need it, and keep other pods off them by a taint",
				})
			}
		}
	},
}

// safeSysctls are those of the Pod Security Standards at 1.36; the last change
// was in 1.32.
var safeSysctls = []string{
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.ping_group_range",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_wmem",
}
