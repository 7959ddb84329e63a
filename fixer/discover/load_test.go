package discover

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

func TestDiscovery(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"Dockerfile":                   dockerfile,
		"Dockerfile.dockerignore":      "x\n",
		"Dockerfile.md":                "# FROM scratch\n",
		"Dockerfile.j2":                "FROM {{ base }}\n",
		"Dockerfile-alpine":            dockerfile,
		"Dockerfile-notes":             "how we build\n",
		"api/api.Dockerfile":           dockerfile,
		"compose.yaml":                 composeFile,
		"composer.yaml":                "name: x\n",
		"my-compose.yml":               composeFile,
		"compose-web.yaml":             pod, // named like Compose, and a manifest
		"compose.dev.yml.tmpl":         composeFile,
		"deploy/stack.yaml":            "version: '3.9'\n" + composeFile,
		"prod.yml":                     composeFile,
		"services.yaml":                "services:\n  _defaults: {autowire: true}\n",
		".gitlab-ci.yml":               "services: [postgres]\n",
		"deploy/swarm.yml":             "services:\n  a: {image: b, hostname: '{{.Node.Hostname}}'}\n",
		"deploy/swarm.j2.yml":          "services:\n  a: {image: b}\n  c: {image: {{ image }}}\n",
		"deploy/anything.yml":          "# hi\n---\n" + pod,
		"deploy/list.json":             `{"apiVersion":"v1","kind":"List","items":[]}`,
		"deploy/config.yaml":           "a: b\n",
		"package.json":                 `{"name":"x"}`,
		".github/workflows/ci.yml":     "jobs: {}\n",
		".devcontainer/compose.yml":    composeFile,
		".git-not/compose.yml":         composeFile,
		".hg/compose.yml":              composeFile,
		"node_modules/x/Dockerfile":    dockerfile,
		"vendor/x/Dockerfile":          dockerfile,
		"web/node_modules/Dockerfile":  dockerfile,
		"with space/ünïcode\n.yaml":    pod,
		"alerts.yaml":                  "apiVersion: v1\nkind: Rule\nx: \"{{ $labels.instance }}\"\n",
		"ansible.yaml":                 "apiVersion: v1\nkind: Pod\nname: {{ name }}\n",
		"jinja.yaml":                   "apiVersion: v1\nkind: Pod\n{% if x %}\na: b\n{% endif %}\n",
		"comment.yaml":                 pod + "# {{ nothing }}\n",
		"broken.yaml":                  pod + "a: [\n", // the engine's to report
		"compact.json":                 `{"apiVersion":"v1","kind":"Pod","a":{"b":{}}}`,
		"swarm/docker-compose.yml":     "services:\n  a:\n    hostname: '{{.Node.Hostname}}'\n",
		"empty/Dockerfile":             "",
		"blank/Dockerfile":             " \n\t\n",
		"empty/compose.yaml":           "",
		"empty/other.yaml":             "",
		"binary/Dockerfile":            "\x7fELF\x00\x01",
		"binary/other.yaml":            "apiVersion: v1\nkind: Pod\n\x00",
		"latin/Dockerfile":             "FROM a\n# caf\xe9\n",
		"latin/pod.yaml":               pod + "# caf\xe9\n",
		"utf16/compose.yaml":           "\xff\xfes\x00",
		"compose.d/x.txt":              "",
		"folder/compose.yaml/pod.yaml": pod,
		"folder/dockerfile/x.txt":      "",
		"folder/Dockerfile/x.txt":      "",
	})
	ws := load(t, dir, Options{})
	wantSources(t, ws,
		".devcontainer/compose.yml compose",
		".git-not/compose.yml compose",
		".github/workflows/ci.yml workflow",
		".gitlab-ci.yml workflow",
		"Dockerfile dockerfile",
		"Dockerfile-alpine dockerfile",
		"Dockerfile.dockerignore dockerignore",
		"Dockerfile.j2 dockerfile skip:template",
		"alerts.yaml kubernetes",
		"ansible.yaml kubernetes skip:template",
		"api/api.Dockerfile dockerfile",
		"binary/Dockerfile dockerfile skip:binary",
		"blank/Dockerfile dockerfile skip:empty",
		"broken.yaml kubernetes",
		"comment.yaml kubernetes",
		"compact.json kubernetes",
		"compose-web.yaml kubernetes",
		"compose.dev.yml.tmpl compose skip:template",
		"compose.yaml compose",
		"deploy/anything.yml kubernetes",
		"deploy/list.json kubernetes",
		"deploy/stack.yaml compose",
		"deploy/swarm.yml compose",
		"empty/Dockerfile dockerfile skip:empty",
		"empty/compose.yaml compose skip:empty",
		"folder/Dockerfile dockerfile skip:irregular",
		"folder/compose.yaml compose skip:irregular",
		"folder/compose.yaml/pod.yaml kubernetes",
		"jinja.yaml kubernetes skip:template",
		"latin/Dockerfile dockerfile skip:encoding",
		"latin/pod.yaml kubernetes skip:encoding",
		"my-compose.yml compose",
		"package.json project context",
		"prod.yml compose",
		"swarm/docker-compose.yml compose",
		"utf16/compose.yaml compose skip:encoding",
		"with space/ünïcode\n.yaml kubernetes",
	)
	if got := skipOf(t, ws, "latin/Dockerfile").Reason; got != "the file is not UTF-8: byte 0xe9 at 2:6" {
		t.Errorf("reason %q", got)
	}
	if got := skipOf(t, ws, "ansible.yaml").Reason; got != "template syntax at 3:7" {
		t.Errorf("reason %q", got)
	}
	if s, _ := ws.Source("Dockerfile"); string(s.Data) != dockerfile {
		t.Errorf("data %q", s.Data)
	}
	if len(ws.Notes) != 2 || !strings.HasPrefix(ws.Notes[0].Text, "3 ignored files or directories") || !strings.HasPrefix(ws.Notes[1].Text, "generated from Dockerfile.j2") {
		t.Errorf("notes %+v", ws.Notes)
	}
}

func TestIgnoredFiles(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		".gitignore":           "*.yaml\r\n!/keep.yaml\r\nbuild/\r\n",
		"compose.yaml":         composeFile,
		"keep.yaml":            pod,
		"build/Dockerfile":     dockerfile,
		"build/sub/Dockerfile": dockerfile,
		"k8s/.gitignore":       "!pod.yaml\n",
		"k8s/pod.yaml":         pod,
		"vendor/Dockerfile":    dockerfile,
	})
	wantSources(t, load(t, dir, Options{}), "k8s/pod.yaml kubernetes", "keep.yaml kubernetes")
	wantSources(t, load(t, dir, Options{NoIgnore: true}),
		"build/Dockerfile dockerfile", "build/sub/Dockerfile dockerfile", "compose.yaml compose",
		"k8s/pod.yaml kubernetes", "keep.yaml kubernetes", "vendor/Dockerfile dockerfile")

	// What is given is never ignored, file or directory.
	wantSources(t, load(t, dir, Options{}, "compose.yaml"),
		"compose.yaml compose", "k8s/pod.yaml kubernetes context", "keep.yaml kubernetes context")
	wantSources(t, load(t, dir, Options{}, "build"), "Dockerfile dockerfile", "sub/Dockerfile dockerfile")
	wantSources(t, load(t, dir, Options{}, "vendor"), "Dockerfile dockerfile")
}

func TestExcludeOfThisClone(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		".git/HEAD": "ref: x\n", ".git/info/exclude": "local.yaml\n",
		"local.yaml": pod, "web.yaml": pod,
	})
	wantSources(t, load(t, dir, Options{}), "web.yaml kubernetes")
}

func TestRootAndContext(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"repo/.git/HEAD":         "ref: refs/heads/main\n",
		"repo/.git/Dockerfile":   dockerfile,
		"repo/api/Dockerfile":    dockerfile,
		"repo/k8s/pod.yaml":      pod,
		"repo/sub/.git":          "gitdir: ../.git/modules/sub\n",
		"repo/sub/compose.yaml":  composeFile,
		"plain/a/Dockerfile":     dockerfile,
		"plain/a/x/compose.yaml": composeFile,
		"plain/b/compose.yaml":   composeFile,
	})
	for _, tt := range []struct {
		paths   []string
		root    string
		sources []string
	}{
		{[]string{"repo"}, "repo", []string{"api/Dockerfile dockerfile", "k8s/pod.yaml kubernetes", "sub/compose.yaml compose"}},
		{[]string{"repo/k8s"}, "repo", []string{"api/Dockerfile dockerfile context", "k8s/pod.yaml kubernetes", "sub/compose.yaml compose context"}},
		{[]string{"repo/k8s/pod.yaml", "repo/api", "repo/k8s/pod.yaml"}, "repo", []string{"api/Dockerfile dockerfile", "k8s/pod.yaml kubernetes", "sub/compose.yaml compose context"}},
		{[]string{"repo/sub"}, "repo/sub", []string{"compose.yaml compose"}},
		{[]string{"repo/sub", "repo/api"}, "repo", []string{"api/Dockerfile dockerfile", "sub/compose.yaml compose"}},
		{[]string{"plain/a"}, "plain/a", []string{"Dockerfile dockerfile", "x/compose.yaml compose"}},
		{[]string{"plain/b", "plain/a"}, "plain", []string{"a/Dockerfile dockerfile", "a/x/compose.yaml compose", "b/compose.yaml compose"}},
		{[]string{"plain/a/Dockerfile"}, "plain/a", []string{"Dockerfile dockerfile", "x/compose.yaml compose context"}},
		{[]string{"plain/a/../a/./x/compose.yaml", "plain/a/x"}, "plain/a/x", []string{"compose.yaml compose"}},
	} {
		ws := load(t, dir, Options{}, tt.paths...)
		if want := filepath.Join(dir, tt.root); ws.Root != want {
			t.Errorf("%v: root %s, want %s", tt.paths, ws.Root, want)
		}
		if got := describe(ws); got != strings.Join(tt.sources, "\n")+"\n" {
			t.Errorf("%v: sources\n%s", tt.paths, got)
		}
		abs := []string{}
		for _, p := range tt.paths {
			abs = append(abs, filepath.Join(dir, p))
		}
		if root, err := FindRoot(abs); err != nil || root != ws.Root {
			t.Errorf("FindRoot(%v) = %s, %v", tt.paths, root, err)
		}
	}
}

func TestHomeInGitIsNoRoot(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{".git/HEAD": "x", "project/Dockerfile": dockerfile, "other/Dockerfile": dockerfile})
	t.Setenv("HOME", dir)
	ws := load(t, dir, Options{}, "project")
	if ws.Root != filepath.Join(dir, "project") || ws.Git {
		t.Errorf("root %s", ws.Root)
	}
	t.Setenv("HOME", filepath.Join(dir, "project"))
	if ws := load(t, dir, Options{}, "project"); ws.Root != dir || !ws.Git {
		t.Errorf("a home folder below a repository: root %s", ws.Root)
	}
}

func TestCurrentDirectory(t *testing.T) {
	t.Chdir(disktest.Tree(t, map[string]string{"Dockerfile": dockerfile}))
	ws, err := Load(context.Background(), nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantSources(t, ws, "Dockerfile dockerfile")
}

func TestNamedFiles(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"build.txt": dockerfile, "prod.yml": composeFile, "notes.txt": "hello\n", "x.bin": "\x00\x01", "none.json": "{}",
		"Dockerfile.md": dockerfile, "swarm.yaml": "a: b\n", "empty.yaml": "",
	})
	ws := load(t, dir, Options{}, "build.txt", "prod.yml", "notes.txt", "x.bin", "none.json", "Dockerfile.md", "swarm.yaml", "empty.yaml")
	wantSources(t, ws,
		"Dockerfile.md dockerfile",
		"build.txt dockerfile",
		"empty.yaml  skip:empty",
		"none.json  skip:unknown",
		"notes.txt  skip:unknown",
		"prod.yml compose",
		"swarm.yaml  skip:unknown",
		"x.bin  skip:binary",
	)
}

func TestMissingPath(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	for _, p := range []string{"nope", "Dockerfile/nope", "nope/\x1b[31m"} {
		_, err := Load(context.Background(), []string{filepath.Join(dir, p)}, Options{})
		if err == nil || !strings.HasSuffix(err.Error(), ": no such file or directory") || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	big := pod + strings.Repeat("# fill\n", 1000)
	dir := disktest.Tree(t, map[string]string{
		"pod.yaml": big, "Dockerfile": dockerfile + strings.Repeat("# x\n", 2000), "data.yaml": "a: b\n" + strings.Repeat("# fill\n", 1000),
		"fits.yaml": pod,
	})
	ws := load(t, dir, Options{MaxBytes: 1000})
	wantSources(t, ws, "Dockerfile dockerfile skip:too-large", "fits.yaml kubernetes", "pod.yaml kubernetes skip:too-large")
	wantSources(t, load(t, dir, Options{MaxBytes: int64(len(big))}), "Dockerfile dockerfile skip:too-large", "fits.yaml kubernetes", "pod.yaml kubernetes")

	// The default cap, with a file that takes next to no room on the disk.
	disktest.Put(t, dir, "pod.yaml", pod+strings.Repeat("# fill\n", 10_000))
	if err := os.Truncate(filepath.Join(dir, "pod.yaml"), DefaultMaxBytes+1); err != nil {
		t.Fatal(err)
	}
	ws = load(t, dir, Options{})
	if got := skipOf(t, ws, "pod.yaml"); got.Code != fixer.SkipTooLarge || got.Reason != "larger than the limit of 20 MB" {
		t.Errorf("%+v", got)
	}
	if s, _ := ws.Source("pod.yaml"); s.Data != nil {
		t.Error("the head of a large file is passed off as its data")
	}
}

func TestLargeJSON(t *testing.T) {
	fill := `"x": "` + strings.Repeat("x", 2*disk.HeadBytes) + `"`
	dir := disktest.Tree(t, map[string]string{
		"data.json": `{"a": {"kind": 1}, ` + fill + `}`,
		"list.json": `{"apiVersion": "v1", ` + fill + `, "kind": "List"}`,
		"late.json": `{` + fill + `, "apiVersion": "v1", "kind": "List"}`, // not seen, and documented
	})
	wantSources(t, load(t, dir, Options{}), "list.json kubernetes")
	// Named, it is looked at whole.
	if ws := load(t, dir, Options{}, "late.json"); ws.Sources[0].Path != "late.json" || ws.Sources[0].Kind != fixer.Kubernetes {
		t.Errorf("%s", describe(ws))
	}
}

func TestProgressAndCancel(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile, "a/Dockerfile": dockerfile, "compose.yaml": composeFile})
	var last fixer.Progress
	load(t, dir, Options{Progress: func(p fixer.Progress) { last = p }})
	if last != (fixer.Progress{Found: 3, Read: 3}) {
		t.Errorf("last progress %+v", last)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int32
	_, err := Load(ctx, []string{dir}, Options{Progress: func(fixer.Progress) { calls.Add(1); cancel() }})
	if !errors.Is(err, context.Canceled) || calls.Load() == 0 {
		t.Errorf("cancelled load: %v after %d calls", err, calls.Load())
	}
}
