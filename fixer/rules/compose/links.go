package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed links.md
var linksDoc string

// Links reports links between services that reach each other by name without them.
var Links = &fixer.Rule{
	Name:     "compose/links",
	Title:    "links without effect",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "links", Link: "https://docs.docker.com/reference/compose-file/services/#links"},
	},
	Doc: linksDoc,
	Check: func(p *fixer.Pass) {
		all := services(p)
		for _, v := range all {
			if names := needlessLinks(all, v); len(names) > 0 {
				s := v.Setting("links")
				report(p, v, own(s), fixer.Finding{
					Path:     v.Service.Path.Join("links").String(),
					Message:  fmt.Sprintf("Service %q links %s, which it reaches by name without a link", v.Name, strings.Join(names, ", ")),
					Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Docker", Text: "Services of one network resolve the names of each other"}},
					Fixes:    []fixer.Fix{unlinkFix(v, names)},
				})
			}
		}
	},
}

// needlessLinks returns the services that one links without another name for them, and
// with which it shares a network.
func needlessLinks(all []compose.View, v compose.View) []string {
	list := v.Node.Own("links")
	if list == nil || list.Kind != yamldoc.Sequence || len(v.Overrides) > 0 || len(v.Reached("links")) > 0 {
		return nil
	}
	var out []string
	for _, n := range list.Items() {
		name, alias, given := strings.Cut(n.Text(), ":")
		i := slices.IndexFunc(all, func(o compose.View) bool { return o.Name == name })
		if given && alias != name || i < 0 || name == v.Name || !shareNetwork(v, all[i]) {
			continue
		}
		out = append(out, name)
	}
	return out
}

// shareNetwork reports whether two services of a file are in one network that Compose
// makes, where each reaches the other by name.
func shareNetwork(a, b compose.View) bool {
	if a.Setting("network_mode").Node != nil || b.Setting("network_mode").Node != nil {
		return false
	}
	first, second := networksOf(a), networksOf(b)
	return slices.ContainsFunc(first, func(name string) bool { return slices.Contains(second, name) })
}

func networksOf(v compose.View) []string {
	var out []string
	for _, pair := range v.Pairs("networks") {
		out = append(out, pair.Name)
	}
	if len(out) == 0 {
		return []string{"default"}
	}
	return out
}

// unlinkFix removes links. That a linked service starts first is kept under depends_on.
func unlinkFix(v compose.View, names []string) fixer.Fix {
	var waits []string
	known := v.Pairs("depends_on")
	for _, name := range names {
		if !slices.ContainsFunc(known, func(p compose.Pair) bool { return p.Name == name }) && !slices.Contains(waits, name) {
			waits = append(waits, name)
		}
	}
	fix := fixer.Fix{
		ID: "remove", Title: "Remove the links to " + strings.Join(names, ", "), Level: fixer.Safe,
		Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " getent hosts " + text.ShellWord(names[0]) + "\nprints the address of " + text.VisibleLine(names[0]),
	}
	if len(waits) > 0 {
		fix.Title = "Replace the links to " + strings.Join(names, ", ") + " by depends_on"
	}
	list := v.Node.Own("links")
	var ops []yamldoc.Op
	for i := len(list.Items()) - 1; i >= 0; i-- {
		if name, alias, given := strings.Cut(list.Items()[i].Text(), ":"); slices.Contains(names, name) && (!given || alias == name) {
			ops = append(ops, yamldoc.Remove(v.Path.Join("links", i)))
		}
	}
	if len(ops) == len(list.Items()) {
		ops = []yamldoc.Op{yamldoc.Remove(v.Path.Join("links"))}
	}
	fix.Edit = func(d *fixer.Draft) error {
		if v.Node.Get("depends_on").Is(yamldoc.Mapping) {
			for _, name := range waits {
				d.YAML(v.Doc, yamldoc.Set(v.Path.Join("depends_on", name, "condition"), "service_started"))
			}
		} else if err := add(d, v, "depends_on", waits...); err != nil {
			return err
		}
		d.YAML(v.Doc, ops...)
		return nil
	}
	return fix
}
