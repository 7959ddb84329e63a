package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// stagesRule is the rule that makes two stages of one.
const stagesRule = "dockerfile/single-stage"

// stagesRuleIsThere reports whether oakum converts at all.
func stagesRuleIsThere() bool {
	return slices.ContainsFunc(rules.All(), func(r *fixer.Rule) bool { return r.Name == stagesRule })
}

// TestAppsVerdicts compares what oakum makes of every application of testdata/apps with
// what is right. Where the file about an application says that oakum differs today,
// that must be so: what was made right is to be said so there.
func TestAppsVerdicts(t *testing.T) {
	if !stagesRuleIsThere() {
		t.Skipf("no verdicts were compared, for there is no rule %s", stagesRule)
	}
	count := map[string]int{}
	for _, a := range readStagedApps(t) {
		t.Run(a.name, func(t *testing.T) {
			dir := t.TempDir()
			a.copyTo(t, dir)
			before := read(t, dir, a.Dockerfile)
			plan := stagedPlan(t, dir, a.Choice)
			after := before
			for _, change := range plan.Changes {
				if change.Path == a.Dockerfile {
					after = string(change.After)
				}
			}
			wrong := a.compare(t, before, after, plan)
			if a.Today == "" {
				for _, w := range wrong {
					t.Error(w)
				}
			} else if len(wrong) == 0 {
				t.Errorf("oakum is said to differ, and does not: %s", a.Today)
			}
			count[a.Verdict+" → "+verdictOf(t, before, after)]++
			if t.Failed() || testing.Verbose() {
				t.Logf("it is now:\n%s", after)
				for _, o := range plan.Outcomes {
					if o.Finding.Rule == stagesRule {
						t.Logf("%s: %s %s %s", o.Finding.Rule, o.Finding.Message, o.Result, o.Reason)
					}
				}
			}
		})
	}
	t.Logf("right → oakum's: %v", count)
}

// stagedPlan makes every fix up to review level of the files in a folder, as oakum fix
// --level review does, and writes nothing.
// Of several ways to make two stages it takes the chosen one, "" for the first.
func stagedPlan(t *testing.T, dir, choice string) *engine.Plan {
	t.Helper()
	ws, err := discover.Load(t.Context(), []string{dir}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Baseline().Findings {
		if choice == "" || f.Rule != stagesRule {
			continue
		}
		if f.Fix(choice) == nil {
			t.Fatalf("there is no fix %s", choice)
		}
		if err := s.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: choice}); err != nil {
			t.Fatal(err)
		}
	}
	return s.Plan()
}

// verdictOf tells what was done to a Dockerfile by the two texts of it.
func verdictOf(t *testing.T, before, after string) string {
	t.Helper()
	was, is := finalStage(t, before), finalStage(t, after)
	switch {
	case is.Index > was.Index:
		return converted
	case withoutDigest(is.Image) != withoutDigest(was.Image):
		return swapped
	}
	return refused
}

func finalStage(t *testing.T, text string) *dockerfile.Stage {
	t.Helper()
	file, err := dockerfile.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return file.Final()
}

func withoutDigest(image string) string {
	image, _, _ = strings.Cut(image, "@")
	return image
}

// compare returns in what oakum's verdict differs from the right one.
func (a *stagedApp) compare(t *testing.T, before, after string, plan *engine.Plan) (wrong []string) {
	t.Helper()
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if got := verdictOf(t, before, after); got != a.Verdict {
		say("it is %s, want %s", got, a.Verdict)
		return wrong
	}
	final := finalStage(t, after)
	if a.After == nil {
		reported := slices.ContainsFunc(plan.Outcomes, func(o engine.Outcome) bool { return o.Finding.Rule == stagesRule })
		if slices.Contains(a.Reason, "no-gain") && reported {
			say("a stage is missed where none is of use")
		}
		return wrong
	}
	root := final.Root()
	if !slices.ContainsFunc(a.After.Base, func(base string) bool { return isBase(root.Image, base) }) {
		say("it runs on %s, want one of %s", root.Image, a.After.Base)
	}
	user := final.User().Text
	if id := (&fixer.Facts{}).Image(root.Image).User(); user == "" && id.Known && id.Value.IsNonRoot() {
		user = fmt.Sprintf("%d:%d", id.Value.UID, id.Value.GID)
	}
	if !slices.ContainsFunc(a.After.User, func(want string) bool { return user == want || user+":"+user == want }) {
		say("it runs as %q, want one of %s", user, a.After.User)
	}
	return wrong
}

// isBase reports whether an image is a base: of its name with any tag, or with a tag
// that begins as the base's does.
func isBase(image, base string) bool {
	image = withoutDigest(image)
	rest, ok := strings.CutPrefix(image, base)
	return ok && (rest == "" || rest[0] == ':' || rest[0] == '-' && strings.Contains(base, ":"))
}

// TestAppsREADME holds the README of the applications to their number and fields.
func TestAppsREADME(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(stagedFolder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, a := range readStagedApps(t) {
		count[a.Verdict]++
		for _, reason := range a.Reason {
			if !strings.Contains(string(data), "`"+reason+"`") {
				t.Errorf("README.md does not say what the reason %s means", reason)
			}
		}
	}
	for _, want := range []string{
		fmt.Sprintf("%d are to be converted", count[converted]), fmt.Sprintf("%d get a smaller base", count[swapped]), fmt.Sprintf("%d are to be refused", count[refused]),
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("README.md does not say %q", want)
		}
	}
}
