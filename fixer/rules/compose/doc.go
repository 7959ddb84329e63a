// Package compose holds the rules for Compose files, one per file.
//
// They look at services as Compose means them, with what merge keys, extends
// and override files give them. A service that only completes one of another
// file is left alone: what it lacks says nothing.
package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// services returns the services of the file that the rules speak of. The slice is shared
// and must not change.
func services(p *fixer.Pass) []compose.View { return allServices.Of(p) }

var allServices = fixer.Share(func(p *fixer.Pass) []compose.View {
	var out []compose.View
	for _, v := range written(p) {
		if !v.Partial {
			out = append(out, v)
		}
	}
	return out
})

// written returns those too that only complete a service of another file: what
// they say is said, though what they lack means nothing. What Compose reads over
// another file by itself is reported there. The slice is shared and must not change.
func written(p *fixer.Pass) []compose.View { return allWritten.Of(p) }

var allWritten = fixer.Share(func(p *fixer.Pass) []compose.View {
	var out []compose.View
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if v.Node != nil && !v.Completes && !windows(p, v) {
			out = append(out, v)
		}
	}
	return out
})

// windows reports whether a service is a container of Windows, to which none of
// this applies: by its platform, its isolation, its image or what that is built on.
func windows(p *fixer.Pass, v compose.View) bool {
	if isolation := v.Text("isolation"); isolation == "hyperv" || isolation == "process" || strings.HasPrefix(v.Text("platform"), "windows") {
		return true
	}
	name, _ := v.ImageName()
	if b, ok := p.Topology().ServiceBuild(v); ok {
		name = b.Stage.Root().Image
	} else if b, ok := p.Topology().InlineBuild(v); ok {
		name = b.Stage.Root().Image
	}
	ref, err := image.ParseReference(name)
	return err == nil && ref.Windows()
}

// verifyRestart checks that a service starts with what it has kept of its privileges,
// a second time too: entrypoints change owners at the first start.
func verifyRestart(v compose.View) string {
	compose, name := v.CLI(), text.ShellWord(v.Name)
	return compose + " up -d " + name + " && " + compose + " restart " + name + " && " + compose + " ps " + name +
		"\nshows the service as running after its second start\n\n" +
		compose + " logs " + name + " 2>&1 | grep -ciE 'operation not permitted|permission denied'\nprints 0"
}

// verifyLogs checks that a service has tried to write to no read-only path.
func verifyLogs(v compose.View) string {
	return v.CLI() + " logs " + text.ShellWord(v.Name) + " 2>&1 | grep -ci 'read-only file'\nprints 0 after the service has been used"
}

// report fills in the place of a service: its name, or the node at fault when
// it stands in this file.
func report(p *fixer.Pass, v compose.View, at *yamldoc.Node, f fixer.Finding) {
	if at == nil {
		at = v.Key
	}
	if f.Path == "" {
		f.Path = v.Service.Path.String()
	}
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	f.Evidence = withImage(v, f.Evidence)
	p.Report(f)
}

// withImage adds which image a variable names to evidence about it.
func withImage(v compose.View, list []fixer.Evidence) []fixer.Evidence {
	name, given, ok := v.Given(v.Setting("image").Node.Text())
	about := func(e fixer.Evidence) bool { return e.Kind == fixer.FromTable }
	said := func(e fixer.Evidence) bool { return e.Place == given.Place }
	if !ok || !slices.ContainsFunc(list, about) || slices.ContainsFunc(list, said) {
		return list
	}
	return append([]fixer.Evidence{{Kind: fixer.FromRepository, Place: given.Place, Text: "Variable " + name + " is " + given.Value}}, list...)
}

// own returns the node of a setting when the service itself writes it.
func own(s compose.Setting) *yamldoc.Node {
	if s.Own {
		return s.Node
	}
	return nil
}

// write makes a change of what a service says for key in the place where that
// holds, which may be an override.
func write(d *fixer.Draft, v compose.View, key string, ops func(part compose.Part) []yamldoc.Op) error {
	if why := unwritable(v, key); why != "" {
		return fixer.Refuse("%s", why)
	}
	part, _ := v.Place(key)
	list := ops(part)
	if part.Shared() != nil { // what it reaches has been judged with the service
		list = yamldoc.Everywhere(list...)
	}
	d.At(part.File).YAML(part.Doc, list...)
	return nil
}

// set writes one value.
func set(d *fixer.Draft, v compose.View, key string, value any) error {
	return write(d, v, key, func(part compose.Part) []yamldoc.Op {
		return []yamldoc.Op{yamldoc.Set(part.Path.Join(key), value)}
	})
}

// add adds entries to a list of the service.
func add(d *fixer.Draft, v compose.View, key string, values ...string) error {
	if len(values) == 0 {
		return nil
	}
	return write(d, v, key, func(part compose.Part) []yamldoc.Op { return appendTo(part, key, values...) })
}

// appendTo adds entries to a list. One that a merge key supplies is written out
// in full, because a list of the service's own replaces it; lists of bases and
// overrides are appended to by Compose.
func appendTo(part compose.Part, key string, values ...string) []yamldoc.Op {
	at := part.Path.Join(key)
	local := part.Node.Own(key)
	effective := part.Node.Get(key)
	var ops []yamldoc.Op
	switch {
	case local == nil && !effective.Null() || local.Is(yamldoc.Scalar) && !local.Null():
		var list []any
		for _, s := range texts(effective) {
			list = append(list, s)
		}
		for _, s := range values {
			list = append(list, s)
		}
		return []yamldoc.Op{yamldoc.Extend(at, list)}
	}
	for _, s := range values {
		ops = append(ops, yamldoc.Append(at, s))
	}
	return ops
}

// texts returns the entries of a list of strings, or the one string that some
// keys take in its place.
func texts(n *yamldoc.Node) []string {
	if s := n.Text(); s != "" {
		return []string{s}
	}
	var out []string
	for _, item := range n.List() {
		out = append(out, item.Text())
	}
	return out
}

// has reports whether a list holds an entry for which match is true.
func has(list []compose.Setting, match func(string) bool) bool {
	for _, s := range list {
		if value, _ := compose.Expand(s.Node.Text()); match(value) {
			return true
		}
	}
	return false
}

// ownOf returns the entries of a list that the service itself writes.
func ownOf(list []compose.Setting) []compose.Setting {
	var out []compose.Setting
	for _, s := range list {
		if s.Own {
			out = append(out, s)
		}
	}
	return out
}

// isOn reports whether a setting is on, by its default where a variable decides it.
func isOn(s compose.Setting) bool {
	on, _ := s.Bool()
	return on
}

// placeOf is where a setting is written, for people.
func placeOf(s compose.Setting) string { return fmt.Sprintf("%s:%d", s.File, s.Node.Line) }
