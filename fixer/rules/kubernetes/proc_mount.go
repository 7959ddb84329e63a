package kubernetes

import (
	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// ProcMount wants the default masks over /proc.
var ProcMount = &fixer.Rule{
	Name:     "kubernetes/proc-mount",
	Title:    "/proc unmasked",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers with procMount set to anything but Default. Reported without a fix where the pod has user namespaces of its own
(hostUsers: false), which is how containers inside a container are meant to be run.`,
		Why: `The runtime hides the parts of /proc that tell about the node or change its kernel, /proc/kcore and /proc/sysrq-trigger among
them. Unmasked, a process of the container reads and writes them.`,
		Breaks: `Programs that start containers inside the container, such as image builders, can no longer mount /proc in them.`,
		Verify: `kubectl exec POD -- cat /proc/sys/kernel/hostname > /dev/null && kubectl exec POD -- head -c1 /proc/kcore   the latter prints nothing`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      procMount: Unmasked
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
			{Source: "Pod Security Standards", ID: "baseline: procMount", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "Trivy", ID: "KSV-0027"},
			{Source: "kube-linter", ID: "unsafe-proc-mount"},
			{Source: "Polaris", ID: "procMount"},
			{Source: "KICS", ID: "Container Runs Unmasked"},
		},
	},
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
					Edit: func(d *fixer.Draft) error {
						d.YAML(p.File.Path, w.Doc, yamldoc.Remove(at))
						return nil
					},
				}}
				reportScope(p, s, "procMount", set, f)
			}
		}
	},
}
