package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_new_privileges.md
var noNewPrivilegesDoc string

// NoNewPrivileges reports services without no-new-privileges.
var NoNewPrivileges = &fixer.Rule{
	Name:     "compose/no-new-privileges",
	Title:    "no-new-privileges missing",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/capabilities"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.26"},
		{Source: fixer.OWASPDocker, ID: "rule 4"},
		{Source: fixer.KICSCompose, ID: "27fcc7d6-c49b-46e0-98f1-6c082a6a2750", Title: "No New Privileges Not Set"},
		{Source: fixer.Semgrep, ID: "no-new-privileges"},
		{Source: fixer.ComposeLint, ID: "CL-0003"},
		attackSetuid,
	},
	Doc: noNewPrivilegesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			if spec.NoNewPrivileges.Yes() {
				continue
			}
			f := newPrivileges(p, v, spec)
			heedBase(p, v, "security_opt", p.Rule, &f, func(base compose.View) fixer.Finding {
				spec := container.FromService(p, base)
				if spec.NoNewPrivileges.Yes() {
					return fixer.Finding{}
				}
				return newPrivileges(p, base, spec)
			})
			report(p, v, nil, f)
		}
	},
}

// newPrivileges is the finding about one service.
func newPrivileges(p *fixer.Pass, v compose.View, spec *container.Spec) fixer.Finding {
	d := decideNewPrivileges(p, v, spec, asItIs)
	f := fixer.Finding{Message: fmt.Sprintf("Service %q does not set no-new-privileges: its processes can gain privileges through setuid binaries", v.Name), Evidence: d.Evidence}
	if spec.NoNewPrivileges.No() {
		f.Message = fmt.Sprintf("Service %q sets no-new-privileges to false", v.Name)
	}
	option := variableOption(v)
	if option.Node != nil && !spec.NoNewPrivileges.No() {
		f.Message = fmt.Sprintf("Service %q sets no-new-privileges from variable %s, which may be false", v.Name, option.Variable())
	}
	switch why := unwritable(v, "security_opt"); {
	case option.Node != nil:
		f.Advice = fmt.Sprintf("Set variable %s, used at %s, to no-new-privileges:true wherever the file is used, or make that its default", option.Variable(), placeOf(option))
	case why != "":
		f.Advice = why
	case spec.NoNewPrivileges.No() && ownDenial(v.Node) < 0:
		f.Advice = "Change no-new-privileges:false at " + spec.NoNewPrivileges.Place + ", from which this service inherits the setting"
	case d.Level == fixer.Manual:
		f.Advice = d.Advice
	default:
		f.Fixes = []fixer.Fix{forbidFix(v, d)}
	}
	return f
}

// decideNewPrivileges decides about no-new-privileges for a service and all that the
// answer reaches, started as the file has it or as a fix would.
func decideNewPrivileges(p *fixer.Pass, v compose.View, spec *container.Spec, start starter) container.Decision {
	d := start(spec).ForbidNewPrivileges()
	heedReached(p, v, "security_opt", &d, func(s *container.Spec) verdict { return verdict{Decision: start(s).ForbidNewPrivileges()} })
	heedDecision(v, v.Setting("security_opt"), &d)
	for _, s := range v.List("security_opt") {
		if on, said := container.NoNewPrivilegesOption(s.Node.Text()); said && !on {
			heedReason(v, s, &d)
		}
	}
	if isStack.Of(p) {
		d.Level, d.Advice = fixer.Manual, "Set \"no-new-privileges\": true in the configuration of the Docker daemon on each node. docker stack deploy ignores security_opt"
	}
	return d
}

// variableOption returns the entry of security_opt that is about this option and
// that a variable decides: a person has decided where its value is given.
func variableOption(v compose.View) compose.Setting {
	for _, s := range v.List("security_opt") {
		text, _ := compose.Expand(s.Node.Text())
		if s.Variable() != "" && strings.HasPrefix(strings.ToLower(text), "no-new-privileges") {
			return s
		}
	}
	return compose.Setting{}
}

func forbidFix(v compose.View, d container.Decision) fixer.Fix {
	return fixer.Fix{
		ID:     "add",
		Title:  "Add no-new-privileges:true to security_opt",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " grep NoNewPrivs /proc/1/status\nprints NoNewPrivs: 1",
		Edit: func(draft *fixer.Draft) error {
			if i := ownDenial(v.Node); i >= 0 {
				draft.YAML(v.Doc, yamldoc.Set(v.Path.Join("security_opt", i), "no-new-privileges:true"))
				return nil
			}
			return add(draft, v, "security_opt", "no-new-privileges:true")
		},
	}
}

// ownDenial returns the place, in the service's own list, of the option that is
// turned off; -1 when it is not written there.
func ownDenial(service *yamldoc.Node) int {
	return slices.IndexFunc(service.Own("security_opt").List(), func(n *yamldoc.Node) bool {
		on, said := container.NoNewPrivilegesOption(n.Text())
		return said && !on
	})
}
