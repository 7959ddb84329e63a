package fixer_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lawRooms are the rooms of the project and what each may import. Arrows run one way:
//
//	cmd → tui, project → engine → fixer → compose, kube, topology, buildcontext → dockerfile, image, yamldoc → text
//
// A room is a directory with those below it; the longest name that fits counts,
// and within a room imports are free.
// What is listed is what may be imported of the project; what a room imports
// from elsewhere is the business of the other laws. A directory that no room
// holds is an error: new rooms take their place here first.
var lawRooms = map[string][]string{
	"fixer/text":         {},
	"fixer/secret":       {},
	"fixer/nginx":        {"fixer/text"},
	"fixer/yamldoc":      {"fixer/text"},
	"fixer/dockerfile":   {"fixer/text"},
	"fixer/image":        {"fixer/text"},
	"fixer/compose":      {"fixer/yamldoc", "fixer/text"},
	"fixer/kube":         {"fixer/image", "fixer/yamldoc", "fixer/text"},
	"fixer/netpol":       {"fixer/kube", "fixer/yamldoc"},
	"fixer/kustomize":    {"fixer/image", "fixer/kube", "fixer/yamldoc", "fixer/text"},
	"fixer/buildcontext": {"fixer/text"},
	"fixer/workflow":     {"fixer/yamldoc", "fixer/text"},
	"fixer/gitignore":    {},
	"fixer/topology":     {"fixer/buildcontext", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/yamldoc", "fixer/text"},

	// The contract: what a rule, a finding, a fix and a snapshot are.
	"fixer": {"fixer/topology", "fixer/kustomize", "fixer/workflow", "fixer/buildcontext", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/yamldoc", "fixer/text"},

	// What a container of an image starts as, writes and needs.
	"fixer/container": {"fixer", "fixer/build", "fixer/topology", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/nginx", "fixer/yamldoc", "fixer/text"},

	// Who talks to whom.
	"fixer/connect": {"fixer", "fixer/container", "fixer/topology", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/secret", "fixer/yamldoc", "fixer/text"},

	// What an attacker gets who enters a service.
	"fixer/survey": {"fixer", "fixer/connect", "fixer/container", "fixer/engine", "fixer/netpol", "fixer/compose", "fixer/kube", "fixer/yamldoc", "fixer/text"},

	// How a reference to an image is named by its digest.
	"fixer/pin": {"fixer", "fixer/updates", "fixer/image", "fixer/text"},

	// How applications are built and started, by language.
	"fixer/stack": {"fixer", "fixer/build", "fixer/buildcontext", "fixer/compose", "fixer/dockerfile", "fixer/image", "fixer/text"},

	// What a project without container files is.
	"fixer/detect": {"fixer/stack", "fixer/image", "fixer/text"},

	// Two stages of a Dockerfile that has one.
	"fixer/multistage": {"fixer", "fixer/stack", "fixer/container", "fixer/build", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/yamldoc", "fixer/text"},

	// The port on which an image listens, in every file that names it.
	"fixer/portmove": {"fixer", "fixer/build", "fixer/buildcontext", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/nginx", "fixer/yamldoc", "fixer/text"},

	// The engine checks, folds and verifies. It knows no rule, no disk and no
	// form of output.
	"fixer/engine": {"fixer", "fixer/buildcontext", "fixer/dockerfile", "fixer/text", "fixer/yamldoc"},

	// The NetworkPolicies of a namespace, worked out of its connections.
	"fixer/isolation": {"fixer", "fixer/connect", "fixer/netpol", "fixer/kube", "fixer/yamldoc", "fixer/text"},

	// What the build of a Dockerfile does.
	"fixer/build": {"fixer", "fixer/topology", "fixer/buildcontext", "fixer/dockerfile", "fixer/image", "fixer/secret", "fixer/text"},

	// Which bot keeps the pins of a file fresh.
	"fixer/updates": {"fixer", "fixer/workflow", "fixer/yamldoc", "fixer/text"},

	// Rules know the contract, what is derived from the documents, and the
	// documents: not the engine, and nothing of each other.
	"fixer/rules":            {"fixer", "fixer/pin", "fixer/rules/compose", "fixer/rules/cross", "fixer/rules/dockerfile", "fixer/rules/kubernetes", "fixer/rules/workflow"},
	"fixer/rules/compose":    lawOfRules,
	"fixer/rules/cross":      lawOfRules,
	"fixer/rules/dockerfile": lawOfRules,
	"fixer/rules/kubernetes": lawOfRules,
	"fixer/rules/workflow":   lawOfRules,

	// What a scan says about the questions of a checklist.
	"fixer/checklist": {"fixer", "fixer/kube", "fixer/workflow", "fixer/yamldoc", "fixer/text"},

	"fixer/report": {"fixer", "fixer/checklist", "fixer/connect", "fixer/survey", "fixer/engine", "fixer/secret", "fixer/text"},

	// The way to the disk, in four rooms: opening, git's answers, what is found, and
	// what is written.
	"fixer/disk":                {"fixer"},
	"fixer/disk/disktest":       {},                      // for tests only
	"fixer/corpustest":          {},                      // for tests only
	"fixer/image/imagetest":     {},                      // for tests only
	"fixer/compose/composetest": {"fixer/disk/disktest"}, // for tests only
	"fixer/languagetest":        {},                      // for tests only
	"fixer/timetest":            {},                      // for tests only
	"fixer/git":                 {"fixer/disk", "fixer/text"},
	"fixer/discover":            {"fixer", "fixer/disk", "fixer/git", "fixer/gitignore", "fixer/buildcontext", "fixer/compose", "fixer/secret", "fixer/yamldoc", "fixer/text"},
	"fixer/workspace":           {"fixer", "fixer/engine", "fixer/disk", "fixer/text"},

	// It runs a vulnerability scanner that is installed, and nothing else.
	"fixer/scanner": {"fixer/text"},

	// It builds and starts images with a container engine, and asks their ports.
	"fixer/prove": {"fixer", "fixer/engine", "fixer/build", "fixer/container", "fixer/topology", "fixer/buildcontext", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/yamldoc", "fixer/secret", "fixer/disk", "fixer/text"},

	// The way to the network: what registries say of images.
	"fixer/registry": {"fixer/image", "fixer/disk", "fixer/text"},

	// The other way to the network: what GitHub says of releases.
	"fixer/forge": {"fixer/text"},

	// What a command or an interface does with a repository.
	"fixer/project": {"fixer", "fixer/detect", "fixer/forge", "fixer/survey", "fixer/registry", "fixer/scanner", "fixer/prove", "fixer/image", "fixer/discover", "fixer/disk", "fixer/engine", "fixer/git", "fixer/report", "fixer/workspace", "fixer/text", "templates"},

	// An interface shows what the engine says and records decisions. It knows
	// no rule, no document and no disk: reading and writing are given to it. What
	// the interfaces share draws nothing, and line mode needs nothing of the screens.
	"tui":          {"fixer", "fixer/engine", "fixer/report", "fixer/survey", "fixer/checklist", "fixer/text"},
	"tui/review":   {"fixer", "fixer/engine", "fixer/text"},
	"tui/linemode": {"tui/review", "fixer", "fixer/engine", "fixer/report", "fixer/text"},

	// Commands read flags, call, print and exit.
	"cmd": {"tui", "fixer", "fixer/scanner", "fixer/prove", "fixer/engine", "fixer/project", "fixer/report", "fixer/rules", "fixer/text", "templates"},

	// Services that are new: pure, like all that they rest on.
	"templates": {"fixer", "fixer/image", "fixer/text"},
}

// lawOfRules is what the rules of any kind may import.
var lawOfRules = []string{"fixer", "fixer/connect", "fixer/isolation", "fixer/pin", "fixer/portmove", "fixer/multistage", "fixer/stack", "fixer/build", "fixer/container", "fixer/updates", "fixer/workflow", "fixer/topology", "fixer/buildcontext", "fixer/gitignore", "fixer/compose", "fixer/kube", "fixer/dockerfile", "fixer/image", "fixer/yamldoc", "fixer/secret", "fixer/text"}

// exactRooms are imported by their name only, not with what lies below.
var exactRooms = map[string]bool{"fixer": true, "fixer/disk": true, "fixer/rules": true}

// diskRooms are the rooms that may touch the disk.
var diskRooms = map[string]bool{"fixer/disk": true, "fixer/git": true, "fixer/discover": true, "fixer/workspace": true}

// forbidden says what a room may not import from elsewhere; /... stands for all
// that lies below. Every room under fixer is pure, but for those that are the
// way to the disk.
func forbidden(room string) [][]string {
	var (
		disk    = []string{"os", "os/...", "io/ioutil", "path/filepath", "syscall", "golang.org/x/sys/...", "github.com/google/renameio/..."}
		network = []string{"net", "net/...", "crypto/tls", "github.com/google/go-containerregistry/..."}
		chance  = []string{"math/rand", "math/rand/v2", "crypto/rand"}
		charm   = []string{"charm.land/...", "github.com/charmbracelet/...", "github.com/spf13/...", "golang.org/x/term"}
	)
	switch {
	case room == "fixer/disk/disktest", room == "fixer/corpustest", room == "fixer/image/imagetest", room == "fixer/compose/composetest", room == "fixer/timetest":
		return [][]string{network, chance, charm}
	case diskRooms[room]:
		return [][]string{network, chance, charm, {"os/exec"}}
	case room == "fixer/registry":
		// It asks registries, keeps their answers and runs credential helpers.
		return [][]string{chance, charm, {"unsafe", "plugin"}}
	case room == "fixer/forge":
		// It asks one API.
		return [][]string{disk, chance, charm, {"unsafe", "plugin", "github.com/google/go-containerregistry/..."}}
	case room == "fixer/prove":
		// It starts an engine and asks the ports of what it has started.
		return [][]string{chance, charm, {"crypto/tls", "github.com/google/go-containerregistry/...", "unsafe", "plugin"}}
	case room == "fixer/project", room == "fixer/scanner":
		// They start programs: the person's editor and browser, and a scanner.
		return [][]string{network, chance, charm}
	case strings.HasPrefix(room, "fixer"), room == "templates":
		return [][]string{disk, network, chance, charm, {"unsafe", "plugin"}}
	case room == "cmd":
		return [][]string{network, chance, {"os/exec", "go.yaml.in/...", "github.com/moby/...", "k8s.io/..."}}
	}
	return [][]string{network}
}

func TestLawOfImports(t *testing.T) {
	imports := parseImports(t)
	if len(imports) < 8 {
		t.Fatalf("only %d packages were found: %v", len(imports), slices.Sorted(maps.Keys(imports)))
	}
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		room := roomOf(pkg)
		if room == "" {
			t.Errorf("%s lies in no room: add it to the law", pkg)
			continue
		}
		for _, file := range slices.Sorted(maps.Keys(imports[pkg])) {
			for _, imp := range imports[pkg][file] {
				for _, complaint := range judge(room, imp) {
					t.Errorf("%s imports %s: %s", file, imp, complaint)
				}
			}
		}
	}
}

// module is the path of the module, which all its rooms have before their names.
const module = "github.com/oakum-sec/oakum"

// judge returns what the law has against one import of a room.
func judge(room, imp string) []string {
	if own, ok := strings.CutPrefix(imp, module+"/"); ok {
		for _, allowed := range append([]string{room}, lawRooms[room]...) {
			if own == allowed || (!exactRooms[allowed] && strings.HasPrefix(own, allowed+"/")) {
				return nil
			}
		}
		return []string{"room " + room + " may import " + strings.Join(lawRooms[room], ", ")}
	}
	if imp == "net/url" || imp == "net/netip" { // they read names and addresses, and open nothing
		return nil
	}
	var out []string
	for _, list := range forbidden(room) {
		for _, pattern := range list {
			tree, ok := strings.CutSuffix(pattern, "/...")
			if imp == pattern || (ok && strings.HasPrefix(imp, tree+"/")) {
				out = append(out, "not in room "+room)
			}
		}
	}
	return out
}

func roomOf(pkg string) string {
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		if _, ok := lawRooms[dir]; ok && (dir == pkg || !exactRooms[dir]) {
			return dir
		}
	}
	return ""
}

// TestOneDoorToImages: what is known of an image is asked of Facts.Image, which
// holds the answers of registries, and never of the tables alone.
func TestOneDoorToImages(t *testing.T) {
	doors := 0
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "fixer/image/") {
			return err
		}
		source, err := fs.ReadFile(root, name)
		if err != nil || !strings.Contains(string(source), "image.KnowledgeOf(") {
			return err
		}
		if name != "fixer/facts.go" {
			t.Errorf("%s calls image.KnowledgeOf: ask Facts.Image, or container.OfImage", name)
		}
		doors++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if doors != 1 {
		t.Errorf("%d files call image.KnowledgeOf, want the one door", doors)
	}
}

// TestContractHoldsNoDomain: what programs gain or drop privileges, make users or
// serve data is known in the rooms for it, not in the contract of rules nor in
// the engine.
func TestContractHoldsNoDomain(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	engine, err := filepath.Glob("engine/*.go")
	if err != nil || len(engine) == 0 {
		t.Fatal(err, engine)
	}
	files = append(files, engine...)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"sudo", "gosu", "su-exec", "setcap", "setuid", "postfix", "useradd", "adduser", "busybox", "CHOWN", "NET_BIND", "nginx", "postgres"} {
			if strings.Contains(strings.ToLower(string(source)), strings.ToLower(word)) {
				t.Errorf("fixer/%s knows %q, which is fixer/build's or fixer/container's to know", name, word)
			}
		}
	}
}

// TestContributingNamesTheRooms keeps the table of CONTRIBUTING.md in step with
// the law: somebody new finds every room there.
func TestContributingNamesTheRooms(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range slices.Sorted(maps.Keys(lawRooms)) {
		if room == "cmd" {
			room = "cmd/oakum"
		}
		if !strings.Contains(string(text), "`"+room+"`") {
			t.Errorf("CONTRIBUTING.md says nothing about `%s`: add it to the table of rooms", room)
		}
	}
}

// parseImports reads the imports of every Go file of the project that is no
// test, for every system: package → file → imports.
func parseImports(t *testing.T) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata") {
				return fs.SkipDir
			}
			if _, err := fs.Stat(root, path.Join(name, "go.mod")); name != "." && err == nil {
				return fs.SkipDir // a module of its own, which nothing here can import
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(name)
		if out[pkg] == nil {
			out[pkg] = map[string][]string{}
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			out[pkg][name] = append(out[pkg][name], imp)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLawIsTight shows the law something of each kind that it must not let
// pass, and what it must.
func TestLawIsTight(t *testing.T) {
	for _, c := range []struct {
		pkg, imp string
		ok       bool
	}{
		{"fixer", "github.com/oakum-sec/oakum/fixer/rules", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/rules/compose", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/dockerfile/buildkit", true},
		{"fixer", "os", false},
		{"fixer", "math/rand/v2", false},
		{"fixer", "path", true},
		{"fixer/rules/compose", "github.com/oakum-sec/oakum/fixer", true},
		{"fixer/rules/compose", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"fixer/rules/compose", "github.com/oakum-sec/oakum/fixer/secret", true},
		{"fixer/secret", "github.com/oakum-sec/oakum/fixer/text", false},
		{"fixer/secret", "os", false},
		{"fixer/rules/compose", "github.com/oakum-sec/oakum/fixer/report", false},
		{"fixer/rules", "github.com/oakum-sec/oakum/fixer/rules/compose", true},
		{"fixer/rules/cross", "github.com/oakum-sec/oakum/fixer/rules/dockerfile", false},
		{"fixer/rules/dockerfile", "github.com/oakum-sec/oakum/fixer/build", true},
		{"fixer/build", "github.com/oakum-sec/oakum/fixer/rules/dockerfile", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/build", false},
		{"fixer/report", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"fixer/report", "charm.land/lipgloss/v2", false},
		{"fixer/yamldoc", "github.com/oakum-sec/oakum/fixer", false},
		{"fixer/compose", "net/http", false},
		{"fixer/kube", "os/exec", false},
		{"fixer/scanner", "os/exec", true},
		{"fixer/scanner", "net/http", false},
		{"fixer/scanner", "github.com/oakum-sec/oakum/fixer", false},
		{"fixer/prove", "os/exec", true},
		{"fixer/prove", "net/http", true},
		{"fixer/prove", "math/rand/v2", false},
		{"fixer/prove", "github.com/oakum-sec/oakum/fixer/project", false},
		{"fixer/rules/compose", "github.com/oakum-sec/oakum/fixer/prove", false},
		{"tui", "github.com/oakum-sec/oakum/fixer/prove", false},
		{"templates", "github.com/oakum-sec/oakum/fixer/image", true},
		{"templates", "github.com/oakum-sec/oakum/fixer/engine", false},
		{"templates", "os", false},
		{"fixer/workspace", "os", true},
		{"fixer/workspace", "os/exec", false},
		{"fixer/workspace", "net/http", false},
		{"fixer/workspace", "github.com/oakum-sec/oakum/fixer/discover", false},
		{"fixer/discover", "os", true},
		{"fixer/discover", "os/exec", false},
		{"fixer/discover", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"fixer/discover", "github.com/oakum-sec/oakum/fixer/engine", false},
		{"fixer/discover", "github.com/oakum-sec/oakum/fixer/disk/disktest", false},
		{"fixer/git", "os", true},
		{"fixer/git", "os/exec", false},
		{"fixer/git", "github.com/oakum-sec/oakum/fixer/discover", false},
		{"fixer/disk", "github.com/oakum-sec/oakum/fixer/git", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/disk", false},
		{"fixer/image", "net/http", false},
		{"fixer/registry", "net/http", true},
		{"fixer/registry", "os/exec", true},
		{"fixer/registry", "math/rand/v2", false},
		{"fixer/registry", "github.com/oakum-sec/oakum/fixer/image", true},
		{"fixer/registry", "github.com/oakum-sec/oakum/fixer", false},
		{"fixer", "github.com/oakum-sec/oakum/fixer/registry", false},
		{"fixer/rules/dockerfile", "github.com/oakum-sec/oakum/fixer/registry", false},
		{"tui", "github.com/oakum-sec/oakum/fixer", true},
		{"tui/linemode", "github.com/oakum-sec/oakum/fixer/report", true},
		{"tui/linemode", "github.com/oakum-sec/oakum/tui/review", true},
		{"tui/linemode", "github.com/oakum-sec/oakum/tui", false},
		{"tui/linemode", "github.com/oakum-sec/oakum/tui/widget", false},
		{"tui/review", "github.com/oakum-sec/oakum/tui", false},
		{"tui", "github.com/oakum-sec/oakum/tui/review", true},
		{"tui", "github.com/oakum-sec/oakum/fixer/project", false},
		{"fixer/project", "github.com/oakum-sec/oakum/tui/review", false},
		{"fixer/project", "github.com/oakum-sec/oakum/fixer/rules", false},
		{"fixer/project", "github.com/oakum-sec/oakum/fixer/yamldoc", false},
		{"cmd/oakum", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"cmd/oakum", "github.com/oakum-sec/oakum/fixer/discover", false},
		{"cmd/oakum", "os/exec", false},
		{"tui", "github.com/oakum-sec/oakum/fixer/workspace", false},
		{"tui", "github.com/oakum-sec/oakum/fixer/rules", false},
		{"tui", "github.com/oakum-sec/oakum/cmd/oakum", false},
		{"cmd/oakum", "github.com/oakum-sec/oakum/tui", true},
		{"cmd/oakum", "github.com/oakum-sec/oakum/fixer/yamldoc", false},
		{"cmd/oakum", "net/http", false},
	} {
		room := roomOf(c.pkg)
		if room == "" {
			t.Errorf("%s lies in no room", c.pkg)
			continue
		}
		if got := len(judge(room, c.imp)) == 0; got != c.ok {
			t.Errorf("%s importing %s: allowed %v, want %v", c.pkg, c.imp, got, c.ok)
		}
	}
	if room := roomOf("fixer/util"); room != "" {
		t.Errorf("a new folder under fixer belongs to room %s without anybody deciding so", room)
	}
}
