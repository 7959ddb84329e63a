package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A secretGroup is one secret with all places of a file that hold it: a person decides
// about it once.
type secretGroup struct {
	places   []secretPlace // that of the service which checks the password first, where it is known
	variable string        // that is to give them their value
}

func (g *secretGroup) first() *secretPlace { return &g.places[0] }

// groupSecrets puts places together that hold one secret: the password of a service
// and what its clients connect with, and one variable that several services have.
func groupSecrets(places []secretPlace) []*secretGroup {
	var groups []*secretGroup
	join := func(p secretPlace, same func(g *secretGroup) bool) bool {
		for _, g := range groups {
			if g.first().value == p.value && same(g) {
				g.places = append(g.places, p)
				return true
			}
		}
		return false
	}
	var rest []secretPlace
	for _, p := range places {
		if !p.owner {
			rest = append(rest, p)
		} else if !join(p, func(g *secretGroup) bool { return g.first().named(&p) }) {
			groups = append(groups, &secretGroup{places: []secretPlace{p}})
		}
	}
	for _, p := range rest {
		ok := join(p, func(g *secretGroup) bool { return g == checkedBy(groups, &p) })
		ok = ok || join(p, func(g *secretGroup) bool {
			return !g.first().owner && (g.first().named(&p) || g.first().connects(&p) || p.connects(g.first()))
		})
		if !ok {
			groups = append(groups, &secretGroup{places: []secretPlace{p}})
		}
	}
	groups = slices.DeleteFunc(groups, func(g *secretGroup) bool { return g.first().follows })
	slices.SortStableFunc(groups, func(a, b *secretGroup) int { return a.first().node.Start - b.first().node.Start })
	return groups
}

// named reports whether two places of one value are meant as one secret by what they are
// called. Options of commands are called alike everywhere: there the service counts, the
// host, or a value that nobody chooses twice.
func (at *secretPlace) named(o *secretPlace) bool {
	if at.argument == nil && o.argument == nil {
		return at.name == o.name
	}
	same := at.view.Name == o.view.Name && (at.name != "" && o.name != "" || at.host == o.host)
	return same || at.host != "" && at.host == o.host || at.option() == o.option() && at.name == o.name && at.host == o.host && at.longValue()
}

// connects reports whether one of two places of a value is what a client connects with to the
// service of the other.
func (at *secretPlace) connects(o *secretPlace) bool {
	return at.host != "" && at.host == o.view.Name
}

func (at *secretPlace) option() string {
	if at.argument == nil {
		return at.name
	}
	return at.argument.Option
}

// longValue reports whether nobody would choose the value for two secrets.
func (at *secretPlace) longValue() bool { return !at.literal.WellKnown && len(at.value) >= 12 }

// checkedBy returns the group of the service that a client most likely connects to with
// the value; nil where it is none or may be several.
func checkedBy(groups []*secretGroup, p *secretPlace) *secretGroup {
	var found []*secretGroup
	for _, g := range groups {
		first := g.first()
		if first.owner && first.value == p.value && (p.host == first.view.Name || p.host == "" && clientOf(p, first)) {
			found = append(found, g)
		}
	}
	if len(found) > 1 { // root and a user of one database have one password
		root := asRoot(p)
		found = slices.DeleteFunc(found, func(g *secretGroup) bool { return slices.Contains(secret.Words(g.first().name), "ROOT") != root })
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// asRoot reports whether a client connects as root, as far as its environment says.
func asRoot(p *secretPlace) bool {
	if slices.Contains(secret.Words(p.name), "ROOT") {
		return true
	}
	if p.argument != nil {
		return p.argument.Root
	}
	for _, pair := range compose.PairsOf(p.view.Node.Get("environment"), p.view.File) {
		if pair.Value == "root" && !secret.Named(pair.Name) || strings.Contains(pair.Value, "://root:") {
			return true
		}
	}
	return false
}

// clientOf reports whether a variable is most likely what a client connects to the
// owner with: it speaks of a database or of the service, or nobody would choose the
// value twice.
func clientOf(p, owner *secretPlace) bool {
	if p.view.Name == owner.view.Name && (p.argument != nil || owner.argument != nil) {
		return true
	}
	if p.name == owner.name && p.argument == nil && owner.argument == nil || owner.longValue() || p.argument.speaksOf(owner.view.Name) {
		return true
	}
	own := slices.Concat(secret.Words(owner.view.Name), secret.Words(owner.name), owner.software)
	return slices.ContainsFunc(secret.Words(p.name), func(w string) bool {
		return slices.Contains(databaseWords, w) || slices.Contains(own, w) && !slices.Contains(secretWords, w)
	})
}

var (
	databaseWords = strings.Fields("DB DBPASS DATABASE DATABASES DATASOURCE SQL PG")
	secretWords   = strings.Fields("PASSWORD PASS PASSWD SECRET TOKEN KEY ROOT ADMIN USER DEFAULT INITDB INIT")
)

// interpolated finds the variables that a Compose file reads; $$ is a dollar.
var interpolated = text.Regexp(`(?:^|[^$])(?:\$\$)*\$\{?([A-Za-z_]\w*)`)

// nameGroups gives each group a variable that nothing else has.
func nameGroups(p *fixer.Pass, groups []*secretGroup) {
	if len(groups) == 0 {
		return
	}
	taken := map[string]bool{}
	for _, m := range interpolated().FindAllSubmatch(p.File.Data, -1) {
		taken[string(m[1])] = true
	}
	for _, g := range groups {
		first := g.first()
		env := environmentOf(p, first.view)
		free := func(name string) bool {
			value, known := env.values[name]
			// A fix before this one may have made a secret of that name, out of a
			// variable that is no longer there.
			secret := first.view.Definition("secrets", strings.ToLower(name)).Node
			return !taken[name] && secret == nil && (!known || value == first.value)
		}
		prefix := strings.ToUpper(identifier(first.view.Name)) + "_"
		base := identifier(first.name)
		if first.account {
			base = identifier(strings.TrimSuffix(first.name, "_AUTH")) + "_PASSWORD"
		}
		if first.argument != nil {
			base = first.argument.variable(prefix)
		}
		if first.host != "" && !first.owner && !(first.argument != nil && first.argument.Name == "TOKEN") {
			if base = strings.ToUpper(identifier(first.host)) + "_PASSWORD"; first.host == "localhost" || strings.ContainsAny(first.host, ".$") {
				if base = identifier(first.name) + "_PASSWORD"; first.name == "" {
					base = prefix + "PASSWORD"
				}
			}
		}
		if first.argument != nil && strings.HasPrefix(base, prefix) {
			prefix = ""
		}
		candidates := []string{base, prefix + base}
		if ofShell(base) {
			candidates = candidates[1:]
		}
		for _, c := range candidates {
			if free(c) {
				g.variable = c
				break
			}
		}
		for n := 2; g.variable == ""; n++ {
			if c := fmt.Sprintf("%s%s_%d", prefix, base, n); free(c) {
				g.variable = c
			}
		}
		taken[g.variable] = true
	}
}

// identifier makes a name one that Compose interpolates.
func identifier(name string) string {
	out := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// ofShell reports whether a variable is one that people and CI platforms have in their
// own environment, which Compose prefers to .env.
func ofShell(name string) bool {
	word, _, _ := strings.Cut(strings.ToUpper(name), "_")
	return slices.Contains(shellWords, word)
}

var shellWords = strings.Fields("ANTHROPIC ARM AWS AZURE CI COMPOSE DIGITALOCEAN DOCKER GCP GH GITHUB GITLAB GOOGLE HF NPM OPENAI PYPI SSH VAULT")

// others says where else a secret stands, as evidence.
func (g *secretGroup) others(file string) []fixer.Evidence {
	var out []fixer.Evidence
	for _, p := range g.places[1:] {
		out = append(out, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", file, p.node.Line), Text: "The same value is in " + p.subject()})
	}
	if also := g.first().also; len(also) > 0 {
		out = append(out, fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", file, g.first().scalar.Line), Text: "The same line applies to " + text.Count(len(also), "another service", "other services") + ": " + strings.Join(also[:min(3, len(also))], ", ")})
	}
	return out
}
