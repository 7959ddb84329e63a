package engine_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// wantExcluded is a rule for Dockerfiles that wants names kept from the build.
// Its fix writes line, or the name where line is "".
func wantExcluded(rule, name, line string) *fixer.Rule {
	return &fixer.Rule{Name: rule, Severity: fixer.Low, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		ctx, ok := p.Topology().Context(p.File.Path)
		if !ok || !ctx.Sends(name) {
			return
		}
		p.Report(fixer.Finding{Path: name, Message: "sends " + name, Fixes: []fixer.Fix{{
			ID: "exclude", Title: "exclude", Level: fixer.Safe,
			Edit: func(d *fixer.Draft) error {
				if line == "" {
					d.Exclude(ctx.IgnorePath, []string{name})
				} else {
					d.Exclude(ctx.IgnorePath, strings.Split(line, "\n"))
				}
				return nil
			},
		}}})
	}}
}

func sent(ignore string, outside bool) *fixer.Snapshot {
	sources := []fixer.Source{{Path: "a/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\nCOPY . /\n")}}
	if ignore != "" {
		sources = append(sources, fixer.Source{Path: "a/.dockerignore", Kind: fixer.Dockerignore, Data: []byte(ignore)})
	}
	return fixer.NewSnapshot(sources, fixer.Name{Path: ".", Kind: buildcontext.Directory}, fixer.Name{Path: "a", Kind: buildcontext.Directory, Outside: outside},
		fixer.Name{Path: "a/x"}, fixer.Name{Path: "a/y"})
}

// TestIgnoreFileIsMadeAndCompleted: the first of two fixes makes the file, the
// second adds to it, and what was remembered of the Dockerfile is asked again.
func TestIgnoreFileIsMadeAndCompleted(t *testing.T) {
	rules := []*fixer.Rule{wantExcluded("dockerfile/x", "x", ""), wantExcluded("dockerfile/y", "y", "")}
	for before, want := range map[string]string{"": "x\ny\n", "z\r\n": "z\r\nx\r\ny\r\n", "x": "x\ny"} {
		p := acceptAll(t, engine.NewSession(sent(before, false), nil, rules), fixer.Safe)
		if got := contents(t, p, "a/.dockerignore"); got != want || len(p.Final.Findings) > 0 {
			t.Errorf("%q became %q, want %q; open: %d", before, got, want, len(p.Final.Findings))
		}
		if n := len(p.Changes); n != 1 || p.Changes[0].Kind != fixer.Dockerignore || (p.Changes[0].Before == nil) != (before == "") {
			t.Errorf("%q: changes %+v", before, p.Changes)
		}
	}
}

// TestIgnoreFileIsVerified: a line that does something else than it says is
// rolled back.
func TestIgnoreFileIsVerified(t *testing.T) {
	for line, want := range map[string]string{
		"x\n!z\n":            "", // two lines and a blank: what it declares is what is there
		"y":                  "the finding remains after the edit",
		"[":                  "cannot be parsed",
		"# x":                "the finding remains after the edit",
		"x\n# and a comment": "",
	} {
		p := acceptAll(t, engine.NewSession(sent("z", false), nil, []*fixer.Rule{wantExcluded("dockerfile/x", "x", line)}), fixer.Safe)
		o := outcome(t, p, "dockerfile/x", "a/Dockerfile", "x")
		if want == "" && o.Result != engine.Fixed || want != "" && (o.Result != engine.Blocked || !strings.Contains(o.Reason, want)) {
			t.Errorf("%q: %s %q, want %q", line, o.Result, o.Reason, want)
		}
	}
	more := &fixer.Rule{Name: "dockerfile/more", Severity: fixer.Low, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		p.Report(fixer.Finding{Path: "more", Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "f", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
			d.Create("b/.dockerignore", fixer.Dockerignore, []byte("undeclared\n"))
			return nil
		}}}})
	}}
	p := acceptAll(t, engine.NewSession(sent("", false), nil, []*fixer.Rule{more}), fixer.Safe)
	if o := outcome(t, p, "dockerfile/more", "a/Dockerfile", "more"); o.Result != engine.Blocked || !strings.Contains(o.Reason, "exclude other files") {
		t.Errorf("%s %q", o.Result, o.Reason)
	}
}

// TestNothingIsMadeWhereNobodyAsked: the directory of a file that was selected is
// not itself asked for.
func TestNothingIsMadeWhereNobodyAsked(t *testing.T) {
	p := acceptAll(t, engine.NewSession(sent("", true), nil, []*fixer.Rule{wantExcluded("dockerfile/x", "x", "")}), fixer.Safe)
	o := outcome(t, p, "dockerfile/x", "a/Dockerfile", "x")
	if o.Result != engine.Refused || !strings.Contains(o.Reason, "outside the given paths") || len(p.Changes) > 0 {
		t.Errorf("%s %q, %d changes", o.Result, o.Reason, len(p.Changes))
	}
}

// TestNothingIsMadeInANewDirectoryWhereNobodyAsked: a directory that a fix would make belongs
// to the one that holds it.
func TestNothingIsMadeInANewDirectoryWhereNobodyAsked(t *testing.T) {
	for _, outside := range []bool{true, false} {
		make := &fixer.Rule{Name: "dockerfile/make", Severity: fixer.Low, Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
			if p.Read("a/new/below/x") != nil {
				return
			}
			p.Report(fixer.Finding{Path: "make", Message: "m", Fixes: []fixer.Fix{{ID: "f", Title: "f", Level: fixer.Safe, Edit: func(d *fixer.Draft) error {
				d.Create("a/new/below/x", fixer.SecretValue, []byte("x"))
				return nil
			}}}})
		}}
		p := acceptAll(t, engine.NewSession(sent("", outside), nil, []*fixer.Rule{make}), fixer.Safe)
		o := outcome(t, p, "dockerfile/make", "a/Dockerfile", "make")
		if refused := o.Result == engine.Refused && strings.Contains(o.Reason, "outside the given paths"); refused != outside {
			t.Errorf("outside %v: %s %q", outside, o.Result, o.Reason)
		}
	}
}

// TestFindingsFollowNames: a session that is given other names asks again.
func TestFindingsFollowNames(t *testing.T) {
	s := engine.NewSession(sent("", false), nil, []*fixer.Rule{wantExcluded("dockerfile/x", "x", "")})
	with := s.Snapshot()
	if n := len(s.Baseline().Findings); n != 1 {
		t.Fatalf("%d findings", n)
	}
	s.SetSnapshot(with.With("a/.dockerignore", fixer.Dockerignore, []byte("x\n")))
	if n := len(s.Baseline().Findings); n != 0 {
		t.Errorf("%d findings with the ignore file", n)
	}
	s.SetSnapshot(with)
	if n := len(s.Baseline().Findings); n != 1 {
		t.Errorf("%d findings without it", n)
	}
	if with.File("a/Dockerfile").Reportable() != true || sent("z", false).File("a/.dockerignore").Reportable() || !sent("[", false).File("a/.dockerignore").Reportable() {
		t.Error("findings lie in Dockerfiles; an ignore file is shown only when it cannot be read")
	}
}
