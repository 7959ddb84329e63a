package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/yamldoc"
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
	},
	Doc: noNewPrivilegesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			options := v.List("security_opt")
			if has(options, grants) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("service %q may gain privileges its first process does not have", v.Name)}
			fix := fixer.Fix{
				ID:     "add",
				Title:  "add no-new-privileges:true",
				Level:  fixer.Safe,
				Breaks: "only what relies on a setuid program or on file capabilities at run time: sudo, ping of old distributions",
				Verify: "docker compose exec " + v.Name + " grep NoNewPrivs /proc/1/status   prints 1",
				Edit: func(d *fixer.Draft) error {
					for i, n := range v.Node.Own("security_opt").List() {
						if denies(n.Text()) {
							d.YAML(v.Doc, yamldoc.Set(v.Path.Join("security_opt", i), "no-new-privileges:true"))
							return nil
						}
					}
					d.YAML(v.Doc, appendTo(v, "security_opt", "no-new-privileges:true")...)
					return nil
				},
			}
			if has(options, denies) {
				f.Message = fmt.Sprintf("service %q turns no-new-privileges off", v.Name)
				fix.Level, fix.Breaks = fixer.Review, "somebody turned it off: a setuid program that is needed stops working"
				if !ownDenial(v.Node) {
					f.Advice = "no-new-privileges:false is written in another place that this service takes it from: change it there"
					report(p, v, nil, f)
					continue
				}
			} else if profile := container.OfService(p, v); profile.Entry != nil && len(profile.Entry.CapsNonRoot) > 0 {
				fix.Level = fixer.Review
				fix.Breaks = "the program has file capabilities, which no longer take effect"
				f.Evidence = []fixer.Evidence{fixer.ImageEvidence(profile.Entry.Evidence(image.FieldCapsNonRoot))}
			} else if word := profile.Elevates(); word != "" {
				fix.Level = fixer.Review
				fix.Breaks = "what the image does with " + word + " no longer works"
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: profile.Build.Path, Text: "speaks of " + word}}
			}
			f.Fixes = []fixer.Fix{fix}
			report(p, v, nil, f)
		}
	},
}

// grants recognises the spellings that Docker reads as on.
func grants(s string) bool {
	return s == "no-new-privileges" || strings.EqualFold(s, "no-new-privileges:true") || strings.EqualFold(s, "no-new-privileges=true")
}

func denies(s string) bool {
	return strings.EqualFold(s, "no-new-privileges:false") || strings.EqualFold(s, "no-new-privileges=false")
}

func ownDenial(service *yamldoc.Node) bool {
	for _, n := range service.Own("security_opt").List() {
		if denies(n.Text()) {
			return true
		}
	}
	return false
}
