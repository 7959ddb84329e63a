package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// chartValues returns where an object gives values to a Helm chart: those of Argo CD, of Flux
// and of K3s.
func chartValues(o *kube.Object) []*yamldoc.Node {
	spec := o.Node.Get("spec")
	switch o.Group() {
	case "argoproj.io":
		switch o.Kind {
		case "ApplicationSet":
			spec = spec.Get("template").Get("spec")
		case "Application":
		default:
			return nil
		}
		var out []*yamldoc.Node
		for _, source := range append([]*yamldoc.Node{spec.Get("source")}, spec.Get("sources").List()...) {
			helm := source.Get("helm")
			out = append(out, helm.Get("values"), helm.Get("valuesObject"), helm.Get("parameters"))
		}
		return out
	case "helm.toolkit.fluxcd.io":
		return []*yamldoc.Node{spec.Get("values")}
	case "helm.cattle.io":
		return []*yamldoc.Node{spec.Get("valuesContent"), spec.Get("set")}
	}
	return nil
}

// checkChartValues reports an object whose values for a chart hold secrets.
func checkChartValues(p *fixer.Pass, o *kube.Object) {
	v := valueWalk{weak: true}
	for _, n := range chartValues(o) {
		v.walk("", n, 0)
	}
	if v.first == nil {
		return
	}
	slices.Sort(v.names)
	f := fixer.Finding{
		Path: o.ID(), Start: v.first.KeyOrSelf().Start, End: v.first.KeyOrSelf().End,
		Message: fmt.Sprintf("%s has secrets in the values for its chart: %s", o.ID(), text.Some(slices.Compact(v.names))),
		Advice: "Rotate these secrets: they can be read from this file and from the git history. Keep them in a Secret outside this repository " +
			"(ExternalSecret, SealedSecret, SOPS), and name it in the values: most charts take existingSecret",
	}
	if v.weak {
		f.Severity = fixer.Low
	}
	p.Report(f)
}

// A valueWalk finds secrets in values.
type valueWalk struct {
	names []string
	first *yamldoc.Node
	weak  bool
}

// maxValueDepth is deeper than the values of any chart.
const maxValueDepth = 20

func (v *valueWalk) walk(name string, n *yamldoc.Node, depth int) {
	n = n.Resolve()
	switch {
	case n == nil || depth > maxValueDepth:
	case n.Kind == yamldoc.Mapping:
		if of := n.Get("name").Text(); n.Get("value") != nil && of != "" { // a parameter, or a variable of a container
			v.walk(of, n.Get("value"), depth+1)
			return
		}
		for key, value := range n.All() {
			v.walk(key, value, depth+1)
		}
	case n.Kind == yamldoc.Sequence:
		for _, item := range n.Items() {
			v.walk(name, item, depth+1)
		}
	default:
		said, ok := n.Str()
		if said = strings.TrimSpace(said); !ok {
			return
		}
		if strings.Contains(said, "\n") {
			for line := range strings.Lines(said) {
				v.line(line, n)
			}
			return
		}
		v.value(name, said, n)
	}
}

// line reads a line of values that are written as text.
func (v *valueWalk) line(line string, at *yamldoc.Node) {
	name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
	if ok && !strings.HasPrefix(name, "#") && !strings.Contains(name, " ") {
		v.value(strings.Trim(name, `"'`), strings.Trim(strings.TrimSpace(value), `"'`), at)
	}
}

func (v *valueWalk) value(name, value string, at *yamldoc.Node) {
	found := secret.Find(name, value)
	if found.What == "" || namesObject(name) && !secret.LooksLikeKey(value) {
		return
	}
	v.names = append(v.names, name)
	v.weak = v.weak && found.WellKnown
	if v.first == nil {
		v.first = at
	}
}

// namesObject reports whether charts expect the name of a Secret, or of a key in one, by a
// value's name: existingSecret, imagePullSecrets, adminPasswordKey.
func namesObject(name string) bool {
	words := secret.Words(name)
	last := words[len(words)-1]
	return slices.Contains(words, "EXISTING") || strings.HasPrefix(last, "SECRET") || strings.HasPrefix(last, "CREDENTIAL") ||
		last == "KEY" && (slices.Contains(words, "PASSWORD") || slices.Contains(words, "TOKEN"))
}
