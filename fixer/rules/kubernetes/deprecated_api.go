package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed deprecated_api.md
var deprecatedAPIDoc string

// DeprecatedAPI reports removed and deprecated API versions.
var DeprecatedAPI = &fixer.Rule{
	Name:     "kubernetes/deprecated-api",
	Title:    "removed or deprecated API version",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.KubernetesDocs, ID: "Deprecated API Migration Guide", Link: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"},
		{Source: fixer.Trivy, ID: "KSV-0107"},
		{Source: fixer.KubeLinter, ID: "no-extensions-v1beta"},
		{Source: fixer.KubeScore, ID: "stable-version"},
		{Source: fixer.KICSKubernetes, ID: "94b76ea5-e074-4ca2-8a03-c5a606e30645", Title: "Object Is Using A Deprecated API Version"},
	},
	Doc: deprecatedAPIDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			fate := fateOf(o.APIVersion, o.Kind)
			if fate == nil {
				continue
			}
			w := o.Workload()
			if w != nil && w.Partial {
				continue
			}
			f := fixer.Finding{
				Message: fate.told(o),
				Advice:  fate.advice(),
				Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: fmt.Sprintf("%s %s was deprecated in 1.%d and %s in 1.%d",
					fate.version, fate.kind, fate.deprecated, fate.past(), fate.removed)}},
			}
			if fate.removed > apiServed {
				f.Severity = fixer.Low
			}
			if fix, ok := fate.fix(p, o); ok {
				f.Fixes = []fixer.Fix{fix}
			}
			reportObject(p, o, o.Node.Get("apiVersion"), f)
		}
	},
}

func (a *apiFate) past() string {
	if a.removed > apiServed {
		return "will be removed"
	}
	return "removed"
}

func (a *apiFate) told(o *kube.Object) string {
	if a.removed > apiServed {
		return fmt.Sprintf("%s uses %s, which will be removed in Kubernetes 1.%d", o.ID(), a.version, a.removed)
	}
	return fmt.Sprintf("%s uses %s, which was removed in Kubernetes 1.%d", o.ID(), a.version, a.removed)
}

func (a *apiFate) advice() string {
	switch {
	case a.to == "":
		return a.note
	case a.note == "":
		return "Change apiVersion to " + a.to
	}
	return "Change apiVersion to " + a.to + ". " + a.note
}

// fix changes the version where the object means the same afterwards.
func (a *apiFate) fix(p *fixer.Pass, o *kube.Object) (fixer.Fix, bool) {
	spec := o.Node.Get("spec")
	labels := spec.Get("template").Get("metadata").Get("labels")
	fix := fixer.Fix{
		ID:     "move",
		Title:  "Set apiVersion to " + a.to,
		Level:  fixer.Review,
		Breaks: "Patches and tools that refer to the object by " + a.version + " no longer find it",
		Verify: "kubectl apply --dry-run=server -f " + text.ShellWord(p.File.Path) + "\nprints no error and no warning",
	}
	ops := []yamldoc.Op{yamldoc.Set(o.Path.Join("apiVersion"), a.to)}
	switch {
	case a.how == byHand:
		return fix, false
	case a.kind == "PodDisruptionBudget" && spec.Get("selector").Len() == 0:
		return fix, false // an empty selector once meant no pod, and now means all
	case a.how == selector:
		if spec.Get("rollbackTo") != nil || spec.Get("templateGeneration") != nil {
			return fix, false // fields that apps/v1 does not have
		}
		pace := "Without an update strategy in the file, updates replace 25% of the pods at a time, the default of apps/v1"
		if a.kind == "StatefulSet" || a.kind == "DaemonSet" {
			pace = "Without updateStrategy in the file, updates replace the pods automatically"
		}
		fix.Breaks = text.Sentences(pace, fix.Breaks)
		if spec.Get("selector").Len() > 0 {
			break
		}
		value, err := labels.Data()
		if err != nil || labels.Len() == 0 {
			return fix, false
		}
		fix.Title += " and add the pod labels as selector"
		ops = append(ops, yamldoc.Set(o.Path.Join("spec", "selector"), yamldoc.Map{{Key: "matchLabels", Value: value}}))
	}
	fix.Edit = fixer.EditYAML(o.Doc, ops...)
	return fix, true
}
