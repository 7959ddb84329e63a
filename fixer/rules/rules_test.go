package rules_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules"
)

var update = flag.Bool("update", false, "rewrite the fixed files of testdata/rules")

const testdata = "../../testdata/rules"

// A ruleCase is one case of a rule's archive; testdata/rules/README.md is the
// format.
type ruleCase struct {
	name    string
	files   map[string][]byte
	fixed   map[string][]byte
	level   fixer.Level
	params  fixer.Params
	fix     string
	wants   []want
	names   []fixer.Name
	refused *regexp.Regexp
	blocked *regexp.Regexp
	facts   *fixer.Facts
	allowed []string
	answers map[string]*image.Answer // of registries
	only    bool
}

type want struct {
	file     string
	line     int
	level    string
	severity string // "" for any
	pattern  *regexp.Regexp
	advice   *regexp.Regexp // nil for any
}

var wantPattern = regexp.MustCompile(`# want (safe|review|manual)(?: (low|medium|high|critical))? "((?:[^"\\]|\\.)*)"(?: advice "((?:[^"\\]|\\.)*)")?`)

func TestRules(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			path := casesOf(rule)
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatalf("every rule has an archive of cases: %v", err)
			}
			cases := parseCases(t, archive)
			if len(cases) < 3 {
				t.Errorf("%d cases; a rule needs its awkward ones too", len(cases))
			}
			got, ran := map[string][]byte{}, map[string]bool{} // -run may name single ones
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					ran[c.name] = true
					maps.Copy(got, c.run(t, rule))
				})
			}
			if *update && !t.Failed() {
				rewrite(t, path, archive, ran, got)
			}
		})
	}
}

// run checks one case as written, then in the variants that any file can come
// in: Windows line endings, a byte order mark, no final newline.
func (c ruleCase) run(t *testing.T, rule *fixer.Rule) map[string][]byte {
	got := c.check(t, rule, same, c.fixed)
	if c.only || t.Failed() || *update { // variants are held to what an update wrote
		return got
	}
	for _, v := range []variant{crlf, bom, noFinalNewline} {
		t.Run(v.name, func(t *testing.T) {
			converted := map[string][]byte{}
			for path, data := range c.fixed {
				if converted[path] = data; c.files[path] != nil { // a new file is written as ever
					converted[path] = v.convert(data)
				}
			}
			c.check(t, rule, v, converted)
		})
	}
	return got
}

type variant struct {
	name    string
	convert func([]byte) []byte
}

var (
	same = variant{"same", func(b []byte) []byte { return b }}
	crlf = variant{"crlf", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }}
	bom  = variant{"bom", func(b []byte) []byte { return append([]byte("\ufeff"), b...) }}

	noFinalNewline = variant{"no-final-newline", func(b []byte) []byte { return bytes.TrimSuffix(b, []byte("\n")) }}
)

func (c ruleCase) check(t *testing.T, rule *fixer.Rule, v variant, fixed map[string][]byte) map[string][]byte {
	var sources []fixer.Source
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		if !isName(path, c.files[path]) {
			kind := kindOf(path, c.files[path])
			sources = append(sources, fixer.Source{Path: path, Kind: kind, Data: v.convert(c.files[path]), Context: kind == fixer.Environment, Git: c.gitOf(path)})
		}
	}
	snap := fixer.NewSnapshot(sources, namesOf(slices.Collect(maps.Keys(c.files)), c.names)...)
	s := engine.NewSession(snap, c.facts, []*fixer.Rule{rule})
	c.checkWants(t, s.Baseline())

	c.accept(t, s)
	plan := s.Plan()
	c.checkOutcomes(t, plan)
	got := map[string][]byte{}
	for _, ch := range plan.Changes {
		if ch.Kind == fixer.SecretValue { // an archive holds lines, a secret has none at its end
			if bytes.HasSuffix(ch.After, []byte("\n")) {
				t.Errorf("%s ends with a newline", ch.Path)
			}
			ch.After = append(bytes.Clone(ch.After), '\n')
		}
		got[c.name+".fixed/"+ch.Path] = ch.After
		if *update {
			continue
		}
		if want, ok := fixed[ch.Path]; !ok {
			t.Errorf("%s was changed and has no counterpart in %s.fixed:\n%s", ch.Path, c.name, ch.After)
		} else if !bytes.Equal(ch.After, want) {
			t.Errorf("%s became:\n%s\nwant:\n%s", ch.Path, ch.After, want)
		}
	}
	if !*update {
		for path := range fixed {
			if got[c.name+".fixed/"+path] == nil {
				t.Errorf("%s was not changed", path)
			}
		}
	}
	again := engine.NewSession(plan.After, c.facts, []*fixer.Rule{rule})
	c.accept(t, again)
	if n := len(again.Plan().Changes); n > 0 {
		t.Errorf("a second run changes %d files:\n%s", n, again.Plan().Changes[0].After)
	}
	return got
}

// accept takes every fix up to the level of the case, and of alternatives the
// one it names.
func (c ruleCase) accept(t *testing.T, s *engine.Session) {
	t.Helper()
	if _, err := s.AcceptAll(c.level, c.params); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Baseline().Findings {
		if f.Fix(c.fix) == nil {
			continue
		}
		if err := s.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: c.fix, Params: c.params}); err != nil {
			t.Fatal(err)
		}
	}
}

func (c ruleCase) checkWants(t *testing.T, r *engine.Report) {
	t.Helper()
	open := slices.Clone(c.wants)
	for _, p := range r.Problems {
		t.Errorf("rule %s failed on %s: %s", p.Rule, p.File, p.Reason)
	}
	for _, f := range r.Findings {
		i := slices.IndexFunc(open, func(w want) bool {
			return w.file == f.File && w.line == f.Line && w.level == f.Level().String() && (w.severity == "" || w.severity == f.Severity.String()) && w.pattern.MatchString(f.Message) && (w.advice == nil || w.advice.MatchString(f.Advice))
		})
		if i < 0 {
			t.Errorf("%s:%d: unexpected finding: %s %s %q, advice %q", f.File, f.Line, f.Level(), f.Severity, f.Message, f.Advice)
			continue
		}
		open = slices.Delete(open, i, i+1)
		if f.Level() == fixer.Manual && f.Advice == "" {
			t.Errorf("%s:%d: a manual finding needs advice", f.File, f.Line)
		}
		for _, e := range f.Evidence {
			if e.Kind == "" || e.Text == "" {
				t.Errorf("%s:%d: evidence %q has no kind or no text", f.File, f.Line, e)
			}
		}
		if len(f.Fixes) > 0 && f.Fixes[0].Level == fixer.Safe && len(f.Evidence) == 0 {
			t.Errorf("%s:%d: a safe fix without evidence: %s", f.File, f.Line, f.Fixes[0].Title)
		}
		for _, fix := range f.Fixes {
			if fix.Title == "" || fix.ID == "" || fix.Edit == nil || (fix.Level == fixer.Review && (fix.Breaks == "" || fix.Verify == "")) {
				t.Errorf("%s:%d: fix %q is incomplete: a review fix says what breaks and how to verify", f.File, f.Line, fix.ID)
			}
		}
	}
	for _, w := range open {
		t.Errorf("%s:%d: no %s finding matches %q", w.file, w.line, strings.TrimSpace(w.level+" "+w.severity), w.pattern)
	}
}

func (c ruleCase) checkOutcomes(t *testing.T, plan *engine.Plan) {
	t.Helper()
	seen := map[engine.Result]bool{}
	for _, o := range plan.Outcomes {
		seen[o.Result] = true
		switch o.Result {
		case engine.Refused:
			if c.refused == nil || !c.refused.MatchString(o.Reason) {
				t.Errorf("%s: refused: %s", o.Finding.Key(), o.Reason)
			}
		case engine.Blocked:
			if c.blocked == nil || !c.blocked.MatchString(o.Reason) {
				t.Errorf("%s: blocked: %s", o.Finding.Key(), o.Reason)
			}
		}
	}
	if c.refused != nil && !seen[engine.Refused] {
		t.Error("nothing was refused")
	}
	if c.blocked != nil && !seen[engine.Blocked] {
		t.Error("nothing was blocked")
	}
}

func parseCases(t *testing.T, a *txtar.Archive) []ruleCase {
	t.Helper()
	byName := map[string]*ruleCase{}
	var order []string
	get := func(name string) *ruleCase {
		if byName[name] == nil {
			byName[name] = &ruleCase{name: name, files: map[string][]byte{}, fixed: map[string][]byte{}, level: fixer.Review}
			order = append(order, name)
		}
		return byName[name]
	}
	for _, f := range a.Files {
		folder, path, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("%s lies in no case", f.Name)
		}
		if name, ok := strings.CutSuffix(folder, ".fixed"); ok {
			get(name).fixed[path] = f.Data
			continue
		}
		c := get(folder)
		if path == "case" {
			c.settings(t, string(f.Data))
			continue
		}
		c.files[path] = f.Data
		c.wants = append(c.wants, wantsIn(t, path, f.Data)...)
	}
	var out []ruleCase
	for _, name := range order {
		out = append(out, *byName[name])
	}
	return out
}

func wantsIn(t *testing.T, path string, data []byte) []want {
	t.Helper()
	var out []want
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		target := i + 1
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			for target < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[target]), "#") {
				target++
			}
			target++
		}
		for _, m := range wantPattern.FindAllStringSubmatch(line, -1) {
			compile := func(text string) *regexp.Regexp {
				re, err := regexp.Compile(strings.ReplaceAll(text, `\"`, `"`))
				if err != nil {
					t.Fatalf("%s:%d: %v", path, i+1, err)
				}
				return re
			}
			w := want{file: path, line: target, level: m[1], severity: m[2], pattern: compile(m[3])}
			if m[4] != "" {
				w.advice = compile(m[4])
			}
			out = append(out, w)
		}
	}
	return out
}

// isName reports whether a file of an archive stands for its name alone.
func isName(path string, data []byte) bool {
	return len(bytes.TrimSpace(data)) == 0 && kindOf(path, data) != fixer.Dockerignore
}

// gitOf is what the case says of git and an environment file.
func (c ruleCase) gitOf(path string) buildcontext.GitState {
	for _, n := range c.names {
		if n.Path == path && compose.IsEnvironment(filepath.Base(path)) {
			return n.Git
		}
	}
	return buildcontext.GitUnknown
}

// namesOf lists paths with the folders above them, as discovery does: what
// others wrote is named and not entered.
func namesOf(paths []string, more []fixer.Name) []fixer.Name {
	all := slices.Clone(more)
	for _, p := range slices.Sorted(slices.Values(paths)) {
		all = append(all, fixer.Name{Path: p})
	}
	out := []fixer.Name{{Path: ".", Kind: buildcontext.Directory}}
	for _, n := range all {
		closed := false
		for i, c := range n.Path {
			if c == '/' && !closed {
				dir := fixer.Name{Path: n.Path[:i], Kind: buildcontext.Directory}
				if base := filepath.Base(dir.Path); base == ".git" || base == "node_modules" {
					dir.Kind, closed = buildcontext.UnlistedDirectory, true
				}
				out = append(out, dir)
			}
		}
		if !closed {
			out = append(out, n)
		}
	}
	return out
}

// kindOf stands in for discovery, which rules know nothing of.
func kindOf(path string, data []byte) fixer.Kind {
	base := filepath.Base(path)
	switch {
	case strings.HasSuffix(base, ".dockerignore"):
		return fixer.Dockerignore
	case base == "source-policy.json":
		return fixer.Policy
	case base == ".gitignore":
		return fixer.GitIgnore
	case compose.IsEnvironment(base):
		return fixer.Environment
	case strings.Contains(path, ".github/workflows/") || strings.HasPrefix(base, "action.") || strings.HasSuffix(base, ".gitlab-ci.yml"):
		return fixer.Workflow
	case strings.HasPrefix(base, "renovate.json") || strings.HasPrefix(base, "dependabot."):
		return fixer.Updates
	case strings.HasPrefix(base, "values") || base == "Chart.yaml":
		return fixer.Helm
	case strings.HasPrefix(base, "kustomization.") || strings.HasPrefix(base, "patch"):
		return fixer.Kustomize
	case strings.Contains(base, "Dockerfile") || strings.HasPrefix(base, "Containerfile"):
		return fixer.Dockerfile
	case filepath.Ext(base) == ".conf":
		return fixer.Project
	case strings.Contains(base, "compose") || bytes.HasPrefix(data, []byte("services:")):
		return fixer.Compose
	}
	return fixer.Kubernetes
}

// rewrite puts the fixed files of a run into the archive, in place, so that
// the difference can be read before it is committed.
func rewrite(t *testing.T, path string, a *txtar.Archive, ran map[string]bool, got map[string][]byte) {
	t.Helper()
	lastOf := map[string]int{} // of what a case is given
	for i, f := range a.Files {
		if !isFixed(f.Name) {
			lastOf[caseOf(f.Name)] = i
		}
	}
	var out []txtar.File
	for i, f := range a.Files {
		name := caseOf(f.Name)
		if !ran[name] || !isFixed(f.Name) {
			out = append(out, f)
		}
		if !ran[name] || lastOf[name] != i {
			continue
		}
		for _, p := range slices.Sorted(maps.Keys(got)) {
			if strings.HasPrefix(p, name+".fixed/") {
				out = append(out, txtar.File{Name: p, Data: got[p]})
			}
		}
	}
	a.Files = out
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// caseOf is the case that a file of an archive belongs to.
func caseOf(name string) string {
	folder, _, _ := strings.Cut(name, "/")
	return strings.TrimSuffix(folder, ".fixed")
}

// isFixed reports whether a file of an archive is what a case is to become.
func isFixed(name string) bool {
	folder, _, _ := strings.Cut(name, "/")
	return strings.HasSuffix(folder, ".fixed")
}
