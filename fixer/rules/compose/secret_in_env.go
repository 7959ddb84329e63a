package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed secret_in_env.md
var secretInEnvDoc string

// SecretInEnv reports secrets that a Compose file spells out for the environment or in a
// command of a service.
var SecretInEnv = &fixer.Rule{
	Name:     "compose/secret-in-env",
	Title:    "secret in an environment variable or a command",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 12"},
		{Source: fixer.ComposeLint, ID: "CL-0020"},
		{Source: fixer.ComposeLint, ID: "CL-0021"},
		{Source: fixer.KICSCommon, ID: "a88baa34-e2ad-44ea-ad6f-8cac87bc7c71", Title: "Passwords And Secrets"},
		{Source: fixer.CWE, ID: "CWE-798"},
		{Source: fixer.DockerDocs, ID: "Compose secrets", Link: "https://docs.docker.com/compose/how-tos/use-secrets/"},
		attackCredentials,
	},
	Doc: secretInEnvDoc,
	Check: func(p *fixer.Pass) {
		groups := groupSecrets(append(secretsInEnvironments(p, literalSecrets), secretsInCommands(p, literalSecrets)...))
		nameGroups(p, groups)
		seen := map[string]bool{}
		for _, g := range groups {
			at := g.first().path()
			if seen[at] { // a second password in one value
				at += " " + g.variable
			}
			seen[at] = true
			reportLiteral(p, g, at)
		}
	},
}

func reportLiteral(p *fixer.Pass, g *secretGroup, at string) {
	first := g.first()
	f := fixer.Finding{
		Path: at, Message: fmt.Sprintf("%s contains %s", first.title(), first.literal.What),
		Evidence: append([]fixer.Evidence{{Kind: fixer.FromCompose, Text: first.literal.Evidence}}, g.others(p.File.Path)...),
	}
	if first.literal.WellKnown {
		form := " is a well-known default password"
		switch {
		case first.literal.What == secret.InURL || first.literal.What == secret.InConnection:
			form = " contains " + strings.Replace(first.literal.What, "a password", "a well-known default password", 1)
		case first.literal.What != "a well-known default value":
			form = " is " + first.literal.What
		}
		f.Message, f.Severity = first.title()+form, fixer.Medium
	}
	advice := fmt.Sprintf("Write %s, and keep the value in a .env file that git ignores", demand(g.variable))
	if why := g.unmovable(); why != "" {
		f.Advice = text.Sentences("Rotate this secret: it can be read from this file. "+advice, "Not fixed automatically: "+why)
	} else {
		if fix, known := g.fileFix(p); fix.Edit != nil {
			f.Fixes, f.Evidence = append(f.Fixes, fix), append(f.Evidence, known)
		}
		f.Fixes = append(f.Fixes, g.variableFix(p))
		if f.Fixes[0].Level == fixer.Manual {
			f.Advice = g.setFirst()
		}
	}
	report(p, first.view, first.node, f)
}

// unmovable says why the values cannot be taken from elsewhere by an edit, "" where
// they can.
func (g *secretGroup) unmovable() string {
	for _, p := range g.places {
		if p.nested {
			return "the default stands in that of another variable"
		}
		if p.argument != nil {
			if why := p.fixedInCommand(); why != "" {
				return why
			}
		} else if strings.Contains(p.scalar.Text(), "\n") {
			return "the value has several lines. Keep it in a file, and mount it as a Compose secret"
		}
		if !plain(p.scalar) {
			return "YAML readers differ about what this number is. Put the value in quotes first"
		}
	}
	return ""
}
