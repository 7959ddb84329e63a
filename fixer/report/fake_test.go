package report_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
)

// fakeRules are rules with one purpose each: to give a report something of
// every kind. They look at lines of Compose files that hold a word.
func fakeRules() []*fixer.Rule {
	doc := `# compose/fake

An example line is wrong; write another.

## What is reported

Lines.

A second paragraph that is long enough to be wrapped somewhere before its eightieth column ends.

## Why

Because of:
- one
- two

## What can break

nothing

## How to check

docker compose exec web a-command --with-a-long-flag --and-another-one --that-is-never-wrapped
prints nothing

` + fixer.ExampleSection("yaml", "\na:\n  b: 1\n", "a:\n  b: ```2\n")
	references := []fixer.Reference{{Source: fixer.Web, ID: "5.4", Link: "https://example.org/5.4"}, {Source: fixer.Kubesec, ID: "DockerSock"}}
	rule := func(name string, s fixer.Severity, check func(p *fixer.Pass, at int, line string)) *fixer.Rule {
		return &fixer.Rule{Name: "compose/" + name, Title: name + " | title", Severity: s, Kind: fixer.Compose, Doc: doc, References: references,
			Check: func(p *fixer.Pass) {
				for n := 1; n <= p.File.Lines().Count(); n++ {
					if line := p.File.Lines().Text(n); strings.Contains(line, "image: "+name) {
						check(p, p.File.Lines().Start(n), line)
					}
				}
			}}
	}
	find := func(p *fixer.Pass, at int, line string, f fixer.Finding) {
		f.Start, f.End = at, at+len(line)
		f.Path, _, _ = strings.Cut(strings.TrimSpace(line), ":")
		p.Report(f)
	}
	return []*fixer.Rule{
		// The edit does not declare the data it changes, so the fold blocks it.
		rule("fixable", fixer.Medium, func(p *fixer.Pass, at int, line string) {
			find(p, at, line, fixer.Finding{Message: "image is fixable", Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: "known"}},
				Fixes: []fixer.Fix{{ID: "mend", Title: "mend it", Level: fixer.Safe, Verify: "look at it",
					Params: []fixer.Param{{Name: "word", Meaning: "what to write", Default: "mended"}},
					Edit: func(d *fixer.Draft) error {
						start := at + strings.Index(line, "fixable")
						d.Comment([]text.Edit{{Start: start, End: start + len("fixable"), New: d.Param("word")}})
						return nil
					}}}})
		}),
		rule("risky", fixer.High, func(p *fixer.Pass, at int, line string) {
			find(p, at, line, fixer.Finding{Message: "image is risky", Fixes: []fixer.Fix{
				{ID: "go", Title: "go on", Level: fixer.Review, Breaks: "it breaks", Edit: func(d *fixer.Draft) error { return fixer.Refuse("not here") }}}})
		}),
		rule("hopeless", fixer.Critical, func(p *fixer.Pass, at int, line string) {
			find(p, at, line, fixer.Finding{Message: "image is \x1b[31mhopeless\u202e", Advice: "start again"})
		}),
		rule("panics", fixer.Low, func(*fixer.Pass, int, string) { panic(errors.New("boom")) }),
	}
}

const fakeCompose = `services:
  web:
    image: fixable
  worker:
    image: risky
  old:
    image: hopeless
  quiet:
    image: risky # oakum: ignore compose/risky on purpose
  idle:
    image: fine # oakum: ignore compose/risqy a slip
`

func fakeSnapshot(more ...fixer.Source) *fixer.Snapshot {
	return fixer.NewSnapshot(append([]fixer.Source{
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(fakeCompose)},
		{Path: "evidence.yaml", Kind: fixer.Compose, Data: []byte("services:\n  x:\n    image: risky\n"), Context: true},
		{Path: "chart/values.yaml", Kind: fixer.Helm, Skip: &fixer.Skip{Code: fixer.SkipHelm, Reason: "values of a chart"}},
	}, more...))
}

func fakeScan(t *testing.T, f report.Filter, more ...fixer.Source) *report.Scan {
	t.Helper()
	snap := fakeSnapshot(more...)
	f.Known = fakeRules()
	return report.NewScan("/the/root", snap, engine.Check(snap, nil, fakeRules()), f)
}
