package compose

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
	"oakum/fixer/yamldoc"
)

// NoNewPrivileges wants the option no-new-privileges.
var NoNewPrivileges = &fixer.Rule{
	Name:     "compose/no-new-privileges",
	Title:    "no-new-privileges missing",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Doc: fixer.Doc{
		What: `Services whose security_opt does not hold no-new-privileges:true, after merge keys, extends and override files.`,
		Why: `Without it a process may gain rights its parent does not have, through setuid programs or file capabilities. With it
a process that broke in stays what it is.`,
		Breaks: `Only what relies on a setuid program or on file capabilities at run time: sudo, su from another user than root, ping
of old distributions. Programs that start as root and step down (gosu, su-exec, setpriv) keep working.`,
		Verify: `docker compose exec SERVICE grep NoNewPrivs /proc/1/status   prints 1`,
		Bad: `services:
  web:
    image: example.org/web:1.4
`,
		Good: `services:
  web:
    image: example.org/web:1.4
    security_opt:
      - no-new-privileges:true
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "5.26"},
			{Source: "OWASP Docker Security", ID: "rule 4", URL: "https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html"},
			{Source: "KICS", ID: "No New Privileges Not Set"},
			{Source: "Semgrep", ID: "no-new-privileges"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			if spec.NoNewPrivileges.Yes() {
				continue
			}
			d := spec.ForbidNewPrivileges()
			f := fixer.Finding{Message: fmt.Sprintf("service %q may gain privileges its first process does not have", v.Name), Evidence: d.Evidence}
			if spec.NoNewPrivileges.No() {
				f.Message = fmt.Sprintf("service %q turns no-new-privileges off", v.Name)
			}
			if spec.NoNewPrivileges.No() && ownDenial(v.Node) < 0 {
				f.Advice = "no-new-privileges:false is written in another place that this service takes it from: change it there"
			} else {
				f.Fixes = []fixer.Fix{forbidFix(p, v, d)}
			}
			report(p, v, nil, f)
		}
	},
}

func forbidFix(p *fixer.Pass, v compose.View, d container.Decision) fixer.Fix {
	return fixer.Fix{
		ID:     "add",
		Title:  "add no-new-privileges:true",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: "docker compose exec " + v.Name + " grep NoNewPrivs /proc/1/status   prints 1",
		Edit: func(draft *fixer.Draft) error {
			ops := appendTo(v, "security_opt", "no-new-privileges:true")
			if i := ownDenial(v.Node); i >= 0 {
				ops = []yamldoc.Op{yamldoc.Set(v.Path.Join("security_opt", i), "no-new-privileges:true")}
			}
			draft.YAML(p.File.Path, v.Doc, ops...)
			return nil
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
