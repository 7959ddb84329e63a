package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed privileged_port.md
var privilegedPortDoc string

// PrivilegedPort reports containers that listen on a port below 1024 as a user who may
// not bind it.
var PrivilegedPort = &fixer.Rule{
	Name:     "kubernetes/privileged-port",
	Title:    "non-root user on a port below 1024",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	After:    []string{"kubernetes/capabilities"},

	// A container that is made to run as another user, or loses its capabilities, is one
	// that the port matters for.
	Consequence: true,

	References: []fixer.Reference{
		{Source: fixer.GitHub, ID: "kubernetes/kubernetes#102612"},
		{Source: fixer.KubernetesDocs, ID: "sysctls", Link: "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls"},
	},
	Doc: privilegedPortDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			security := w.Pod.Get("securityContext")
			if w.Pod.Get("hostNetwork").IsTrue() || !w.AllowsPodSecurityContext() || hasSysctl(security, lowPortSysctl) {
				continue
			}
			for _, c := range w.Containers() {
				checkLowPort(p, c)
			}
		}
	},
}

func checkLowPort(p *fixer.Pass, c kube.Container) {
	spec := container.FromContainer(p, c)
	user, evidence := spec.StartsAs()
	low := slices.DeleteFunc(slices.Clone(spec.Ports), func(n int) bool { return n >= 1024 })
	known := spec.User.Set || spec.Image.Proven
	if len(low) == 0 || !user.IsNonRoot() || !known || !dropsAll(c) || len(spec.Add) > 0 || spec.Privileged.Yes() {
		return
	}
	w := c.Workload
	report(p, c, nil, fixer.Finding{
		Message:  fmt.Sprintf("%s runs as user %s without capabilities and listens on port %s, which not every container runtime allows", c.Subject(), user, container.Numbers(low)),
		Evidence: evidence,
		Advice:   "Listen on a port above 1023, and change containerPort, the probes and targetPort of the Service with it",
		Fixes: []fixer.Fix{{
			ID: "sysctl", Title: "Set the sysctl " + lowPortSysctl + " to 0 for the pod", Level: fixer.Review,
			Breaks: "Clusters whose policies forbid sysctls that Kubernetes counts as safe, and nodes with Kubernetes before 1.22 or Linux before 4.11",
			Verify: execCheck(c, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start", "prints 0"),
			Edit: fixer.EditYAML(w.Doc, yamldoc.Append(w.PodPath.Join("securityContext", "sysctls"),
				yamldoc.Map{{Key: "name", Value: lowPortSysctl}, {Key: "value", Value: "0"}})),
		}},
	})
}
