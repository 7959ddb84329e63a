package rules_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"sigs.k8s.io/yaml"
)

// appsFolder has a folder for each application: its files, a Dockerfile as
// people write them who want it to work, and what is expected of it.
const appsFolder = "../../testdata/e2e/apps"

const expectFile = "expect.yaml"

// An app is what the expectation file of an application says. The README beside
// the applications explains every field.
type app struct {
	name string // of its folder

	About   string
	Port    int
	Get     request
	Post    *request
	User    change
	Process change
	Ends    struct{ Before, After bool }
	Health  change
	Size    string // "smaller", or "same" for within a hundredth
	Fixed   []string
	Left    map[string]string
	Warns   map[string]string
	Breaks  string // "", or "write" where a fix is known to break the POST
	Bare    bool
	Root    bool
	Newer   bool
	Secrets map[string]string
}

type request struct {
	Path string
	Says string // a part of the answer
}

type change struct{ Before, After string }

// readApps reads all applications, in the order of their names.
func readApps(t *testing.T) []*app {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(appsFolder, "*", expectFile))
	if err != nil || len(files) == 0 {
		t.Fatalf("no applications in %s: %v", appsFolder, err)
	}
	var out []*app
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := &app{name: filepath.Base(filepath.Dir(file)), Health: change{"none", "none"}}
		if err := errors.Join(yaml.UnmarshalStrict(data, a), a.complete()); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, a)
	}
	return out
}

// complete reports what an expectation file lacks, so that nothing is left
// unchecked by mistake.
func (a *app) complete() error {
	var missing []string
	for name, there := range map[string]bool{
		"about": a.About != "", "port": a.Port > 0, "get.path": a.Get.Path != "", "get.says": a.Get.Says != "",
		"user.before": a.User.Before != "", "user.after": a.User.After != "",
		"process.before": a.Process.Before != "", "process.after": a.Process.After != "",
		"size (smaller or same)":                   a.Size == "smaller" || a.Size == "same",
		"breaks (write or nothing), with post":     a.Breaks == "" || a.Breaks == "write" && a.Post != nil,
		"fixed, left":                              len(a.Fixed)+len(a.Left) > 0,
		"left: dockerfile/runs-as-root, with root": !a.Root || a.Left["dockerfile/runs-as-root"] != "",
	} {
		if !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return errors.New("not said: " + strings.Join(missing, ", "))
	}
	return nil
}

// copyTo copies the files of the application but for its expectations.
func (a *app) copyTo(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(appsFolder, a.name))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, expectFile)); err != nil {
		t.Fatal(err)
	}
}

// TestPlansOfApplications holds what is said of the applications that TestBuilds builds,
// which needs an engine and is run less often.
func TestPlansOfApplications(t *testing.T) {
	for _, a := range readApps(t) {
		t.Run(a.name, func(t *testing.T) {
			dir := t.TempDir()
			a.copyTo(t, dir)
			if fixes, manual := a.checkPlan(t, planOfApp(t, dir)); fixes+manual == 0 {
				t.Error("nothing is found")
			}
		})
	}
}

// planOfApp is the plan of all fixes up to review level.
func planOfApp(t *testing.T, dir string) *engine.Plan {
	t.Helper()
	ws, err := discover.Load(t.Context(), []string{dir}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// checkPlan holds what was fixed and what was left against what is expected.
func (a *app) checkPlan(t *testing.T, plan *engine.Plan) (fixes, manual int) {
	t.Helper()
	fixed, left, warned := map[string]bool{}, map[string]string{}, map[string]string{}
	for _, o := range plan.Outcomes {
		rule := o.Finding.Rule
		switch o.Result {
		case engine.Fixed, engine.Closed:
			fixed[rule] = true
			fixes++
			for _, f := range o.Finding.Fixes {
				warned[rule] += f.Breaks + "\n"
			}
		case engine.ManualWork:
			left[rule] += o.Reason + "\n"
			manual++
		default:
			t.Errorf("%s is %s: %s", o.Finding.Key(), o.Result, o.Reason)
		}
		t.Logf("line %d: %s: %s: %s %s", o.Finding.Line, rule, o.Finding.Message, o.Result, o.Reason)
	}
	for _, rule := range a.Fixed {
		if !fixed[rule] {
			t.Errorf("%s has fixed nothing", rule)
		}
	}
	for what, pair := range map[string][2]map[string]string{"left": {a.Left, left}, "warns": {a.Warns, warned}} {
		for _, rule := range slices.Sorted(maps.Keys(pair[0])) {
			if got := pair[1][rule]; !strings.Contains(got, pair[0][rule]) || got == "" {
				t.Errorf("%s: %s: it is said %q, want %q", rule, what, got, pair[0][rule])
			}
		}
	}
	for _, change := range plan.Changes {
		if bytes.Equal(change.Before, change.After) {
			t.Errorf("%s is a change and is not changed", change.Path)
		}
		t.Logf("%s is now:\n%s", change.Path, change.After)
	}
	return fixes, manual
}
