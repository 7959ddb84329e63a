package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// defines is a rule whose fixes change a thing, define what it names at the top of the
// document, and add lines to another file. calls counts the checks of the file.
func defines(calls *int, path func(label string) yamldoc.Path, lines func(label string) []string) *fixer.Rule {
	return &fixer.Rule{Name: "k/defines", Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		*calls++
		for i, thing := range p.File.YAML.Docs[0].Root.Get("things").List() {
			label := thing.Get("name").Text()
			if thing.Get("has").Text() == "yes" {
				continue
			}
			p.Report(fixer.Finding{Path: label, Message: "nothing defined for " + label, Fixes: []fixer.Fix{{
				ID: "define", Title: "define it", Level: fixer.Safe,
				Edit: func(d *fixer.Draft) error {
					d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", i, "has"), "yes"))
					d.At(d.File).Define(0, path(label), "./"+label)
					d.AddLines(".gitignore", fixer.GitIgnore, lines(label)...)
					return nil
				},
			}}})
		}
	}}
}

// TestDefinitionsOfSeveralFixesAreMadeTogether: entries of a list at the top of a document,
// and lines of a file of lines, are written in the order of the fixes, whatever stands
// beside them, and a pass for each is not needed.
func TestDefinitionsOfSeveralFixesAreMadeTogether(t *testing.T) {
	own := func(label string) yamldoc.Path { return yamldoc.P("secrets", label, "file") }
	line := func(label string) []string { return []string{"/" + label} }
	const has = "  has: \"yes\"\n"
	ab := "secrets:\n  a:\n    file: ./a\n  b:\n    file: ./b\n"
	for _, c := range []struct {
		name, file, want string
		path             func(string) yamldoc.Path
		lines            func(string) []string
		ignored          string
		blocked          bool
	}{
		{name: "none before", file: "things:\n- name: a\n- name: b\nx: 1\n", want: "things:\n- name: a\n" + has + "- name: b\n" + has + "x: 1\n" + ab},
		{name: "one before", file: "secrets:\n  z: 1 # of z\nthings:\n- name: a\n- name: b\nx: 1\n",
			want: "secrets:\n  z: 1 # of z\n  a:\n    file: ./a\n  b:\n    file: ./b\nthings:\n- name: a\n" + has + "- name: b\n" + has + "x: 1\n"},
		{name: "the last thing ends the file", file: "things:\n- name: a\n- name: b\n", want: "things:\n- name: a\n" + has + "- name: b\n" + has + ab},
		{name: "without final newline", file: "things:\n- name: a\n- name: b", want: "things:\n- name: a\n" + has + "- name: b\n" + has + strings.TrimSuffix(ab, "\n")},
		{name: "before another document", file: "things:\n- name: a\n- name: b\n---\nb: 1\n", want: "things:\n- name: a\n" + has + "- name: b\n" + has + ab + "---\nb: 1\n"},
		{name: "in braces", file: "secrets: {z: 1}\nthings:\n- name: a\n- name: b\nx: 1\n",
			want: "secrets: {z: 1, a: {file: ./a}, b: {file: ./b}}\nthings:\n- name: a\n" + has + "- name: b\n" + has + "x: 1\n"},
		{name: "the same line of both", file: "things:\n- name: a\n- name: b\nx: 1\n", want: "things:\n- name: a\n" + has + "- name: b\n" + has + "x: 1\n" + ab,
			lines: func(string) []string { return []string{"/secrets"} }, ignored: "/there\n/secrets\n/secrets\n"},
		{name: "the same place of both", file: "things:\n- name: a\n- name: b\nx: 1\n", want: "things:\n- name: a\n" + has + "- name: b\n" + has + "x: 1\nsecrets:\n  one: ./b\n",
			path: func(string) yamldoc.Path { return yamldoc.P("secrets", "one") }},
		{name: "a thing in the way", file: "secrets: text\nthings:\n- name: a\n- name: b\nx: 1\n", blocked: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.path == nil {
				c.path = own
			}
			if c.lines == nil {
				c.lines, c.ignored = line, "/there\n/a\n/b\n"
			}
			calls := 0
			snap := fixer.NewSnapshot([]fixer.Source{
				{Path: "f.yaml", Kind: fixer.Kubernetes, Data: []byte(c.file)}, {Path: ".gitignore", Kind: fixer.GitIgnore, Data: []byte("/there\n")},
			})
			p := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{defines(&calls, c.path, c.lines)}), fixer.Safe)
			if c.blocked {
				if o := p.Outcomes[0]; len(p.Changes) > 0 || !strings.Contains(o.Reason, "secrets is a scalar") {
					t.Errorf("%s: %q", o.Result, o.Reason)
				}
				return
			}
			if got := contents(t, p, "f.yaml"); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
			if got := contents(t, p, ".gitignore"); got != c.ignored {
				t.Errorf("lines:\n%s\nwant:\n%s", got, c.ignored)
			}
		})
	}
}

// TestPassesDoNotGrowWithDefinitions: forty fixes that add to one list are made in as many
// passes as four.
func TestPassesDoNotGrowWithDefinitions(t *testing.T) {
	cost := func(n int) int {
		var b strings.Builder
		b.WriteString("secrets: {z: 1}\nthings:\n")
		for i := range n {
			fmt.Fprintf(&b, "- name: thing%d\n", i)
		}
		calls := 0
		snap := fixer.NewSnapshot([]fixer.Source{
			{Path: "f.yaml", Kind: fixer.Kubernetes, Data: []byte(b.String() + "x: 1\n")}, {Path: ".gitignore", Kind: fixer.GitIgnore, Data: []byte("/there\n")},
		})
		p := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{defines(&calls,
			func(label string) yamldoc.Path { return yamldoc.P("secrets", label) }, func(label string) []string { return []string{label} })}), fixer.Safe)
		if got := strings.Count(contents(t, p, "f.yaml"), "has:"); got != n {
			t.Errorf("%d of %d fixed", got, n)
		}
		return calls
	}
	if few, many := cost(4), cost(40); many > few {
		t.Errorf("%d checks for 40 fixes, %d for 4", many, few)
	}
}
