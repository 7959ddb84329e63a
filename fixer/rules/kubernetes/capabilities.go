package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// Capabilities wants every capability dropped that is not known to be needed.
var Capabilities = &fixer.Rule{
	Name:     "kubernetes/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers that do not drop ALL capabilities. What they add stays as it is; what an image is known to need when it
starts as root is added back. A privileged container has every capability whatever it drops and is left to kubernetes/privileged.`,
		Why: `A container runtime gives a root process fourteen capabilities by default, among them to change the owner of any file,
to become any user and to forge network packets. Few programs use one of them.`,
		Breaks: `A program that starts as root and changes owners or steps down needs CHOWN, SETUID and SETGID; one that listens
below port 1024 may need NET_BIND_SERVICE; ping needs NET_RAW. A process that is not root has no capabilities to lose.`,
		Verify: `kubectl exec POD -- grep CapBnd /proc/1/status   prints only what was added back`,
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
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      capabilities:
        drop: [ALL]
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: capabilities", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.10"},
			{Source: "Trivy", ID: "KSV-0003"},
			{Source: "Checkov", ID: "CKV_K8S_37"},
			{Source: "kube-linter", ID: "drop-net-raw-capability"},
			{Source: "Kubescape", ID: "C-0055"},
			{Source: "Polaris", ID: "insecureCapabilities"},
			{Source: "KICS", ID: "No Drop Capabilities for Containers"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			caps := c.Node.Get("securityContext").Get("capabilities")
			if dropsAll(c) || c.Node.Get("securityContext").Get("privileged").IsTrue() {
				continue
			}
			if i := misspelledAll(c); i >= 0 {
				reportSpelling(p, c, i)
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s keeps the capabilities a runtime gives by default", c)}
			if len(c.Capabilities("drop")) > 0 {
				f.Message = fmt.Sprintf("%s drops some capabilities and keeps the others", c)
			}
			d := container.FromContainer(p, c).DropCapabilities()
			f.Fixes, f.Evidence = []fixer.Fix{dropFix(p, c, d)}, d.Evidence
			report(p, c, caps, f)
		}
	},
}

// reportSpelling reports a container that drops everything in a spelling that
// runtimes read and the Pod Security Standards do not.
func reportSpelling(p *fixer.Pass, c kube.Container, i int) {
	report(p, c, c.Node.Get("securityContext").Get("capabilities"), fixer.Finding{
		Severity: fixer.Low,
		Message:  fmt.Sprintf("%s drops all capabilities in a spelling that the Pod Security Standards do not accept", c),
		Fixes: []fixer.Fix{{
			ID: "spell", Title: "spell it ALL", Level: fixer.Safe,
			Verify: "kubectl apply --dry-run=server in a namespace that enforces the restricted standard",
			Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL"))
				return nil
			},
		}},
	})
}

// dropFix drops ALL and adds back what is needed.
func dropFix(p *fixer.Pass, c kube.Container, d container.CapabilityDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "drop ALL capabilities",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: "kubectl exec POD -- grep CapBnd /proc/1/status   prints only what was added back",
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(p.File.Path, c.Workload.Doc, dropOps(c, d.AddBack)...)
			return nil
		},
	}
	if len(d.AddBack) > 0 {
		fix.Title += " and add back " + strings.Join(d.AddBack, ", ")
	}
	return fix
}
