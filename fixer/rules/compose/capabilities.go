package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
)

//go:embed capabilities.md
var capabilitiesDoc string

// Capabilities reports services that keep the default capabilities.
var Capabilities = &fixer.Rule{
	Name:     "compose/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/writable-root"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.4"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.KICSCompose, ID: "ce76b7d0-9e77-464d-b86f-c5c48e03e22d", Title: "Container Capabilities Unrestricted"},
		{Source: fixer.ComposeLint, ID: "CL-0006"},
		attackEscape,
	},
	Params: []fixer.Param{paramAdd},
	Doc:    capabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			unknown := reportUnknown(p, v, spec)
			switch {
			case spec.Privileged.Yes():
			case has(v.List("cap_drop"), isAll):
				reportLacking(p, v, spec)
			case !unknown:
				reportKept(p, v, spec)
			}
		}
	},
}

// isAll reports whether an entry of cap_drop or cap_add is all capabilities. Docker
// knows no CAP_ALL.
func isAll(s string) bool { return strings.EqualFold(s, "ALL") }

// reportKept reports a service that keeps capabilities.
func reportKept(p *fixer.Pass, v compose.View, spec *container.Spec) {
	f := fixer.Finding{Message: fmt.Sprintf("Service %q keeps the capabilities that Docker grants by default", v.Name)}
	at := v.Setting("cap_drop")
	if has(v.List("cap_add"), isAll) {
		f.Severity = fixer.High
		f.Message = fmt.Sprintf("Service %q adds ALL capabilities", v.Name)
		f.Advice = "Find out which capabilities the service needs, and add only those to cap_add, with cap_drop: [ALL]"
		report(p, v, nil, f)
		return
	}
	keptFixes(p, v, spec, &f)
	heedBase(p, v, "cap_drop", p.Rule, &f, func(base compose.View) (f fixer.Finding) {
		if spec := container.FromService(p, base); !spec.Privileged.Yes() && !has(base.List("cap_drop"), isAll) && !has(base.List("cap_add"), isAll) {
			keptFixes(p, base, spec, &f)
		}
		return f
	})
	report(p, v, own(at), f)
}

// keptFixes says what can be done about the capabilities that a service keeps.
func keptFixes(p *fixer.Pass, v compose.View, spec *container.Spec, f *fixer.Finding) {
	d := decideCapabilities(p, v, spec, asItIs)
	f.Evidence = d.Evidence
	if why := unwritable(v, "cap_drop"); why != "" {
		f.Advice = why
	} else if f.Advice = d.Advice; d.Level != fixer.Manual {
		f.Fixes = []fixer.Fix{dropFix(v, d)}
	}
}

// decideCapabilities decides about the capabilities of a service and of all that the
// answer reaches, started as the file has it or as a fix would.
func decideCapabilities(p *fixer.Pass, v compose.View, spec *container.Spec, start starter) container.CapabilityDecision {
	d := start(spec).DropCapabilities()
	d.AddBack = append(d.AddBack, neededByVariants(p, v, start, d.AddBack)...)
	heedReached(p, v, "cap_drop", &d.Decision, func(s *container.Spec) verdict {
		other := start(s).DropCapabilities()
		return verdict{other.Decision, capabilityNeeds(other.AddBack)}
	})
	heedDecision(v, v.Setting("cap_drop"), &d.Decision)
	return d
}

// neededByVariants returns the capabilities, besides those given, that the same
// service needs where it is used without its override or with another file read
// over it. A container that does not need them is not harmed by them.
func neededByVariants(p *fixer.Pass, v compose.View, start starter, given []string) []string {
	var out []string
	for _, r := range v.Reached("cap_drop") {
		if r.Service != v.Service {
			continue
		}
		for _, name := range start(container.FromService(p, r.View)).DropCapabilities().AddBack {
			if !slices.Contains(given, name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func capabilityNeeds(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{"cap_add of " + strings.Join(names, ", ")}
}

// reportLacking reports a service that takes cap_drop from elsewhere and needs
// capabilities of its own.
func reportLacking(p *fixer.Pass, v compose.View, spec *container.Spec) {
	if has(ownOf(v.List("cap_drop")), isAll) || spec.Image.Program() == nil || spec.Image.BuiltHere() {
		return
	}
	d := spec.DropCapabilities()
	if len(d.AddBack) == 0 {
		return
	}
	from := v.List("cap_drop")[0]
	f := fixer.Finding{
		Message:  fmt.Sprintf("Service %q inherits cap_drop from %s and lacks %s", v.Name, placeOf(from), strings.Join(d.AddBack, ", ")),
		Evidence: d.Evidence,
		Fixes: []fixer.Fix{{
			ID: "add-back", Title: "Add " + strings.Join(d.AddBack, ", "), Level: fixer.Review,
			Breaks: "Nothing stops working, but the container gets capabilities that it may not need",
			Verify: verifyRestart(v),
			Edit:   func(draft *fixer.Draft) error { return add(draft, v, "cap_add", d.AddBack...) },
		}},
	}
	report(p, v, nil, f)
}

// dropFix drops ALL and adds back what is needed.
func dropFix(v compose.View, d container.CapabilityDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "Drop ALL capabilities",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: verifyRestart(v),
		Params: []fixer.Param{addParam(d)},
	}
	if len(d.AddBack) > 0 {
		fix.Title += " and add back " + strings.Join(d.AddBack, ", ")
	}
	fix.Edit = func(draft *fixer.Draft) error {
		if err := add(draft, v, "cap_drop", "ALL"); err != nil {
			return err
		}
		return add(draft, v, "cap_add", container.ParseAddBack(draft.Param("add-back"))...)
	}
	return fix
}

var paramAdd = fixer.Param{Name: "add-back", Meaning: "capabilities to add back, separated by spaces or commas, or none", Validate: container.ValidAddBack}

// addParam is the parameter for the capabilities of a decision.
func addParam(d container.CapabilityDecision) fixer.Param {
	param := paramAdd.With(container.AddBackText(d.AddBack))
	param.Guess = d.Guess
	return param
}
