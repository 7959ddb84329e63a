package discover

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestEnvironmentFiles: of those that Compose may take values from the names are read,
// whatever git thinks of them, and no value but those of images; where no Compose file has variables, none
// is read.
func TestEnvironmentFiles(t *testing.T) {
	outside := disktest.Tree(t, map[string]string{"secret": "OUTSIDE=s3cret\n"})
	files := map[string]string{
		".gitignore":             ".env\n",
		".env":                   "TAG=1.2\n# x\nKEY=\"s3cret\nMORE=s3cret\"\n",
		"app/compose.yaml":       "include:\n- {path: ../web/compose.yaml, env_file: [web.vars, ../../gone]}\nservices:\n  a:\n    image: x:${TAG:-1}\n    env_file: [a.vars]\n",
		"app/.env.example":       "TAG=1.1\n",
		"app/web.vars":           "WEB=s3cret\n",
		"app/a.vars":             "A=s3cret\n",
		"app/.env.d/x":           "X=s3cret\n",
		"app/.env.large":         strings.Repeat("s3cret\n", maxEnvironment/6),
		"web/compose.yaml":       "services: {b: {image: 'y:1'}}\n",
		"web/.env":               "B=s3cret\n",
		"env.example":            "C=s3cret\n",
		"prod.env":               "D=s3cret\n",
		"other/docker-compose.y": "",
	}
	dir := disktest.Tree(t, files)
	disktest.Link(t, dir, "app/.env.out", outside+"/secret")
	loaded := load(t, dir, Options{})
	got := map[string]string{}
	for _, s := range loaded.Sources {
		if s.Kind != fixer.Environment {
			continue
		}
		if strings.Contains(string(s.Data), "s3cret") || !s.Context {
			t.Errorf("%s: context %v, %q", s.Path, s.Context, s.Data)
		}
		if got[s.Path] = strings.ReplaceAll(string(s.Data), "\n", "|"); s.Skip != nil {
			got[s.Path] = string(s.Skip.Code)
		}
	}
	want := map[string]string{
		".env": "TAG=1.2||KEY=|", "env.example": "C=|", "app/.env.example": "TAG=1.1|", "app/web.vars": "WEB=|", "app/.env.large": "too-large", "app/.env.out": "unreadable",
	}
	for p, data := range want {
		if got[p] != data {
			t.Errorf("%s: %q, want %q", p, got[p], data)
		}
	}
	if len(got) != len(want) {
		t.Errorf("read %v", got)
	}

	for _, s := range load(t, disktest.Tree(t, map[string]string{"compose.yaml": composeFile, ".env": "A=1\n"}), Options{}).Sources {
		if s.Kind == fixer.Environment {
			t.Errorf("%s is read, although no Compose file has a variable", s.Path)
		}
	}
}

// TestGitIgnoresBesideComposeFiles: they say whether git leaves alone what a fix makes.
func TestGitIgnoresBesideComposeFiles(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		".git/HEAD": "x", ".gitignore": "", "app/.gitignore": "x\n", "other/.gitignore": "y\n",
		"app/compose.yaml": "services: {a: {image: 'x:1', environment: {A: b}}}\n",
	})
	wantSources(t, load(t, dir, Options{}), ".gitignore gitignore", "app/.gitignore gitignore", "app/compose.yaml compose")
	wantSources(t, load(t, dir, Options{}, "app"), ".gitignore gitignore context", "app/.gitignore gitignore", "app/compose.yaml compose")
}

// TestTrackedEnvironmentFiles: the index of git says which environment files a clone has,
// of the work tree that is the root and of none inside it. Where it cannot be read,
// nothing is said, and why is a note.
func TestTrackedEnvironmentFiles(t *testing.T) {
	service := "services:\n  a:\n    image: x:${TAG:-1}\n    env_file: a.vars\n"
	dir := disktest.Tree(t, map[string]string{
		"compose.yaml": service, ".env": "KEY=s3cret\n", "a.vars": "KEY=s3cret\n", ".env.local": "KEY=s3cret\n", ".gitignore": ".env\n",
		"inner/compose.yaml": service, "inner/.env": "KEY=s3cret\n",
	})
	git := func(args ...string) { disktest.Git(t, dir, args...) }
	states := func() map[string]buildcontext.GitState {
		out := map[string]buildcontext.GitState{}
		for _, s := range load(t, dir, Options{}).Sources {
			if s.Kind.Secret() {
				out[s.Path] = s.Git
			}
		}
		return out
	}
	if got := states(); got[".env"] != buildcontext.GitUnknown || len(got) != 4 {
		t.Errorf("without git: %v", got)
	}
	git("init", "-q")
	git("add", "compose.yaml", "a.vars")
	git("add", "-f", ".env")
	disktest.Git(t, filepath.Join(dir, "inner"), "init", "-q")
	disktest.Git(t, filepath.Join(dir, "inner"), "add", "-f", ".")
	want := map[string]buildcontext.GitState{
		".env": buildcontext.GitTracked, "a.vars": buildcontext.GitTracked, ".env.local": buildcontext.GitUntracked, "inner/.env": buildcontext.GitUnknown,
	}
	if got := states(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	git("update-index", "--split-index")
	for p, state := range states() {
		if state != buildcontext.GitUnknown {
			t.Errorf("a split index: %s is %d", p, state)
		}
	}
	if notes := load(t, dir, Options{}).Notes; !slices.ContainsFunc(notes, func(n fixer.Note) bool { return strings.Contains(n.Text, "cannot determine which files git tracks") }) {
		t.Errorf("a split index is not noted: %v", notes)
	}
}
