package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed no_password.md
var noPasswordDoc string

// NoPassword reports services that a variable tells to ask nobody for a password.
var NoPassword = &fixer.Rule{
	Name:     "compose/no-password",
	Title:    "authentication turned off",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 12"},
		{Source: fixer.CWE, ID: "CWE-1188"},
		{Source: fixer.CWE, ID: "CWE-306"},
		attackDefaultAccount,
	},
	Doc: noPasswordDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			e := container.OfService(p, v).Program()
			if e == nil || e.ByName {
				continue
			}
			spec := container.FromService(p, v)
			pairs := v.Pairs("environment")
			for _, open := range e.NoPassword {
				if pair, on := opens(open, pairs); on && !(spec.EnvFrom && len(open.Unless) > 0) {
					reportOpen(p, v, e, pair)
				}
			}
		}
	},
}

// opens reports whether a variable of a service turns authentication off.
func opens(open image.OpenSetting, pairs []compose.Pair) (pair compose.Pair, on bool) {
	for _, o := range pairs {
		value, _ := compose.Expand(o.Value)
		switch {
		case slices.Contains(open.Unless, strings.TrimSuffix(o.Name, "_FILE")) && (value != "" || strings.Contains(o.Value, "$") || !o.Given):
			return pair, false
		case o.Name == open.Env && value != "" && (len(open.Values) == 0 || slices.Contains(open.Values, strings.ToLower(value))):
			pair, on = o, true
		}
	}
	return pair, on
}

func reportOpen(p *fixer.Pass, v compose.View, e *image.Entry, pair compose.Pair) {
	f := fixer.Finding{
		Path:     v.Service.Path.String() + " env[" + pair.Name + "]",
		Message:  fmt.Sprintf("%s of service %q turns authentication off: everybody who reaches the service can use it", pair.Name, v.Name),
		Evidence: []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldNoPassword))},
		Advice: "Remove the variable and give the service a password, from a Compose secret or a .env file that git ignores. " +
			"A data directory that is initialized keeps its settings: change them there, too",
	}
	if port := publishedToAll(v); port != "" {
		f.Severity = fixer.High
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: port, Text: "The service publishes a port on all interfaces of the host"})
	}
	if pair.File == v.File {
		report(p, v, pair.Node, f)
		return
	}
	report(p, v, nil, f)
}

// publishedToAll returns the place of a port that a service publishes on all interfaces, ""
// for none.
func publishedToAll(v compose.View) string {
	for _, port := range v.Ports() {
		if port.Everywhere() {
			return placeOf(port.Setting)
		}
	}
	return ""
}
