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
	Title:    "unmasked /proc",
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
				f := fixer.Finding{Message: s.who + " has access to the parts of /proc that are masked by default"}
				if w.Pod.Get("hostUsers").IsFalse() {
					f.Severity = fixer.Low
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "hostUsers is false, so root in the pod is an unprivileged user on the node"}}
					f.Advice = "Remove procMount, unless the container runs nested containers"
					reportScope(p, s, "procMount", set, f)
					continue
				}
				at := s.path.Join("procMount")
				if s.context.Len() == 1 && s.context.Own("procMount") != nil {
					at = s.path
				}
				f.Fixes = []fixer.Fix{{
					ID:     "remove",
					Title:  "Remove procMount",
					Level:  fixer.Review,
					Breaks: "Nested containers, such as those of image builders, can no longer mount /proc. Such workloads should set hostUsers: false instead",
					Verify: "kubectl get pod POD -o jsonpath='{.spec.containers[*].securityContext.procMount}'\nprints nothing or Default\n\nkubectl logs POD\nshows no failed mount of /proc",
					Edit:   fixer.EditYAML(w.Doc, yamldoc.Remove(at)),
				}}
				reportScope(p, s, "procMount", set, f)
			}
		}
	},
}
