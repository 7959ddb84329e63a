package compose

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
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
	use := usesOf(first.view.Doc.File, g.variable)
	env := environmentOf(p, first.view)
	writes := env.writable(first.value) && !env.sets[g.variable]
	switch why := g.unmovable(); {
	case why != "":
		f.Advice += ". Not fixed automatically: " + why
	case writes && use.demanded > 0:
		f.Fixes = []fixer.Fix{g.demandFix(p, use.demanded)}
	case writes && use.without > 0:
		f.Advice += fmt.Sprintf(". Not fixed automatically: line %d uses the variable without a default, and would get the value too", use.without)
	default:
		f.Fixes = []fixer.Fix{g.variableFix(p)}
	}
	report(p, first.view, first.node, f)
}

// demandFix demands the variable here as another line of the file does. Compose loads the
// file only where it is set: nothing gets the default, and no value is written.
func (g *secretGroup) demandFix(p *fixer.Pass, line int) fixer.Fix {
	first, places, with := g.first(), g.places, demand(g.variable)
	return fixer.Fix{
		ID: "variable", Level: fixer.Review,
		Title:  fmt.Sprintf("Write %s in place of the default: line %d demands the variable already", with, line),
		Breaks: fmt.Sprintf("Compose refuses to start until %s is set, as it does already. %s", g.variable, keepsHistory),
		Verify: first.view.CLI() + " config --quiet\nprints nothing: all variables are set",
		Edit: func(d *fixer.Draft) error {
			putInPlaces(d, places, with)
			return nil
		},
	}
}

// A use is how a file uses a variable: lines, 0 for none.
type use struct {
	demanded int // the file does not load without a value
	without  int // it stands there without a default
}

// usesOf returns how a file uses a variable besides with a default that is a secret.
func usesOf(f *yamldoc.File, name string) use {
	var out use
	var look func(n *yamldoc.Node)
	look = func(n *yamldoc.Node) {
		switch {
		case n == nil:
		case n.Kind == yamldoc.Scalar:
			for _, m := range usedVariable().FindAllStringSubmatch(n.Text(), -1) {
				switch {
				case m[1]+m[3] != name:
				case m[2] == ":?" || m[2] == "?":
					out.demanded = cmp.Or(out.demanded, n.Line)
				case m[2] == "":
					out.without = cmp.Or(out.without, n.Line)
				}
			}
		default:
			for _, e := range n.Entries() {
				look(e.Value)
			}
			for _, item := range n.Items() {
				look(item)
			}
		}
	}
	for _, d := range f.Docs {
		look(d.Root)
	}
	return out
}

// usedVariable matches a variable, and what says what it comes to where it is not set.
var usedVariable = text.Regexp(`\$\$|\$\{([A-Za-z_]\w*)(:?[-?+])?|\$([A-Za-z_]\w*)`)

// uses says where else the default stands.
func (g *secretGroup) uses(file string) []fixer.Evidence {
	var out []fixer.Evidence
	for _, at := range g.places[1:] {
		out = append(out, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", file, at.node.Line), Text: "The same variable gives " + at.subject() + " its value"})
	}
	return out
}
