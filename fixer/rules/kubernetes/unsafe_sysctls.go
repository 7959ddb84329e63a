package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed unsafe_sysctls.md
var unsafeSysctlsDoc string

// UnsafeSysctls reports unsafe sysctls.
var UnsafeSysctls = &fixer.Rule{
	Name:     "kubernetes/unsafe-sysctls",
	Title:    "unsafe sysctls",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: sysctls"},
		{Source: fixer.Trivy, ID: "KSV-0026"},
		{Source: fixer.KubeLinter, ID: "unsafe-sysctls"},
		{Source: fixer.KICSKubernetes, ID: "9127f0d9-2310-42e7-866f-5fd9d20dcbad", Title: "Cluster Allows Unsafe Sysctls"},
	},
	Doc: unsafeSysctlsDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, s := range w.Pod.Get("securityContext").Get("sysctls").List() {
				name := s.Get("name").Text()
				if name == "" || slices.Contains(safeSysctls, name) {
					continue
				}
				p.Report(fixer.Finding{
					Path: w.ID() + " sysctls[" + name + "]", Start: s.Start, End: s.End,
					Message: fmt.Sprintf("%s sets the unsafe sysctl %s", w.ID(), name),
					Advice:  "Remove the sysctl if the application works with the default of the node. Otherwise set it on dedicated nodes, and keep other pods off these nodes with a taint",
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
