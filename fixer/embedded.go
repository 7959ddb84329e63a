package fixer

import (
	"bytes"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An Embedded is a Dockerfile that stands inside a Compose file, under
// dockerfile_inline. The rules for Dockerfiles look at it as at any other, and
// what they report is turned into findings of the Compose file.
type Embedded struct {
	// File is the Dockerfile, with the path of the Compose file. Empty lines come
	// before its text, so that its lines are those of the Compose file.
	File *File

	text  *yamldoc.Node
	place yamldoc.Path
	doc   *yamldoc.Doc
	head  string // what File has before the text, or before what comes after its directives
	top   string // the directives
	exact bool   // the lines are those of the Compose file, and edits can be made in it
	mark  bool   // Compose's mark of a dollar is to be written for each
}

// Embedded returns the Dockerfiles that stand in the file.
func (f *File) Embedded() []*Embedded { return f.embedded() }

// Text is the text of the Dockerfile.
func (e *Embedded) Text() []byte { return []byte(e.text.Value) }

// suppressions are the comments in the Dockerfile that suppress findings.
func (e *Embedded) suppressions() []Suppression {
	if e.text.Style != yamldoc.Literal || !bytes.Contains(e.File.Data, []byte("oakum:")) {
		return nil
	}
	return e.File.Suppressions()
}

func findEmbedded(f *File) []*Embedded {
	if f.Compose == nil {
		return nil
	}
	var out []*Embedded
	for _, s := range f.Compose.Services {
		n := s.InlineDockerfile()
		if n == nil || slices.ContainsFunc(out, func(e *Embedded) bool { return e.text == n }) {
			continue
		}
		if e := embed(f, n); e.File.Dockerfile != nil {
			out = append(out, e)
		}
	}
	return out
}

// embed reads the text of a Dockerfile as BuildKit is given it: Compose puts
// variables in first.
func embed(f *File, n *yamldoc.Node) *Embedded {
	src, _ := compose.Expand(n.Value)
	e := &Embedded{text: n, place: n.Path(), doc: f.Compose.Doc}
	e.mark = strings.Contains(n.Value, "$")
	literal := n.Style == yamldoc.Literal && !strings.HasPrefix(src, " ") && strings.Count(src, "\n") == strings.Count(n.Value, "\n")
	// Directives hold at the top alone: they come before the empty lines.
	if parsed, err := dockerfile.Parse([]byte(src)); err == nil && len(parsed.Directives) > 0 {
		end := parsed.Directives[len(parsed.Directives)-1].End
		e.top = src[:end+len(src[end:])-len(strings.TrimPrefix(src[end:], "\n"))]
	}
	e.head = e.top + strings.Repeat("\n", n.Line)
	e.exact = literal && strings.ReplaceAll(src, "$", "$$") == n.Value
	e.File = newFile(Source{Path: f.Path, Kind: Dockerfile, Data: []byte(e.head + src[len(e.top):])})
	return e
}

// Check runs rules for Dockerfiles over an embedded one, and returns what they
// report as findings of the Compose file, and which rules failed. What that depends
// on is added to deps.
func (e *Embedded) Check(snap *Snapshot, facts *Facts, rules []*Rule, deps *Deps) (found []Finding, problems map[string]error) {
	inspection := NewInspection(snap, e.File, facts)
	for _, rule := range rules {
		list, d, err := inspection.Run(rule)
		deps.add(d)
		if err != nil {
			if problems == nil {
				problems = map[string]error{}
			}
			problems[rule.Name] = err
		}
		for _, f := range list {
			if f.File == e.File.Path {
				found = append(found, e.finding(snap.File(e.File.Path), f))
			}
		}
	}
	return found, problems
}

// PathOf is the path that a finding of the file has in the Dockerfile itself.
func (e *Embedded) PathOf(f Finding) string {
	return strings.TrimPrefix(f.Path, e.place.String()+" ")
}

// finding is one of the Dockerfile as one of the file that it stands in.
func (e *Embedded) finding(in *File, f Finding) Finding {
	f.Path = e.place.String() + " " + f.Path
	from, to := e.File.Lines().At(f.Start), e.File.Lines().At(max(f.Start, f.End-1))
	lines := in.Lines()
	if from <= e.text.Line || to > lines.Count() || e.text.Style != yamldoc.Literal {
		f.Start, f.End = e.text.KeyOrSelf().Start, e.text.End
		from, to = lines.At(f.Start), lines.At(f.End-1)
	} else {
		line := lines.Text(from)
		f.Start, f.End = lines.Start(from)+len(line)-len(strings.TrimLeft(line, " \t")), lines.End(to)
	}
	f.Line, f.EndLine = from, to
	var fixes []Fix
	for _, fix := range f.Fixes {
		if e.exact {
			fixes = append(fixes, e.fix(fix))
		} else if f.Advice == "" {
			f.Advice = fix.Title + " by hand: Compose assembles this Dockerfile from variables, or its YAML form cannot be edited"
		}
	}
	f.Fixes = fixes
	return f
}

// fix makes a fix in the text of the Dockerfile. None is safe: what runs the image
// was not looked at.
func (e *Embedded) fix(inner Fix) Fix {
	out := inner
	if out.Level == Safe {
		out.Level = Review
		if out.Breaks == "" {
			out.Breaks = "The services that run the image are not checked, because the Dockerfile is inside a Compose file"
		}
	}
	out.Edit = func(d *Draft) error {
		draft := &Draft{Snapshot: d.Snapshot, File: d.File, Params: d.Params, unverified: d.unverified}
		if err := inner.Edit(draft); err != nil {
			return err
		}
		c := draft.changes[e.File.Path]
		if c == nil || len(draft.changes) > 1 || len(draft.order) > 0 || c.Create != nil || len(c.Lines)+len(c.Definitions)+len(c.Documents)+len(c.Patterns) > 0 {
			return Refuse("this fix also changes other files, which is not supported for a Dockerfile inside a Compose file")
		}
		text.Sort(c.Edits)
		after, err := text.Apply(e.File.Data, c.Edits)
		if err != nil {
			return err
		}
		body, ok := bytes.CutPrefix(after, []byte(e.head))
		if !ok {
			return Refuse("this fix changes the first lines of the Dockerfile, which is not supported inside a Compose file")
		}
		value := e.top + string(body)
		if e.mark || strings.Contains(value, "$") {
			value = strings.ReplaceAll(value, "$", "$$")
		}
		if was := strings.Count(e.text.Value, secretMount); strings.Count(value, secretMount) > was {
			return Refuse("this fix needs a build secret that Compose does not pass yet: list it under build.secrets of the service, define it under the top-level secrets, then mount it by hand")
		}
		d.YAML(e.doc, yamldoc.Set(e.place, value))
		outer := d.change(e.File.Path)
		outer.Contract = append(outer.Contract, c.Contract...)
		return nil
	}
	return out
}

// secretMount is how a step asks for a secret of the build.
const secretMount = "--mount=type=secret"
