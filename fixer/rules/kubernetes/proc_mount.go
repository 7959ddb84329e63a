package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed proc_mount.md
var procMountDoc string

// ProcMount reports containers with an unmasked /proc.
var ProcMount = &fixer.Rule{
	Name:     "kubernetes/proc-mount",
	Title:    "/proc unmasked",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: procMount"},
		{Source: fixer.Trivy, ID: "KSV-0027"},
		{Source: fixer.KubeLinter, ID: "unsafe-proc-mount"},
		{Source: fixer.Polaris, ID: "procMount"},
		{Source: fixer.KICSKubernetes, ID: "f922827f-aab6-447c-832a-e1ff63312bd3", Title: "Container Runs Unmasked"},
	},
	Doc: procMountDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, s := range scopes(w)[1:] { // the pod has no such setting
				set := s.context.Get("procMount")
				if set.Null() || set.Text() == "Default" {
					continue
				}
				f := fixer.Finding{Message: s.who + " sees the parts of /proc that are hidden from containers"}
				if w.Pod.Get("hostUsers").IsFalse() {
					f.Severity = fixer.Low
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "hostUsers is false: root in the pod is nobody on the node"}}
					f.Advice = "this is how containers are run inside a container; if it does not do that, remove procMount"
					reportScope(p, s, "procMount", set, f)
					continue
				}
				at := s.path.Join("procMount")
				if s.context.Len() == 1 && s.context.Own("procMount") != nil {
					at = s.path
				}
				f.Fixes = []fixer.Fix{{
					ID:     "remove",
					Title:  "remove procMount",
					Level:  fixer.Review,
					Breaks: "containers inside the container, as image builders start them, can no longer mount /proc; such a program wants hostUsers: false instead",
					Verify: "start it and let it do what it builds or runs",
					Edit:   fixer.EditYAML(w.Doc, yamldoc.Remove(at)),
				}}
				reportScope(p, s, "procMount", set, f)
			}
		}
	},
}
