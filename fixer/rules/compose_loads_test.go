package rules_test

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// movingRules are those whose fixes move values, or add keys that Compose compares with
// others.
var movingRules = []string{"compose/secret-in-env", "compose/default-password", "compose/no-memory-limit", "compose/no-pids-limit"}

// TestComposeLoadsWithTheSameValues makes the fixes of these rules in real repositories and
// loads every file with compose-go before and after: what loaded still does, and each
// container gets the values that it got.
func TestComposeLoadsWithTheSameValues(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it loads every Compose file of the corpus before and after, which takes a while")
	}
	logrus.SetLevel(logrus.PanicLevel)
	files, demanded, moved := 0, 0, 0
	for _, root := range corpustest.Repositories(t) {
		changes := movedValues(t, root)
		if len(changes) == 0 {
			continue
		}
		before, after := t.TempDir(), t.TempDir()
		for _, dir := range []string{before, after} {
			copyConfiguration(t, root, dir)
		}
		for _, c := range changes {
			disktest.Put(t, after, c.Path, string(c.After))
		}
		for _, c := range changes {
			if c.Kind != fixer.Compose {
				continue
			}
			was, _, err := loadCompose(filepath.Join(before, filepath.FromSlash(c.Path)))
			if err != nil {
				continue
			}
			files++
			is, set, err := loadCompose(filepath.Join(after, filepath.FromSlash(c.Path)))
			if err != nil {
				t.Errorf("%s/%s: %v", root, c.Path, err)
				continue
			}
			demanded += len(set)
			for name, s := range was.Services {
				moved += compareEnvironment(t, root+"/"+c.Path+": "+name, s.Environment, is.Services[name], set)
			}
		}
	}
	t.Logf("%d files load as before; %d values come from files of secrets; %d variables have to be set in an existing .env", files, moved, demanded)
}

func movedValues(t *testing.T, root string) []engine.Change {
	tree, err := discover.Load(context.Background(), []string{root}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var list []*fixer.Rule
	for _, name := range movingRules {
		list = append(list, rules.Named(name))
	}
	s := engine.NewSession(fixer.NewSnapshot(tree.Sources, tree.Names...), &fixer.Facts{}, list)
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, o := range plan.Outcomes {
		if o.Result == engine.Blocked || o.Result == engine.Refused {
			t.Logf("%s: %s: %s", root, o.Finding.Key(), o.Reason)
		}
	}
	return plan.Changes
}

func copyConfiguration(t *testing.T, from, to string) {
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		base := filepath.Base(name)
		if err != nil || !d.Type().IsRegular() || !strings.HasPrefix(filepath.Ext(base), ".y") && !strings.Contains(base, "env") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err == nil {
			disktest.Put(t, to, filepath.ToSlash(rel), string(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var requiredVariable = regexp.MustCompile(`required variable (\w+) is missing`)

// loadCompose loads a file with the .env beside it. A variable that it demands and that
// nothing sets gets a value, and is returned.
func loadCompose(file string) (project *types.Project, set []string, err error) {
	env := types.Mapping{}
	for range 40 {
		options, err := cli.NewProjectOptions([]string{file}, cli.WithWorkingDirectory(filepath.Dir(file)), cli.WithEnv(env.Values()), cli.WithDotEnv,
			cli.WithName("x"), cli.WithLoadOptions(func(o *loader.Options) { o.SkipResolveEnvironment, o.SkipNormalization = true, true }))
		if err != nil {
			return nil, nil, err
		}
		project, err = options.LoadProject(context.Background())
		m := requiredVariable.FindStringSubmatch(errorText(err))
		if m == nil {
			return project, slices.Sorted(maps.Keys(env)), err
		}
		env[m[1]] = "set by a person"
	}
	return nil, nil, err
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func compareEnvironment(t *testing.T, place string, was types.MappingWithEquals, s types.ServiceConfig, set []string) (moved int) {
	for name, value := range was {
		is, ok := s.Environment[name]
		switch {
		case !ok:
			if s.Environment[name+"_FILE"] == nil && s.Environment[name+"__FILE"] == nil {
				t.Errorf("%s: %s is gone", place, name)
			}
			moved++
		case value == nil || is == nil:
			if value != is {
				t.Errorf("%s: %s has a value or has none", place, name)
			}
		case *value != *is && (len(set) == 0 || !strings.Contains(*is, "set by a person")):
			t.Errorf("%s: %s has another value", place, name)
		}
	}
	return moved
}
