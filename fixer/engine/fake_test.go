package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// wantKey is a rule that wants a key with a value in every mapping of the
// list "things", in files of kind kubernetes.
func wantKey(name, key string, value any, severity fixer.Severity) *fixer.Rule {
	return &fixer.Rule{Name: name, Title: key, Severity: severity, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		for i, thing := range p.File.YAML.Docs[0].Root.Get("things").List() {
			got := thing.Get(key)
			if fmt.Sprint(value) == got.Text() || got.Is(yamldoc.Mapping) {
				continue
			}
			at := yamldoc.P("things", i, key)
			p.Report(fixer.Finding{
				Path: fmt.Sprintf("things[%d].%s", i, key), Start: thing.Start, End: thing.End, Message: "no " + key,
				Fixes: []fixer.Fix{{
					ID: "set", Title: "set " + key, Level: fixer.Safe,
					Params: []fixer.Param{{Name: "value", Meaning: "the value", Default: fmt.Sprint(value), Validate: func(s string) error {
						if strings.Contains(s, " ") {
							return fmt.Errorf("no blanks")
						}
						return nil
					}}},
					Edit: fixer.EditYAML(p.File.YAML.Docs[0], yamldoc.Set(at, value)),
				}},
			})
		}
	}}
}

// manual is a rule that reports every file and has no fix.
func manual(name string, severity fixer.Severity) *fixer.Rule {
	return &fixer.Rule{Name: name, Severity: severity, Kind: fixer.Kubernetes, Check: func(p *fixer.Pass) {
		p.Report(fixer.Finding{Path: "file", Message: "look at it", Advice: "look at it yourself"})
	}}
}

func things(files ...string) *fixer.Snapshot {
	var sources []fixer.Source
	for i := 0; i < len(files); i += 2 {
		sources = append(sources, fixer.Source{Path: files[i], Kind: fixer.Kubernetes, Data: []byte(files[i+1])})
	}
	return fixer.NewSnapshot(sources)
}

const twoThings = "things:\n- name: a\n- name: b\n  # between\n"

func contents(t *testing.T, p *engine.Plan, path string) string {
	t.Helper()
	f := p.After.File(path)
	if f == nil {
		t.Fatalf("no file %s after the fold", path)
	}
	return string(f.Data)
}

func outcome(t *testing.T, p *engine.Plan, rule, file, path string) engine.Outcome {
	t.Helper()
	o := p.Outcome(fixer.Key{Rule: rule, File: file, Path: path})
	if o == nil {
		t.Fatalf("no outcome for %s %s %s; have %v", rule, file, path, p.Outcomes)
	}
	return *o
}

func acceptAll(t *testing.T, s *engine.Session, level fixer.Level) *engine.Plan {
	t.Helper()
	if _, err := s.AcceptAll(level, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// ordered lets the fixes of each rule be made after those of the rules before it.
func ordered(rules ...*fixer.Rule) []*fixer.Rule {
	for i := 1; i < len(rules); i++ {
		rules[i].After = []string{rules[i-1].Name}
	}
	return rules
}
