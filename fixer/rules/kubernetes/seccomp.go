package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// Seccomp wants the runtime's default system call filter.
var Seccomp = &fixer.Rule{
	Name:     "kubernetes/seccomp",
	Title:    "no seccomp profile",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Pods with a container to which no seccomp profile applies, neither its own nor the pod's. One finding per pod, fixed at
pod level so that every container inherits it, and in the containers of Knative, which takes nothing for the pod. Privileged containers run without a filter whatever is set, and an explicit
Unconfined is reported without a fix: somebody asked for it.`,
		Why: `Kubernetes starts containers without a system call filter unless told otherwise. The runtime's default profile closes
some sixty calls that containers do not use and kernel exploits do.`,
		Breaks: `Only programs that use what the default profile denies: debuggers on old kernels, container builders, some
sandboxing browsers. The same profile is Docker's default, so images tested with Docker run under it already.`,
		Verify: `kubectl exec POD -- grep Seccomp: /proc/1/status   prints 2`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
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
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: seccompProfile", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.7.2"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, seccomp"},
			{Source: "Trivy", ID: "KSV-0030, KSV-0104"},
			{Source: "Checkov", ID: "CKV_K8S_31"},
			{Source: "Kubescape", ID: "C-0210"},
			{Source: "Polaris", ID: "linuxHardening"},
			{Source: "KICS", ID: "Seccomp Profile Is Not Configured"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			checkSeccomp(p, w)
		}
	},
}

func checkSeccomp(p *fixer.Pass, w *kube.Workload) {
	if own := w.Pod.Get("securityContext").Get("seccompProfile").Get("type"); own.Text() == "Unconfined" {
		reportUnconfined(p, w.ID(), own, "pod "+w.ID())
	}
	var open []yamldoc.Path
	for _, c := range w.Containers() {
		profile, inherited := c.Security("seccompProfile")
		switch {
		case c.Node.Get("securityContext").Get("privileged").IsTrue():
		case profile == nil:
			open = append(open, securityContext(c, "seccompProfile"))
		case profile.Get("type").Text() == "Unconfined" && !inherited:
			reportUnconfined(p, c.FindingPath(), profile, c.String())
		}
	}
	if len(open) == 0 {
		return
	}
	at := w.Pod
	if key := w.Node.Get("metadata").Get("name"); key != nil {
		at = key
	}
	where := "the pod"
	if w.TakesPodSecurity() {
		open = []yamldoc.Path{w.PodPath.Join("securityContext", "seccompProfile")}
	} else {
		where = "its containers"
	}
	p.Report(fixer.Finding{
		Path: w.ID(), Start: at.Start, End: at.End,
		Message: fmt.Sprintf("%s runs without a system call filter", w.ID()),
		Fixes: []fixer.Fix{{
			ID:     "runtime-default",
			Title:  "set the runtime's default seccomp profile for " + where,
			Level:  fixer.Safe,
			Verify: "kubectl exec POD -- grep Seccomp: /proc/1/status   prints 2",
			Edit: func(d *fixer.Draft) error {
				for _, at := range open {
					d.YAML(p.File.Path, w.Doc, yamldoc.Set(at, yamldoc.Map{{Key: "type", Value: "RuntimeDefault"}}))
				}
				return nil
			},
		}},
	})
}

func reportUnconfined(p *fixer.Pass, path string, at *yamldoc.Node, what string) {
	p.Report(fixer.Finding{
		Path: path + " unconfined", Start: at.Start, End: at.End, Severity: fixer.High,
		Message: what + " turns the system call filter off",
		Advice:  "somebody asked for Unconfined: find out which system call needed it, and use RuntimeDefault or a Localhost profile that allows it",
	})
}
