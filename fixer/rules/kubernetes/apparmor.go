package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed apparmor.md
var appArmorDoc string

// AppArmor reports containers with AppArmor turned off.
var AppArmor = &fixer.Rule{
	Name:     "kubernetes/apparmor",
	Title:    "AppArmor disabled",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: appArmorProfile"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0002"},
		{Source: fixer.Kubescape, ID: "C-0055"},
		{Source: fixer.Kubesec, ID: "ApparmorUnconfined"},
		{Source: fixer.KICSKubernetes, ID: "8b36775e-183d-4d46-b0f7-96a6f34a723f", Title: "Missing AppArmor Profile"},
	},
	Doc: appArmorDoc,
	Check: func(p *fixer.Pass) {
		const advice = "Find the operation that AppArmor denied (apparmor=\"DENIED\" in the kernel log of the node). Then use RuntimeDefault, or a Localhost profile that allows the operation"
		for _, w := range workloads(p) {
			for _, s := range scopes(w) {
				set := s.context.Get("appArmorProfile").Get("type")
				if set.Text() == "Unconfined" && !s.context.Get("privileged").IsTrue() {
					reportScope(p, s, "appArmorProfile", set, fixer.Finding{Message: s.who + " disables AppArmor", Advice: advice})
				}
			}
			for key, value := range w.Meta.Get("annotations").All() {
				if name, ok := strings.CutPrefix(key, appArmorAnnotation); ok && value.Text() == "unconfined" {
					p.Report(fixer.Finding{
						Path: w.ID() + " annotations[" + name + "]", Start: value.KeyOrSelf().Start, End: value.End,
						Message: fmt.Sprintf("%s disables AppArmor for container %q with an annotation", w.ID(), name), Advice: advice,
					})
				}
			}
		}
	},
}
