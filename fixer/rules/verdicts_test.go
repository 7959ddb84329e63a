package rules_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

const verdicts = "../../testdata/verdicts"

// A wish is a line of a verdict script: what a rule has to say of something, or
// what the patch of a level holds.
type wish struct {
	line string

	rule, file, about string   // of a finding
	level             string   // safe, review, manual, none, below-safe
	says              []string // texts in what is shown of the finding

	patch fixer.Level // of a patch
	has   bool
	text  string
}

// A wish names a rule, a file, optionally what the finding is about, and a level:
//
//	kubernetes/writable-root web.yaml "sidecar" manual "/opt/x" "lib/y"
//	safe compose.yaml has "cap_drop"
//	review compose.yaml lacks "read_only"
var (
	findingWish = regexp.MustCompile(`^([a-z]+/[a-z-]+) (\S+)(?: "([^"]*)")? (safe|review|manual|none|below-safe)((?: "[^"]*")*)$`)
	patchWish   = regexp.MustCompile(`^(safe|review) (\S+) (has|lacks) "([^"]*)"$`)
	quoted      = regexp.MustCompile(`"([^"]*)"`)
)

func parseWish(line string) (wish, error) {
	if m := findingWish.FindStringSubmatch(line); m != nil {
		w := wish{line: line, rule: m[1], file: m[2], about: m[3], level: m[4]}
		for _, q := range quoted.FindAllStringSubmatch(m[5], -1) {
			w.says = append(w.says, q[1])
		}
		return w, nil
	}
	if m := patchWish.FindStringSubmatch(line); m != nil {
		w := wish{line: line, file: m[2], has: m[3] == "has", text: m[4], patch: fixer.Safe}
		if m[1] == "review" {
			w.patch = fixer.Review
		}
		return w, nil
	}
	return wish{}, fmt.Errorf("%q is no wish", line)
}

// TestVerdicts runs the scripts of testdata/verdicts: small repositories in which
// something besides the image decides what can be hardened, and what is to be said
// of them. What they want is written by hand.
func TestVerdicts(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(verdicts, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts in %s: %v", verdicts, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(archive.Comment)) < 40 {
				t.Error("the script does not say what it holds")
			}
			runVerdict(t, archive)
		})
	}
}

func runVerdict(t *testing.T, archive *txtar.Archive) {
	files := map[string]string{}
	var wishes []wish
	for _, f := range archive.Files {
		if f.Name == "want" {
			for line := range strings.Lines(string(f.Data)) {
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				w, err := parseWish(line)
				if err != nil {
					t.Fatal(err)
				}
				wishes = append(wishes, w)
			}
			continue
		}
		files[f.Name] = string(f.Data)
	}
	if len(wishes) == 0 {
		t.Fatal("the script wants nothing")
	}
	loaded := discovered(t, files)
	snap := fixer.NewSnapshot(loaded.Sources, loaded.Names...)
	result := engine.Check(snap, nil, rules.All())
	for _, p := range result.Problems {
		t.Errorf("rule %s failed on %s: %s", p.Rule, p.File, p.Reason)
	}
	plans := map[fixer.Level]*engine.Plan{}
	for _, level := range []fixer.Level{fixer.Safe, fixer.Review} {
		s := engine.NewSession(snap, nil, rules.All())
		if _, err := s.AcceptAll(level, nil); err != nil {
			t.Fatal(err)
		}
		plans[level] = s.Plan()
	}
	for _, w := range wishes {
		if w.rule != "" {
			w.judge(t, result.Findings)
			continue
		}
		file := plans[w.patch].After.File(w.file)
		switch {
		case file == nil:
			t.Errorf("%s: there is no such file", w.line)
		case strings.Contains(string(file.Data), w.text) != w.has:
			t.Errorf("%s: it is\n%s", w.line, file.Data)
		}
	}
	if t.Failed() && testing.Verbose() {
		for _, f := range result.Findings {
			t.Logf("%s:%d %s %s %s: %s", f.File, f.Line, f.Rule, f.Level(), f.Path, told(f))
		}
	}
}

func (w wish) judge(t *testing.T, list []*fixer.Finding) {
	t.Helper()
	var found []*fixer.Finding
	for _, f := range list {
		if f.Rule == w.rule && f.File == w.file && (w.about == "" || strings.Contains(f.Path+" "+f.Message, w.about)) {
			found = append(found, f)
		}
	}
	if w.level == "none" {
		if len(found) > 0 {
			t.Errorf("%s: it is reported: %s", w.line, told(found[0]))
		}
		return
	}
	if len(found) == 0 && w.level != "below-safe" {
		t.Errorf("%s: it is not reported", w.line)
	}
	for _, f := range found {
		level := f.Level().String()
		if level != w.level && !(w.level == "below-safe" && level != "safe") {
			t.Errorf("%s: it is %s: %s", w.line, level, told(f))
		}
		shown := told(f)
		if i := slices.IndexFunc(w.says, func(text string) bool { return !strings.Contains(shown, text) }); i >= 0 {
			t.Errorf("%s: nothing says %q: %s", w.line, w.says[i], shown)
		}
	}
}

// discovered is what discovery finds in a directory with these files.
func discovered(t *testing.T, files map[string]string) *fixer.Loaded {
	t.Helper()
	loaded, err := discover.Load(t.Context(), []string{disktest.Tree(t, files)}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// told is all that a person is told of a finding.
func told(f *fixer.Finding) string {
	out := f.Message + "\n" + f.Advice + "\n"
	for _, e := range f.Evidence {
		out += e.String() + "\n"
	}
	for _, fix := range f.Fixes {
		out += fmt.Sprintf("%s: %s; breaks: %s\n", fix.Level, fix.Title, fix.Breaks)
	}
	return out
}
