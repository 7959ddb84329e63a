package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed default_password.md
var defaultPasswordDoc string

// DefaultPassword reports secrets that are the default of a variable.
var DefaultPassword = &fixer.Rule{
	Name:     "compose/default-password",
	Title:    "secret has a default",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/secret-in-env"},
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 12"},
		{Source: fixer.CWE, ID: "CWE-1392"},
		{Source: fixer.DockerDocs, ID: "Compose interpolation", Link: "https://docs.docker.com/reference/compose-file/interpolation/"},
		attackDefaultAccount,
	},
	Doc: defaultPasswordDoc,
	Check: func(p *fixer.Pass) {
		var order []string
		groups := map[string]*secretGroup{}
		for _, at := range append(secretsInEnvironments(p, defaultSecrets), secretsInCommands(p, defaultSecrets)...) {
			g := groups[at.variable]
			if g == nil {
				g = &secretGroup{variable: at.variable}
				groups[at.variable] = g
				order = append(order, at.variable)
			}
			g.places = append(g.places, at)
		}
		for _, name := range order {
			reportDefault(p, groups[name])
		}
	},
}

func reportDefault(p *fixer.Pass, g *secretGroup) {
	first := g.first()
	f := fixer.Finding{
		Path:     first.path() + " " + g.variable,
		Message:  fmt.Sprintf("%s falls back to a default that everybody can read here when %s is not set", first.title(), g.variable),
		Evidence: append([]fixer.Evidence{{Kind: fixer.FromCompose, Text: strings.Replace(first.literal.Evidence, "The value", "The default", 1)}}, g.uses(p.File.Path)...),
	}
	f.Advice = fmt.Sprintf("Write %s, and set the variable in a .env file that git ignores", demand(g.variable))
	for _, at := range g.places {
		if at.value != first.value {
			f.Advice += ". Not fixed automatically: the variable has different defaults in this file"
			report(p, first.view, first.node, f)
			return
		}
	}
	if why := g.unmovable(); why != "" {
		f.Advice += ". Not fixed automatically: " + why
	} else {
		f.Fixes = []fixer.Fix{g.variableFix(p)}
	}
	report(p, first.view, first.node, f)
}

// uses says where else the default stands.
func (g *secretGroup) uses(file string) []fixer.Evidence {
	var out []fixer.Evidence
	for _, at := range g.places[1:] {
		out = append(out, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", file, at.node.Line), Text: "The same variable gives " + at.subject() + " its value"})
	}
	return out
}
