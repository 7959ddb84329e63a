package topology_test

import (
	"path"
	"testing"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// listed returns the tree of the files and of the directories above them.
func listed(files ...string) *buildcontext.Tree {
	var names []buildcontext.Name
	for _, f := range files {
		names = append(names, buildcontext.Name{Path: f})
		for dir := path.Dir(f); ; dir = path.Dir(dir) {
			names = append(names, buildcontext.Name{Path: dir, Kind: buildcontext.Directory})
			if dir == "." {
				break
			}
		}
	}
	return buildcontext.NewTree(names)
}

func TestContext(t *testing.T) {
	in := input(t, map[string]string{
		"api/Dockerfile":            "FROM scratch\nCOPY . /\n",
		"build/web.Dockerfile":      "FROM scratch\nCOPY . /\n",
		"docker/app/Dockerfile":     "FROM scratch\nCOPY package.json src /\n",
		"both/Dockerfile":           "FROM scratch\nCOPY go.mod /\n",
		"made/Dockerfile":           "FROM scratch\nCOPY target/app.jar /\n",
		"marked/Dockerfile":         "FROM scratch\nCOPY target/app.jar /\n",
		"variable/Dockerfile":       "FROM scratch\nCOPY $X *.go /\nCOPY --from=0 z /\nADD https://x/y /\n",
		"twice/Dockerfile":          "FROM scratch\n",
		"elsewhere/Dockerfile":      "FROM scratch\n",
		"podman/Containerfile":      "FROM scratch\n",
		"unread/Dockerfile":         "FROM scratch\n",
		"own/Dockerfile":            "FROM scratch\n",
		"maybe/Dockerfile":          "FROM scratch\n",
		"overridden/api/Dockerfile": "FROM scratch\n",
	}, map[string]string{
		"compose.yaml": "services:\n  api: {build: api}\n  web: {build: {context: web, dockerfile: ../build/web.Dockerfile}}\n" +
			"  a: {build: twice}\n  b: {build: {context: ., dockerfile: twice/Dockerfile}}\n  out: {build: {context: ../.., dockerfile: x/elsewhere/Dockerfile}}\n" +
			"  m: {build: '${WHERE:-maybe}'}\n",
		"overridden/compose.yaml":          "services:\n  api: {build: api}\n",
		"overridden/compose.override.yaml": "services:\n  api: {build: {context: ., dockerfile: api/Dockerfile}}\n",
	})
	in.Names = listed("api/x", "web/x", "build/x", "package.json", "src/x", "docker/app/x", "go.mod", "both/go.mod", "made/x", "marked/.dockerignore",
		"variable/x", "twice/x", "elsewhere/x", "podman/.containerignore", "unread/.dockerignore", "own/.dockerignore", "own/Dockerfile.dockerignore", "maybe/x", "overridden/api/x")
	own, _ := buildcontext.ParseIgnore([]byte("own"))
	in.Ignores = map[string]*buildcontext.Ignore{"marked/.dockerignore": own, "unread/.dockerignore": nil, "own/.dockerignore": nil, "own/Dockerfile.dockerignore": own}
	top := topology.New(in)
	for file, want := range map[string]string{
		"api/Dockerfile":            "api api/.dockerignore certain",
		"build/web.Dockerfile":      "web web/.dockerignore certain",
		"docker/app/Dockerfile":     ". .dockerignore",
		"both/Dockerfile":           "both both/.dockerignore",
		"made/Dockerfile":           "", // what it copies lies nowhere here
		"marked/Dockerfile":         "marked marked/.dockerignore",
		"variable/Dockerfile":       "variable variable/.dockerignore",
		"twice/Dockerfile":          "", // the services disagree
		"elsewhere/Dockerfile":      "elsewhere elsewhere/.dockerignore",
		"podman/Containerfile":      "",
		"unread/Dockerfile":         "",
		"own/Dockerfile":            "own own/Dockerfile.dockerignore",
		"maybe/Dockerfile":          "maybe maybe/.dockerignore",
		"overridden/api/Dockerfile": "overridden overridden/.dockerignore certain",
		"missing/Dockerfile":        "",
	} {
		got := ""
		if c, ok := top.Context(file); ok {
			got = c.Dir + " " + c.IgnorePath
			if c.Certain {
				got += " certain"
			}
			if c.Why == "" {
				t.Errorf("%s: no reason", file)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	noted := map[string]bool{}
	top.Traced(func(topology.Question) {}, func(p string) { noted[p] = true }).Context("api/Dockerfile")
	if !noted["api/Dockerfile"] || !noted["api/Dockerfile.dockerignore"] || !noted["api/.dockerignore"] {
		t.Errorf("the answer rests on %v", noted)
	}
	other := in
	other.Names = listed("api/y")
	if topology.New(other).Fingerprint() == top.Fingerprint() {
		t.Error("other names, the same fingerprint")
	}
	if _, ok := topology.New(input(t, map[string]string{"Dockerfile": "FROM scratch\n"}, nil)).Context("Dockerfile"); ok {
		t.Error("a context is known without any names")
	}
}
