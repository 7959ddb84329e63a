package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed seccomp.md
var seccompDoc string

// Seccomp reports pods without a seccomp profile.
var Seccomp = &fixer.Rule{
	Name:     "kubernetes/seccomp",
	Title:    "no seccomp profile",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted: seccompProfile"},
		{Source: fixer.CISKubernetes, ID: "5.7.2"},
		{Source: fixer.NSA, ID: "seccomp"},
		{Source: fixer.Trivy, ID: "KSV-0030"},
		{Source: fixer.Trivy, ID: "KSV-0104"},
		{Source: fixer.Checkov, ID: "CKV_K8S_31"},
		{Source: fixer.Kubescape, ID: "C-0210"},
		{Source: fixer.Polaris, ID: "linuxHardening"},
		{Source: fixer.KICSKubernetes, ID: "f377b83e-bd07-4f48-a591-60c82b14a78b", Title: "Seccomp Profile Is Not Configured"},
	},
	Doc: seccompDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			checkSeccomp(p, w)
		}
	},
}

func checkSeccomp(p *fixer.Pass, w *kube.Workload) {
	if own := w.Pod.Get("securityContext").Get("seccompProfile").Get("type"); own.Text() == "Unconfined" {
		reportUnconfined(p, w.ID(), own, w.ID())
	}
	var open []yamldoc.Path
	for _, c := range w.Containers() {
		profile, inherited := c.Security("seccompProfile")
		switch {
		case c.Node.Get("securityContext").Get("privileged").IsTrue():
		case profile == nil:
			open = append(open, securityContext(c, "seccompProfile"))
		case profile.Get("type").Text() == "Unconfined" && !inherited:
			reportUnconfined(p, c.FindingPath(), profile, c.Subject())
		}
	}
	if len(open) == 0 {
		return
	}
	d := container.Decision{Level: fixer.Safe}
	for _, c := range w.Containers() {
		own := container.FromContainer(p, c).FilterSystemCalls()
		if own.Level > d.Level {
			d.Level, d.Breaks = own.Level, fmt.Sprintf("%s (%s)", own.Breaks, c)
		}
		d.Evidence = append(d.Evidence, own.Evidence...)
	}
	if d.Level == fixer.Safe {
		d.Breaks = "Only applications that use system calls which Docker's default profile blocks, too: debuggers on old kernels, container builders, some browser sandboxes"
	}
	at := w.NameNode()
	where := ""
	if w.AllowsPodSecurityContext() {
		open = []yamldoc.Path{w.PodPath.Join("securityContext", "seccompProfile")}
	} else {
		where = " for each container"
	}
	p.Report(fixer.Finding{
		Path: w.ID(), Start: at.Start, End: at.End,
		Message:  fmt.Sprintf("%s has no seccomp profile, so its system calls are unfiltered", w.ID()),
		Evidence: d.Evidence,
		Fixes: []fixer.Fix{{
			ID:     "runtime-default",
			Title:  "Set seccompProfile to RuntimeDefault" + where,
			Level:  d.Level,
			Breaks: d.Breaks,
			Verify: "kubectl exec POD -- grep Seccomp: /proc/1/status\nprints 2",
			Edit: func(d *fixer.Draft) error {
				for _, at := range open {
					d.YAML(w.Doc, yamldoc.Set(at, yamldoc.Map{{Key: "type", Value: "RuntimeDefault"}}))
				}
				return nil
			},
		}},
	})
}

func reportUnconfined(p *fixer.Pass, path string, at *yamldoc.Node, what string) {
	p.Report(fixer.Finding{
		Path: path + " unconfined", Start: at.Start, End: at.End, Severity: fixer.High,
		Message: what + " disables seccomp (Unconfined)",
		Advice:  "Find the system call that needed Unconfined. Then use RuntimeDefault, or a Localhost profile that allows it",
	})
}
