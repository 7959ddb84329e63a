package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// addsDocument is a rule that wants a document for each thing, and a key in
// the thing itself: edits at the end of the file and at the end of its last
// document meet.
func addsDocument(name string) *fixer.Rule {
	return &fixer.Rule{Name: name, Severity: fixer.Low, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		root := p.File.YAML.Docs[0].Root
		for i, thing := range root.Get("things").List() {
			label := thing.Get("name").Text()
			if thing.Get("has").Text() == "yes" {
				continue
			}
			p.Report(fixer.Finding{Path: label, Message: "no document for " + label, Fixes: []fixer.Fix{{
				ID: "add", Title: "add it", Level: fixer.Safe,
				Edit: func(d *fixer.Draft) error {
					d.Document("of: " + label + "\n")
					d.YAML(p.File.YAML.Docs[0], yamldoc.Set(yamldoc.P("things", i, "has"), "yes"))
					return nil
				},
			}}})
		}
	}}
}

func TestDocumentsAreAddedAtTheEnd(t *testing.T) {
	for _, c := range []struct{ name, file, want, reason string }{
		{"plain", "things:\n- name: a\n", "things:\n- name: a\n  has: \"yes\"\n---\nof: a\n", ""},
		{"two, one after the other", "things:\n- name: a\n- name: b\n", "things:\n- name: a\n  has: \"yes\"\n- name: b\n  has: \"yes\"\n---\nof: a\n---\nof: b\n", ""},
		{"no final newline", "things:\n- name: a", "things:\n- name: a\n  has: \"yes\"\n---\nof: a", ""},
		{"Windows", "things:\r\n- name: a\r\n", "things:\r\n- name: a\r\n  has: \"yes\"\r\n---\r\nof: a\r\n", ""},
		{"after other documents", "---\nthings: [{name: a}]\n---\nb: |\n  text\n# end\n", "---\nthings: [{name: a, has: \"yes\"}]\n---\nb: |\n  text\n# end\n---\nof: a\n", ""},
		{"after an end marker", "things: [{name: a}]\n...\n# end\n", "", "the comment \"# end\" is gone"},
		{"JSON", "{\"things\": [{\"name\": \"a\"}]}\n", "", "is JSON"},
		{"a text whose end is that of the file", "things: [{name: a}]\n---\nb: |\n  text", "", "would change something else"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := engine.NewSession(things("f.yaml", c.file), nil, []*fixer.Rule{addsDocument("k/document")})
			p := acceptAll(t, s, fixer.Safe)
			if c.want == "" {
				if o := p.Outcomes[0]; len(p.Changes) > 0 || !strings.Contains(o.Reason, c.reason) {
					t.Errorf("%s: %q, want %q", o.Result, o.Reason, c.reason)
				}
				return
			}
			if got := contents(t, p, "f.yaml"); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestAddedDocumentsAreCounted has a fix that adds a document by an ordinary
// edit, which nobody asked for.
func TestAddedDocumentsAreCounted(t *testing.T) {
	s := engine.NewSession(things("f.yaml", "things: []\n"), nil, []*fixer.Rule{breaking(func(p *fixer.Pass, d *fixer.Draft) error {
		d.Document("fine: true\n---\nother: 1\n")
		return nil
	})})
	p := acceptAll(t, s, fixer.Safe)
	if o := p.Outcomes[0]; !strings.Contains(o.Reason, "number of documents from 1 to 3") {
		t.Errorf("%s: %q", o.Result, o.Reason)
	}
}

// TestSettingsAreHeldByWhoKnowsTheirForm: edits of a configuration file are verified by
// what the fix hands over, and not made where that says that they change something else.
func TestSettingsAreHeldByWhoKnowsTheirForm(t *testing.T) {
	for name, verify := range map[string]func(before, after []byte) error{
		"holds": func(before, after []byte) error {
			if string(before) != "a 80" || string(after) != "a 8080" {
				t.Errorf("held %q against %q", after, before)
			}
			return nil
		},
		"does not hold": func(_, _ []byte) error { return errors.New("something else") },
	} {
		rule := &fixer.Rule{Name: "d/port", Severity: fixer.High, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			if f := p.Read("server.conf"); string(f.Data) != "a 80" {
				return
			}
			p.Report(fixer.Finding{Path: "port", Message: "port", Fixes: []fixer.Fix{{ID: "move", Title: "move", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				d.At("server.conf").Settings([]text.Edit{{Start: 2, End: 4, New: "8080"}}, verify)
				return nil
			}}}})
		}}
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM a:1\n")}, {Path: "server.conf", Kind: fixer.Project, Data: []byte("a 80")}})
		plan := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{rule}), fixer.Safe)
		want := engine.Fixed
		if name != "holds" {
			want = engine.Blocked
		}
		if got := outcome(t, plan, "d/port", "Dockerfile", "port"); got.Result != want {
			t.Errorf("%s: %v (%s)", name, got.Result, got.Reason)
		}
	}
}
