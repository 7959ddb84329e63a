package rules_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
)

// TestAppsAreSound holds the applications of testdata/apps to what is said of them:
// their Dockerfiles are read without complaint, what they copy is there, and what they
// lock is what they ask for.
func TestAppsAreSound(t *testing.T) {
	apps := readStagedApps(t)
	of := map[string]int{}
	for _, a := range apps {
		of[a.Stack+" "+a.Verdict]++
		of[a.Verdict]++
		t.Run(a.name, func(t *testing.T) { a.sound(t) })
	}
	if n := of[converted] + of[swapped]; n < 24 || of[swapped] < 2 || of[refused] < 8 {
		t.Errorf("%d applications are to be converted or swapped, %d of them swapped, and %d refused", n, of[swapped], of[refused])
	}
	for _, stack := range stagedStacks {
		if n := of[stack+" "+converted] + of[stack+" "+swapped]; n < 2 && stack != "other" {
			t.Errorf("%s has %d applications that are to be converted, want two", stack, n)
		}
	}
}

func (a *stagedApp) sound(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(a.folder(), filepath.FromSlash(a.Dockerfile)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := dockerfile.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	if !file.Final().Windows { // which the checks cannot read
		report, err := buildkit.Check(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range report.Warnings {
			if w.Rule == buildkit.Failed {
				t.Errorf("BuildKit: %+v", w)
			}
		}
	}
	if stages := len(file.Stages); (stages > 1) != slices.Contains(a.Reason, "several-stages") {
		t.Errorf("it has %d stages", stages)
	}
	var ignore *buildcontext.Ignore
	if data, err := os.ReadFile(filepath.Join(a.context(), ".dockerignore")); err == nil {
		if ignore, err = buildcontext.ParseIgnore(data); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range file.Instructions {
		for _, source := range dockerfile.ContextSources(i) {
			name := path.Clean(strings.TrimPrefix(source.Value, "/"))
			found, err := filepath.Glob(filepath.Join(a.context(), filepath.FromSlash(name)))
			if err != nil || len(found) == 0 && !dockerfile.IsRemote(source.Value) {
				t.Errorf("%s: %s is not there: %v", i.Name.Value, source.Value, err)
			}
			if ignore != nil && name != "." && ignore.Excludes(name) {
				t.Errorf("%s: %s is ignored", i.Name.Value, source.Value)
			}
		}
	}
	a.locked(t)
}

// locked holds every file that asks for packages against the lock file beside it.
func (a *stagedApp) locked(t *testing.T) {
	locks := 0
	err := fs.WalkDir(os.DirFS(a.folder()), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		check := map[string]func(*testing.T, string){
			"package-lock.json": npmLock, "yarn.lock": yarnLock, "pnpm-lock.yaml": pnpmLock, "go.sum": goSum, "Cargo.lock": cargoLock,
			"uv.lock": uvLock, "poetry.lock": poetryLock, "Pipfile.lock": pipfileLock, "composer.lock": composerLock, "Gemfile.lock": gemfileLock,
		}[d.Name()]
		if check != nil {
			locks++
			check(t, filepath.Join(a.folder(), filepath.FromSlash(path.Dir(name))))
		}
		for asks, lock := range map[string]string{"go.mod": "require ", "Cargo.toml": "[dependencies]", "Pipfile": "", "Gemfile": "", "pyproject.toml": ""} {
			if d.Name() == asks {
				want := map[string][]string{"go.mod": {"go.sum"}, "Cargo.toml": {"Cargo.lock"}, "Pipfile": {"Pipfile.lock"}, "Gemfile": {"Gemfile.lock"}, "pyproject.toml": {"uv.lock", "poetry.lock"}}[asks]
				if strings.Contains(read(t, a.folder(), name), lock) && !slices.ContainsFunc(want, func(l string) bool { return there(a.folder(), path.Join(path.Dir(name), l)) }) {
					t.Errorf("%s has no lock file beside it", name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.Stack == "node" && locks == 0 && there(a.context(), "package.json") {
		t.Error("package.json has no lock file")
	}
}

func there(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// packageJSON is the part of package.json and of its copy in a lock file that says
// what is asked for.
type packageJSON struct {
	Dependencies, DevDependencies map[string]string
}

func npmAsks(t *testing.T, dir string) packageJSON {
	t.Helper()
	var out packageJSON
	if err := json.Unmarshal([]byte(read(t, dir, "package.json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func npmLock(t *testing.T, dir string) {
	asks := npmAsks(t, dir)
	var lock struct{ Packages map[string]packageJSON }
	if err := json.Unmarshal([]byte(read(t, dir, "package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	root := lock.Packages[""]
	if !maps.Equal(root.Dependencies, asks.Dependencies) || !maps.Equal(root.DevDependencies, asks.DevDependencies) {
		t.Errorf("package-lock.json was made for %v, not for %v", root, asks)
	}
	for name := range asks.Dependencies {
		if _, ok := lock.Packages["node_modules/"+name]; !ok {
			t.Errorf("package-lock.json lacks %s", name)
		}
	}
}

func yarnLock(t *testing.T, dir string) {
	asks, lock := npmAsks(t, dir), read(t, dir, "yarn.lock")
	for _, names := range []map[string]string{asks.Dependencies, asks.DevDependencies} {
		for name, version := range names {
			if !strings.Contains(lock, name+"@"+version) {
				t.Errorf("yarn.lock lacks %s@%s", name, version)
			}
		}
	}
}

func pnpmLock(t *testing.T, dir string) {
	asks, lock := npmAsks(t, dir), read(t, dir, "pnpm-lock.yaml")
	for _, names := range []map[string]string{asks.Dependencies, asks.DevDependencies} {
		for name, version := range names {
			if !regexp.MustCompile(`(?m)^ +'?` + regexp.QuoteMeta(name) + `'?:\n +specifier: ` + regexp.QuoteMeta(version) + `$`).MatchString(lock) {
				t.Errorf("pnpm-lock.yaml lacks %s %s", name, version)
			}
		}
	}
}

func goSum(t *testing.T, dir string) {
	sum := read(t, dir, "go.sum")
	for _, m := range regexp.MustCompile(`(?m)^(?:require|\t)\s*(\S+) (v\S+)`).FindAllStringSubmatch(read(t, dir, "go.mod"), -1) {
		if !strings.Contains(sum, m[1]+" "+m[2]+" h1:") {
			t.Errorf("go.sum lacks %s %s", m[1], m[2])
		}
	}
}

func cargoLock(t *testing.T, dir string) {
	_, asks, _ := strings.Cut(read(t, dir, "Cargo.toml"), "[dependencies]\n")
	lock := read(t, dir, "Cargo.lock")
	for _, m := range regexp.MustCompile(`(?m)^(\w+) = "([\d.]+)"$`).FindAllStringSubmatch(asks, -1) {
		if !strings.Contains(lock, fmt.Sprintf("name = %q\nversion = \"%s", m[1], m[2])) {
			t.Errorf("Cargo.lock lacks %s %s", m[1], m[2])
		}
	}
}

// projectNames are the names of the packages that pyproject.toml asks for.
var projectNames = regexp.MustCompile(`(?m)^ +"([a-z]+)[ >]|^(isort) =`)

func projectLock(t *testing.T, dir, lock string) {
	t.Helper()
	names := projectNames.FindAllStringSubmatch(read(t, dir, "pyproject.toml"), -1)
	if len(names) == 0 {
		t.Error("pyproject.toml asks for nothing")
	}
	for _, m := range names {
		if name := m[1] + m[2]; !strings.Contains(read(t, dir, lock), fmt.Sprintf("name = %q\nversion = ", name)) {
			t.Errorf("%s lacks %s", lock, name)
		}
	}
}

func uvLock(t *testing.T, dir string)     { projectLock(t, dir, "uv.lock") }
func poetryLock(t *testing.T, dir string) { projectLock(t, dir, "poetry.lock") }

func pipfileLock(t *testing.T, dir string) {
	var lock struct {
		Meta struct {
			Hash struct{ Sha256 string }
		} `json:"_meta"`
		Default, Develop map[string]any
	}
	if err := json.Unmarshal([]byte(read(t, dir, "Pipfile.lock")), &lock); err != nil {
		t.Fatal(err)
	}
	asks := read(t, dir, "Pipfile")
	for name := range maps.All(lock.Default) {
		if !strings.Contains(asks, name+" = ") {
			t.Errorf("Pipfile does not ask for %s", name)
		}
	}
	if _, err := hex.DecodeString(lock.Meta.Hash.Sha256); err != nil || len(lock.Meta.Hash.Sha256) != 2*sha256.Size || len(lock.Default) != 2 || len(lock.Develop) != 1 {
		t.Errorf("Pipfile.lock: %+v", lock)
	}
}

func composerLock(t *testing.T, dir string) {
	var asks struct {
		Require    map[string]string
		RequireDev map[string]string `json:"require-dev"`
	}
	var lock struct {
		Packages    []struct{ Name, Version string }
		PackagesDev []struct{ Name, Version string } `json:"packages-dev"`
	}
	for name, into := range map[string]any{"composer.json": &asks, "composer.lock": &lock} {
		if err := json.Unmarshal([]byte(read(t, dir, name)), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	got := map[string]string{}
	for _, p := range slices.Concat(lock.Packages, lock.PackagesDev) {
		got[p.Name] = p.Version
	}
	for _, names := range []map[string]string{asks.Require, asks.RequireDev} {
		for name, version := range names {
			if strings.Contains(name, "/") && got[name] != version {
				t.Errorf("composer.lock has %s %q, want %s", name, got[name], version)
			}
		}
	}
}

func gemfileLock(t *testing.T, dir string) {
	lock := read(t, dir, "Gemfile.lock")
	for _, m := range regexp.MustCompile(`gem "(\w+)"`).FindAllStringSubmatch(read(t, dir, "Gemfile"), -1) {
		if !strings.Contains(lock, "\n  "+m[1]+"!\n") {
			t.Errorf("Gemfile.lock lacks %s", m[1])
		}
	}
}
