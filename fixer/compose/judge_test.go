package compose_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/compose/composetest"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// The judge is compose-go, as composetest asks it. It knows no positions, so it
// cannot stand in for this package.

// TestJudge compares what a view says with what compose-go loads, over awkward
// files.
func TestJudge(t *testing.T) {
	composetest.Cases(t, "testdata/judge/*.txtar", func(t *testing.T, dir string) {
		n := judge(t, dir, func(file string, err error) { t.Errorf("%s: compose-go: %v", file, err) })
		if n == 0 {
			t.Error("no service was compared")
		}
	})
}

// TestJudgeCorpus does the same over real repositories, where they are there.
func TestJudgeCorpus(t *testing.T) {
	services, refused := 0, 0
	for _, dir := range corpustest.Repositories(t) {
		services += judge(t, dir, func(file string, err error) {
			refused++
			t.Logf("%s/%s: compose-go: %.150v", filepath.Base(dir), file, err)
		})
	}
	t.Logf("%d services compared, %d files that compose-go refuses", services, refused)
}

// judge compares the services of all Compose files of a directory and returns
// how many there were.
func judge(t *testing.T, dir string, refused func(file string, err error)) int {
	t.Helper()
	files := composeFiles(t, dir)
	project := compose.NewProject(files, nil)
	n := 0
	for file, f := range files {
		if base := path.Base(file); compose.IsOverride(base) || !strings.Contains(base, "compose") || len(f.Services) == 0 {
			continue
		}
		loaded, err := load(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil {
			refused(file, err)
			continue
		}
		for _, v := range project.Views(file) {
			if theirs, ok := loaded[v.Name]; ok {
				n++
				for _, d := range differences(v, theirs) {
					t.Errorf("%s: %s: %s: %s", dir, file, v.Name, d)
				}
			} else {
				t.Errorf("%s: %s: compose-go has no service %s", dir, file, v.Name)
			}
		}
	}
	return n
}

func composeFiles(t *testing.T, dir string) map[string]*compose.File {
	t.Helper()
	files := map[string]*compose.File{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasPrefix(path.Ext(name), ".y") {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		y, err := yamldoc.Parse(src)
		if err != nil {
			return nil // what does not parse is compared by nobody
		}
		if f, err := compose.Parse(y); err == nil {
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			files[filepath.ToSlash(rel)] = f
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// load returns the services of a file, whether or not what they refer to is there.
func load(file string) (types.Services, error) {
	project, err := composetest.Load(file, types.Mapping{}, func(o *loader.Options) { o.SkipConsistencyCheck = true })
	if err != nil {
		return nil, err
	}
	return project.AllServices(), nil
}

// differences says what of a view the judge holds otherwise.
func differences(v compose.View, theirs types.ServiceConfig) []string {
	var out []string
	compare := func(what, ours, theirs any) {
		if a, b := fmt.Sprintf("%q", ours), fmt.Sprintf("%q", theirs); a != b {
			out = append(out, fmt.Sprintf("%s is %s, the judge says %s", what, a, b))
		}
	}
	text := func(key string) string {
		s, _ := compose.Expand(v.Setting(key).Node.Text())
		return s
	}
	on := func(key string) bool {
		on, _ := v.Setting(key).Bool()
		return on
	}
	imageName, _ := v.ImageName()
	compare("image", imageName, theirs.Image)
	compare("user", text("user"), theirs.User)
	compare("network_mode", text("network_mode"), theirs.NetworkMode)
	compare("pid", text("pid"), theirs.Pid)
	compare("ipc", text("ipc"), theirs.Ipc)
	compare("platform", text("platform"), theirs.Platform)
	compare("privileged", fmt.Sprint(on("privileged")), fmt.Sprint(theirs.Privileged))
	compare("read_only", fmt.Sprint(on("read_only")), fmt.Sprint(theirs.ReadOnly))
	compare("init", fmt.Sprint(on("init")), fmt.Sprint(theirs.Init != nil && *theirs.Init))
	compare("environment", environment(v), theirEnvironment(theirs))
	compare("command", fmt.Sprint(!v.Setting("command").Node.Null()), fmt.Sprint(theirs.Command != nil))
	compare("entrypoint", fmt.Sprint(!v.Setting("entrypoint").Node.Null()), fmt.Sprint(theirs.Entrypoint != nil))
	compare("cap_add", list(v, "cap_add"), set(theirs.CapAdd))
	compare("cap_drop", list(v, "cap_drop"), set(theirs.CapDrop))
	compare("security_opt", list(v, "security_opt"), set(theirs.SecurityOpt))
	compare("healthcheck", fmt.Sprint(v.Setting("healthcheck").Node != nil), fmt.Sprint(theirs.HealthCheck != nil))
	compare("ports", fmt.Sprint(len(v.List("ports")) > 0), fmt.Sprint(len(theirs.Ports) > 0))
	compare("mounts", mounts(v), theirMounts(theirs))
	return out
}

// environment leaves out the name of the project, which the loader gives, and
// how a boolean that is not quoted was spelled.
func environment(v compose.View) []string {
	var out []string
	for _, pair := range v.Pairs("environment") {
		value, _ := compose.Expand(pair.Value)
		out = append(out, variable(pair.Name, value, pair.Given))
	}
	return set(out)
}

func theirEnvironment(s types.ServiceConfig) []string {
	var out []string
	for name, value := range s.Environment {
		if value == nil {
			out = append(out, variable(name, "", false))
			continue
		}
		out = append(out, variable(name, *value, true))
	}
	return set(out)
}

func variable(name, value string, given bool) string {
	switch {
	case name == "COMPOSE_PROJECT_NAME":
		value = ""
	case strings.EqualFold(value, "true") || strings.EqualFold(value, "false"):
		value = strings.ToLower(value)
	}
	return fmt.Sprintf("%s=%s %v", name, value, given)
}

func list(v compose.View, key string) []string {
	var out []string
	for _, s := range v.List(key) {
		item, _ := compose.Expand(s.Node.Text())
		out = append(out, item)
	}
	return set(out)
}

// set is a list without order and repetition: Compose drops what is written twice.
func set(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(append([]string{}, all...))
}

func mounts(v compose.View) []string {
	var out []string
	for _, m := range v.Mounts() {
		out = append(out, mount(m.Source, m.Target, m.ReadOnly, m.Tmpfs))
	}
	return set(out)
}

func theirMounts(s types.ServiceConfig) []string {
	var out []string
	for _, m := range s.Volumes {
		out = append(out, mount(m.Source, m.Target, m.ReadOnly, m.Type == types.VolumeTypeTmpfs))
	}
	for _, target := range s.Tmpfs {
		target, _, _ = strings.Cut(target, ":")
		out = append(out, mount("", target, false, true))
	}
	return set(out)
}

func mount(source, target string, readOnly, tmpfs bool) string {
	if strings.HasPrefix(source, ".") || path.IsAbs(source) {
		source = path.Clean(source)
	}
	return fmt.Sprintf("%s → %s ro=%v tmpfs=%v", source, path.Clean(target), readOnly, tmpfs)
}
