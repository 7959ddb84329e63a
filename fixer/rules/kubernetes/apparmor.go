package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
)

// AppArmor wants no pod to turn the node's AppArmor profile off.
var AppArmor = &fixer.Rule{
	Name:     "kubernetes/apparmor",
	Title:    "turns AppArmor off",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Pods and containers whose appArmorProfile, or whose annotation for it, is Unconfined. That nothing is set is no finding:
the runtime's default profile then applies by itself on nodes with AppArmor. A privileged container runs without a profile anyway.`,
		Why: `The default profile keeps a process in the container from mounting file systems, from writing to most of /proc and /sys,
and from tracing processes outside, even when it has the capability to.`,
		Breaks: `What the profile denies: mounts inside the container, mostly of image builders and nested containers.`,
		Verify: `kubectl exec POD -- cat /proc/1/attr/current   prints the runtime's profile and (enforce)`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      appArmorProfile:
        type: Unconfined
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
      appArmorProfile:
        type: RuntimeDefault
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: appArmorProfile", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0002"},
			{Source: "Kubescape", ID: "C-0055"},
			{Source: "kubesec", ID: "ApparmorUnconfined"},
			{Source: "KICS", ID: "Missing AppArmor Profile"},
		},
	},
	Check: func(p *fixer.Pass) {
		const advice = "find out which operation was denied (the node's kernel log says apparmor=\"DENIED\"), and use RuntimeDefault or a Localhost profile that allows it"
		for _, w := range workloads(p) {
			for _, s := range scopes(w) {
				set := s.context.Get("appArmorProfile").Get("type")
				if set.Text() == "Unconfined" && !s.context.Get("privileged").IsTrue() {
					reportScope(p, s, "appArmorProfile", set, fixer.Finding{Message: s.who + " turns AppArmor off", Advice: advice})
				}
			}
			for key, value := range w.Meta.Get("annotations").All() {
				if name, ok := strings.CutPrefix(key, appArmorAnnotation); ok && value.Text() == "unconfined" {
					p.Report(fixer.Finding{
						Path: w.ID() + " annotations[" + name + "]", Start: value.KeyOrSelf().Start, End: value.End,
						Message: fmt.Sprintf("%s turns AppArmor off for container %q by an annotation", w.ID(), name), Advice: advice,
					})
				}
			}
		}
	},
}

// appArmorAnnotation, followed by a container's name, set its profile before
// there was a field, in Kubernetes 1.30.
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"
