package rules_test

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// stagedFolder has a folder for each application with a Dockerfile of one stage: its
// files, and what an experienced reviewer would have made of it.
const stagedFolder = "../../testdata/apps"

const stagedFile = "app.yaml"

// What can be right for a Dockerfile of one stage.
const (
	converted = "converted" // into a stage that builds and one that runs
	swapped   = "swapped"   // its base for a smaller one
	refused   = "refused"   // left as it is, for a reason
)

// stagedStacks are the values of stack.
var stagedStacks = []string{"go", "node", "python", "java", "rust", "php", "ruby", "static", "dotnet", "other"}

// A stagedApp is what the file about an application says is right. The README beside
// the applications explains every field.
type stagedApp struct {
	name string // of its folder

	About      string
	Stack      string
	Dockerfile string // below the folder, with slashes; its directory is the build context
	Port       int
	Get        struct{ Path, Says string }
	Health     string   // what its HEALTHCHECK says, before and after; "" for none
	Writes     []string // directories that it writes, apart from /tmp
	Verdict    string
	Choice     string   // of several ways to make two stages; "" for the first
	Reason     []string // of a refusal: any of these
	Possible   string   // what would make a conversion possible
	Skip       string   // why it is not built here
	Today      string   // how oakum's verdict differs from this one, where it does
	Leaves     string   // what is wrong in the image after, where something is
	After      *stagedAfter
}

// stagedAfter is what is right for the image after a conversion or a swap.
type stagedAfter struct {
	Base    []string // any of these, without a tag or with the beginning of one
	User    []string // any of these
	Process string   // the words of the first process, without directories; "" for any
	Shell   *bool    // whether there is one; nil where both will do
	Port    int      // where it listens, if it has to move
	Size    float64  // at most this part of the size before; 0 for any
	Without struct {
		Packages, Paths []string
		Tools           []string // programs, wherever they are
	}
	With struct{ Packages, Paths []string }
}

// readStagedApps reads all applications, in the order of their names.
func readStagedApps(t *testing.T) []*stagedApp {
	t.Helper()
	folders, err := os.ReadDir(stagedFolder)
	if err != nil {
		t.Fatal(err)
	}
	var out []*stagedApp
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		file := filepath.Join(stagedFolder, folder.Name(), stagedFile)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := &stagedApp{name: folder.Name(), Dockerfile: "Dockerfile"}
		if err := errors.Join(yaml.UnmarshalStrict(data, a), a.complete()); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		out = append(out, a)
	}
	return out
}

// complete reports what an application lacks, so that nothing is left unchecked by
// mistake.
func (a *stagedApp) complete() error {
	var missing []string
	is := a.Verdict == refused
	for name, there := range map[string]bool{
		"about": len(a.About) > 40, "port": a.Port > 0, "get": strings.HasPrefix(a.Get.Path, "/") && a.Get.Says != "",
		"stack, one of " + strings.Join(stagedStacks, ", "): slices.Contains(stagedStacks, a.Stack),
		"verdict":                                     slices.Contains([]string{converted, swapped, refused}, a.Verdict),
		"reason and possible, of refusals alone":      is == (len(a.Reason) > 0) && is == (a.Possible != ""),
		"after, of all but refusals":                  is == (a.After == nil),
		"a name that says refused, where it is":       is == strings.HasPrefix(a.name, "refused-"),
		"after.base, after.user":                      a.After == nil || len(a.After.Base) > 0 && len(a.After.User) > 0,
		"after.without or after.with":                 a.After == nil || len(a.After.Without.Packages)+len(a.After.Without.Paths)+len(a.After.Without.Tools)+len(a.After.With.Paths) > 0,
		"absolute paths in writes, without, with":     a.After == nil || !slices.ContainsFunc(slices.Concat(a.Writes, a.After.Without.Paths, a.After.With.Paths), relative),
		"a Dockerfile named Dockerfile in dockerfile": path.Base(a.Dockerfile) == "Dockerfile",
	} {
		if !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return errors.New("not said: " + strings.Join(missing, "; "))
	}
	return nil
}

func relative(p string) bool { return !path.IsAbs(p) }

// folder is where the files of the application are, and context where the build
// context is.
func (a *stagedApp) folder() string { return filepath.Join(stagedFolder, a.name) }

func (a *stagedApp) context() string {
	return filepath.Join(a.folder(), filepath.FromSlash(path.Dir(a.Dockerfile)))
}

// copyTo copies the files of the application but for what is said about it.
func (a *stagedApp) copyTo(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(a.folder())); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, stagedFile)); err != nil {
		t.Fatal(err)
	}
}
