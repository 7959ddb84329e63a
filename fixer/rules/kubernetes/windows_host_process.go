package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed windows_host_process.md
var windowsHostProcessDoc string

// WindowsHostProcess reports Windows HostProcess containers.
var WindowsHostProcess = &fixer.Rule{
	Name:     "kubernetes/windows-host-process",
	Title:    "Windows HostProcess container",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: windowsHostProcess"},
		{Source: fixer.CISKubernetes, ID: "5.2.11"},
		{Source: fixer.Trivy, ID: "KSV-0103"},
		{Source: fixer.Kubescape, ID: "C-0202"},
		{Source: fixer.Polaris, ID: "hostProcess"},
	},
	Doc: windowsHostProcessDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial {
				continue
			}
			for _, s := range scopes(w) {
				set := s.context.Get("windowsOptions").Get("hostProcess")
				if !set.IsTrue() {
					continue
				}
				f := fixer.Finding{
					Message: s.who + " runs as a HostProcess container, without isolation from its Windows node",
					Advice:  "Remove hostProcess and hostNetwork and run as ContainerUser. A workload that administers the node needs its own namespace and a user with few privileges (runAsUserName: NT AUTHORITY\\LOCAL SERVICE)",
				}
				if why, yes := nodeAgent(w); yes {
					f.Severity = fixer.Medium
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
				}
				reportScope(p, s, "hostProcess", set, f)
			}
		}
	},
}
