//go:build e2e

package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// dockerfile returns the Dockerfile of the application as it is.
func (a *app) dockerfile(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(appsFolder, a.name, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return data
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
