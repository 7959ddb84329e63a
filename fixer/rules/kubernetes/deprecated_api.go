package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// DeprecatedAPI wants API versions that clusters serve.
var DeprecatedAPI = &fixer.Rule{
	Name:     "kubernetes/deprecated-api",
	Title:    "API version removed or deprecated",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Objects of API versions that Kubernetes 1.36 no longer serves or has deprecated. Where the replacement has the same
fields the version is changed; a workload also gets the selector that it had by default. Where fields moved, the finding says
which. Left alone: custom resources, whose versions their definitions decide, definitions themselves, alpha versions, and
patches that are only part of an object.`,
		Why: `A cluster refuses what it does not serve, so that the manifest cannot be applied any more, the hardening in it included.
Policies and scanners look at the present versions only.`,
		Breaks: `Patches and tools that name the object by its old version do not find it. Workloads of apps/v1 update 25 % of their pods
at a time where nothing is set, give up an update after ten minutes, and a StatefulSet updates by itself.`,
		Verify: `kubectl apply --dry-run=server -f FILE   neither fails nor warns`,
		Bad: `apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 1
  selector:
    matchLabels: {app: web}
`,
		Good: `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 1
  selector:
    matchLabels: {app: web}
`,
		References: []fixer.Reference{
			{Source: "Kubernetes", ID: "Deprecated API Migration Guide", URL: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"},
			{Source: "Trivy", ID: "KSV-0107"},
			{Source: "kube-linter", ID: "no-extensions-v1beta"},
			{Source: "kube-score", ID: "stable-version"},
			{Source: "KICS", ID: "Object Is Using A Deprecated API Version"},
		},
	},
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
	return fmt.Sprintf("%s uses %s, which no cluster serves since Kubernetes 1.%d", o.ID(), a.version, a.removed)
}

func (a *apiFate) advice() string {
	switch {
	case a.to == "":
		return a.note
	case a.note == "":
		return "move it to " + a.to
	}
	return "move it to " + a.to + ": " + a.note
}

// fix changes the version where the object means the same afterwards.
func (a *apiFate) fix(p *fixer.Pass, o *kube.Object) (fixer.Fix, bool) {
	spec := o.Node.Get("spec")
	labels := spec.Get("template").Get("metadata").Get("labels")
	fix := fixer.Fix{
		ID:     "move",
		Title:  "move to " + a.to,
		Level:  fixer.Review,
		Breaks: "patches and tools that name the object by " + a.version + " do not find it",
		Verify: "kubectl apply --dry-run=server -f " + p.File.Path + "   neither fails nor warns",
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
		fix.Breaks = "updates go at the pace that apps/v1 has by default (25 % of the pods at a time) where the file sets none; patches that name the object by " + a.version + " do not find it"
		if a.kind == "StatefulSet" || a.kind == "DaemonSet" {
			fix.Breaks = "updates replace the pods by themselves where updateStrategy is not set; patches that name the object by " + a.version + " do not find it"
		}
		if spec.Get("selector").Len() > 0 {
			break
		}
		value, err := labels.Data()
		if err != nil || labels.Len() == 0 {
			return fix, false
		}
		fix.Title += ", with the pod's labels as selector"
		ops = append(ops, yamldoc.Set(o.Path.Join("spec", "selector"), yamldoc.Map{{Key: "matchLabels", Value: value}}))
	}
	fix.Edit = func(d *fixer.Draft) error {
		d.YAML(p.File.Path, o.Doc, ops...)
		return nil
	}
	return fix, true
}
