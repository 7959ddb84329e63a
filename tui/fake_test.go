package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// The repository the tests work on, and rules made for it: small, and each
// there to bring about one thing that the interface has to show.

const shopDockerfile = `FROM node:22-slim AS build
WORKDIR /src
ARG NPM_TOKEN=npm_a1b2
COPY . .
RUN npm run build

FROM node:22-slim AS run
WORKDIR /app
ENV NODE_ENV=production
LABEL org.example.title="shop"
LABEL org.example.vendor="the shop"
LABEL org.example.stage="run"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/dist ./
EXPOSE 8080
CMD ["node", "server.js"]
`

const shopCompose = `# the shop
services:
  api:
    image: shop/api:1.4
    privileged: true
    ports:
      - "8080:8080" # behind the proxy
  db:
    image: postgres:17
    volumes:
      - data:/var/lib/postgresql/data

volumes:
  data: {}
`

const shopManifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: app
          image: shop/web:2.0
`

func shop() []fixer.Source {
	return []fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(shopDockerfile)},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(shopCompose)},
		{Path: "k8s/chart/values.tpl.yaml", Kind: fixer.Kubernetes, Skip: &fixer.Skip{Code: fixer.SkipTemplate, Reason: "template syntax at 2:1"}},
		{Path: "k8s/web.yaml", Kind: fixer.Kubernetes, Data: []byte(shopManifest)},
	}
}

func doc(what string) string {
	return "# a/rule\n\nOne sentence.\n\n## What is reported\n\n" +
		what + ": what is looked at, and what is left alone. A second sentence makes the paragraph long enough to be wrapped." +
		"\n\n## Why\n\nA process that escapes as UID 0 is root on the node." +
		"\n\n## What can break\n\nif the app writes outside /app/data or binds a port below 1024." +
		"\n\n## How to check\n\ndocker run --rm shop id -u prints 65532\n\n" +
		fixer.ExampleSection("", "FROM node\n\tbad\n", "FROM node\nUSER 65532\n")
}

var cited = []fixer.Reference{{Source: fixer.CISDocker, ID: "4.1"}, {Source: fixer.Hadolint, ID: "DL3002", Link: "https://example.org/DL3002"}}

func number(v string) error {
	if n, err := strconv.Atoi(v); err != nil || n < 1 {
		return errors.New("a number from 1 is needed")
	}
	return nil
}

// fakeRules are the rules of the tests.
func fakeRules() []*fixer.Rule {
	return []*fixer.Rule{runsAsRoot(), secretInArg(), portsAgree(), privileged(), devices(), noNewPrivileges(), readOnly(), tmpfs(), stubborn(), refusing(), seccomp()}
}

func runsAsRoot() *fixer.Rule {
	return &fixer.Rule{
		Name: "dockerfile/runs-as-root", Title: "runs as root", Severity: fixer.Critical, Kind: fixer.Dockerfile, Doc: doc("runs as root"), References: cited,
		Check: func(p *fixer.Pass) {
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword == "USER" {
					return
				}
			}
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword != "CMD" {
					continue
				}
				user := func(id, title string, params ...fixer.Param) fixer.Fix {
					return fixer.Fix{
						ID: id, Title: title, Level: fixer.Review, Breaks: "the app fails where it writes to files of root", Verify: "docker run --rm shop id -u", Params: params,
						Edit: func(d *fixer.Draft) error {
							who := d.Param("uid")
							if who == "" {
								who = d.Param("name")
							}
							d.Dockerfile([]text.Edit{text.Insert(i.Start, "USER "+who+"\n")}, "user")
							return nil
						},
					}
				}
				p.Report(fixer.Finding{
					Path: "stage run", Start: i.Start, End: i.End, Message: "the last stage has no USER, so its process is root",
					Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: "node starts as root"}},
					Fixes: []fixer.Fix{
						user("set-user", "add USER before CMD", fixer.Param{Name: "uid", Meaning: "any number from 1", Default: "65532", Validate: number}),
						user("named-user", "add a named USER before CMD", fixer.Param{Name: "name", Meaning: "a user the image has", Default: "node"}),
					},
				})
			}
		},
	}
}

func secretInArg() *fixer.Rule {
	return &fixer.Rule{
		Name: "dockerfile/secret-in-arg", Title: "secret in ARG", Severity: fixer.High, Kind: fixer.Dockerfile, Doc: doc("secret in ARG"), References: cited,
		Check: func(p *fixer.Pass) {
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword == "ARG" && bytes.Contains(p.File.Data[i.Start:i.End], []byte("TOKEN")) {
					p.Report(fixer.Finding{Path: "ARG NPM_TOKEN", Start: i.Start, End: i.End, Message: "a token is passed as build argument",
						Advice: "move it to a build secret: RUN --mount=type=secret,id=npm"})
				}
			}
		},
	}
}

// eachService reports for the services that a test holds for.
func eachService(p *fixer.Pass, holds func(n *yamldoc.Node) bool, f fixer.Finding, edit func(d *fixer.Draft, doc *yamldoc.Doc, at yamldoc.Path) error) {
	for _, doc := range p.File.YAML.Docs {
		for name, n := range doc.Root.Get("services").All() {
			if !holds(n) {
				continue
			}
			g := f
			g.Path, g.Start, g.End = "services."+name, n.Start, n.End
			g.Fixes = slices.Clone(f.Fixes)
			for i := range g.Fixes {
				g.Fixes[i].Edit = func(d *fixer.Draft) error { return edit(d, doc, yamldoc.P("services", name)) }
			}
			p.Report(g)
		}
	}
}

func serviceRule(name, title string, sev fixer.Severity, holds func(n *yamldoc.Node) bool, fix fixer.Fix, ops func(d *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error)) *fixer.Rule {
	return &fixer.Rule{
		Name: name, Title: title, Severity: sev, Kind: fixer.Compose, Doc: doc(title), References: cited,
		Check: func(p *fixer.Pass) {
			f := fixer.Finding{Message: "the service has " + title}
			if fix.ID != "" {
				f.Fixes = []fixer.Fix{fix}
			}
			eachService(p, holds, f, func(d *fixer.Draft, doc *yamldoc.Doc, at yamldoc.Path) error {
				o, err := ops(d, at)
				if err != nil {
					return err
				}
				d.YAML(doc, o...)
				return nil
			})
		},
	}
}

func lacks(key string) func(*yamldoc.Node) bool {
	return func(n *yamldoc.Node) bool { return n.Get(key) == nil }
}

func set(key string, value any) func(*fixer.Draft, yamldoc.Path) ([]yamldoc.Op, error) {
	return func(_ *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error) {
		return []yamldoc.Op{yamldoc.Set(at.Join(key), value)}, nil
	}
}

func safely(id, title string) fixer.Fix {
	return fixer.Fix{ID: id, Title: title, Level: fixer.Safe, Verify: "docker compose up -d, then look at the logs"}
}

func carefully(id, title string) fixer.Fix {
	return fixer.Fix{ID: id, Title: title, Level: fixer.Review, Breaks: "the program fails if it needs it", Verify: "docker compose up -d"}
}

func privileged() *fixer.Rule {
	return serviceRule("compose/privileged", "privileged", fixer.High,
		func(n *yamldoc.Node) bool { v, ok := n.Get("privileged").Bool(); return v && ok },
		carefully("remove", "remove privileged"),
		func(_ *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error) {
			return []yamldoc.Op{yamldoc.Remove(at.Join("privileged"))}, nil
		})
}

// devices is closed by what privileged does.
func devices() *fixer.Rule {
	return serviceRule("compose/all-devices", "all devices", fixer.Low,
		func(n *yamldoc.Node) bool { v, _ := n.Get("privileged").Bool(); return v }, fixer.Fix{}, nil)
}

func noNewPrivileges() *fixer.Rule {
	return serviceRule("compose/no-new-privileges", "no-new-privileges missing", fixer.Medium, lacks("security_opt"),
		safely("set", "set no-new-privileges"), set("security_opt", []any{"no-new-privileges:true"}))
}

func readOnly() *fixer.Rule {
	return serviceRule("compose/writable-root", "writable root", fixer.Medium, lacks("read_only"),
		carefully("set", "make the root read-only"), set("read_only", true))
}

// tmpfs comes up after readOnly.
func tmpfs() *fixer.Rule {
	return serviceRule("compose/tmpfs", "no tmpfs", fixer.Low,
		func(n *yamldoc.Node) bool { v, _ := n.Get("read_only").Bool(); return v && n.Get("tmpfs") == nil },
		safely("add", "mount a tmpfs at /tmp"), set("tmpfs", []any{"/tmp"}))
}

// stubborn has a fix that does not remove its finding, which the fold blocks.
func stubborn() *fixer.Rule {
	return serviceRule("compose/stubborn", "stubborn", fixer.Low, func(n *yamldoc.Node) bool { return n.Get("volumes") != nil },
		carefully("label", "label it"), set("labels", []any{"a=b"}))
}

// refusing has a fix that says itself that it cannot be made.
func refusing() *fixer.Rule {
	return serviceRule("compose/refusing", "refusing", fixer.Low, func(n *yamldoc.Node) bool { return n.Get("volumes") != nil },
		carefully("never", "do the impossible"),
		func(*fixer.Draft, yamldoc.Path) ([]yamldoc.Op, error) {
			return nil, fixer.Refuse("the value is an alias here")
		})
}

// portsAgree makes one fix in two files.
func portsAgree() *fixer.Rule {
	return &fixer.Rule{
		Name: "cross/ports", Title: "ports differ", Severity: fixer.Medium, Doc: doc("ports"), References: cited,
		Check: func(p *fixer.Pass) {
			c, df := p.Snapshot.File("compose.yaml"), p.Snapshot.File("Dockerfile")
			if c == nil || df == nil || c.YAML == nil || df.Dockerfile == nil {
				return
			}
			n := c.YAML.Docs[0].Root.Get("services").Get("api")
			at := bytes.Index(df.Data, []byte("EXPOSE 8080"))
			if n == nil || n.Get("expose") != nil || at < 0 {
				return
			}
			fix := carefully("move", "expose 8081 in both")
			fix.Edit = func(d *fixer.Draft) error {
				d.At("Dockerfile").Dockerfile([]text.Edit{{Start: at + 7, End: at + 11, New: "8081"}}, "expose")
				d.At("compose.yaml").YAML(c.YAML.Docs[0], yamldoc.Set(yamldoc.P("services", "api", "expose"), []any{"8081"}))
				return nil
			}
			p.Report(fixer.Finding{File: "compose.yaml", Path: "services.api", Start: n.Start, End: n.End, Message: "the image exposes another port", Fixes: []fixer.Fix{fix}})
		},
	}
}

// seccomp is safe once a registry has answered, and review before.
func seccomp() *fixer.Rule {
	return &fixer.Rule{
		Name: "kubernetes/seccomp", Title: "no seccomp profile", Severity: fixer.Medium, Kind: fixer.Kubernetes, Doc: doc("seccomp"), References: cited,
		Check: func(p *fixer.Pass) {
			doc := p.File.YAML.Docs[0]
			spec := yamldoc.P("spec", "template", "spec")
			n := doc.Root.At(spec)
			if n == nil || n.Get("securityContext") != nil {
				return
			}
			fix := carefully("set", "set the profile of the runtime")
			if _, known := p.Facts.Answers["docker.io/shop/web:2.0"]; known {
				fix.Level = fixer.Safe
			}
			fix.Edit = func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.Set(spec.Join("securityContext"), yamldoc.Map{{Key: "seccompProfile", Value: yamldoc.Map{{Key: "type", Value: "RuntimeDefault"}}}}))
				return nil
			}
			p.Report(fixer.Finding{Path: "Deployment/web: spec.template.spec", Start: n.Start, End: n.End, Message: "the pod has no seccomp profile", Fixes: []fixer.Fix{fix}})
		},
	}
}

// fakeBackend keeps the repository in memory.
type fakeBackend struct {
	mu        sync.Mutex
	files     map[string]string // what is on disk
	sources   []fixer.Source
	loadErr   error
	commitErr error
	patchErr  error
	urlErr    error
	keepErr   error
	facts     chan fixer.News
	states    map[string]fixer.FileState

	commits [][]engine.Change
	patches []string
	kept    engine.Decisions
	saves   int
	opened  []string
	editor  func() // stands for the person's editing

	proveErr error // why there is no engine
	nothing  bool  // there is nothing to prove
	prove    func(ctx context.Context, news func(fixer.ProofNews)) error
	proved   int

	rules []*fixer.Rule // instead of those of the tests
	real  *fixer.Loaded // what discovery found beside the sources
}

// realShop is the repository of testdata, as discovery reads it.
var realShop = sync.OnceValues(func() (*fixer.Loaded, error) {
	dir, err := os.MkdirTemp("", "oakum-test")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, os.DirFS("../testdata/repos/shop")); err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil { // so that it is the root
		return nil, err
	}
	return discover.Load(context.Background(), []string{dir}, discover.Options{})
})

// newReal has the repository of testdata and the real rules.
func newReal(t testing.TB) *fakeBackend {
	t.Helper()
	loaded, err := realShop()
	if err != nil {
		t.Fatal(err)
	}
	b := newFake(loaded.Sources)
	b.rules, b.real = rules.All(), loaded
	for i, s := range loaded.Sources {
		b.states[s.Path] = fixer.FileState{Text: "git: clean"}
		if i == 1 {
			b.states[s.Path] = fixer.FileState{Text: "git: modified", Warn: true}
		}
	}
	return b
}

func newFake(sources []fixer.Source) *fakeBackend {
	b := &fakeBackend{sources: sources, files: map[string]string{}, states: map[string]fixer.FileState{
		"Dockerfile": {Text: "git: clean"}, "compose.yaml": {Text: "git: modified", Warn: true}, "k8s/web.yaml": {Text: "git: untracked", Warn: true},
	}}
	for _, s := range sources {
		b.files[s.Path] = string(s.Data)
	}
	return b
}

func (b *fakeBackend) Load(_ context.Context, progress func(fixer.Progress)) (*fixer.Loaded, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.loadErr != nil {
		return nil, b.loadErr
	}
	progress(fixer.Progress{Found: len(b.sources), Read: 1})
	out := slices.Clone(b.sources)
	for i := range out {
		if out[i].Skip == nil {
			out[i].Data = []byte(b.files[out[i].Path])
		}
	}
	if b.real != nil {
		loaded := *b.real
		loaded.Sources = out
		return &loaded, nil
	}
	return &fixer.Loaded{Sources: out, Notes: []fixer.Note{{Text: "vendor is not looked into"}}}, nil
}

func (b *fakeBackend) Facts(context.Context, *fixer.Snapshot, *fixer.Facts) <-chan fixer.News {
	if b.facts == nil {
		return nil
	}
	return b.facts
}

func (b *fakeBackend) States(paths []string) map[string]fixer.FileState {
	out := map[string]fixer.FileState{}
	for _, p := range paths {
		out[p] = b.states[p]
	}
	return out
}

func (b *fakeBackend) Commit(_ context.Context, changes []engine.Change) (*fixer.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.commitErr != nil {
		return nil, b.commitErr
	}
	r := &fixer.Receipt{Undo: "oakum undo"}
	for _, c := range changes {
		if b.files[c.Path] != string(c.Before) {
			return nil, &fixer.RefusedError{Refusals: []fixer.FileRefusal{{Path: c.Path, Reason: "it holds other bytes than were read", Code: fixer.RefusedChanged}}}
		}
	}
	for _, c := range changes {
		b.files[c.Path] = string(c.After)
		r.Written = append(r.Written, c.Path)
	}
	b.commits = append(b.commits, changes)
	return r, nil
}

func (b *fakeBackend) SavePatch(changes []engine.Change) (string, error) {
	if b.patchErr != nil {
		return "", b.patchErr
	}
	b.patches = append(b.patches, patchOf(diffFiles(changes)))
	return "oakum.patch", nil
}

func (b *fakeBackend) SaveDecisions(d engine.Decisions) error {
	b.saves++
	if b.keepErr != nil {
		return b.keepErr
	}
	b.kept = maps.Clone(d)
	return nil
}

func (b *fakeBackend) LoadDecisions() (engine.Decisions, error) { return maps.Clone(b.kept), b.keepErr }

func (b *fakeBackend) Editor(path string, line int) (*exec.Cmd, error) {
	if b.editor == nil {
		return nil, errors.New("EDITOR is not set")
	}
	return exec.Command("true", fmt.Sprintf("+%d", line), path), nil
}

// Provable has one image, which every plan changes.
func (b *fakeBackend) Provable(context.Context, *engine.Plan) (string, []fixer.ProofSubject, error) {
	if b.proveErr != nil {
		return "", nil, b.proveErr
	}
	if b.nothing {
		return "docker", nil, nil
	}
	return "docker", []fixer.ProofSubject{{Dockerfile: "Dockerfile", Context: ".", Services: []string{"api"}, Changed: true}}, nil
}

func (b *fakeBackend) Prove(ctx context.Context, _ *engine.Plan, news func(fixer.ProofNews)) error {
	b.proved++
	if b.prove != nil {
		return b.prove(ctx, news)
	}
	up := func(uid int) *fixer.ProofRun {
		return &fixer.ProofRun{Started: true, Ports: []int{8080}, Answer: fixer.ProofAnswer{Port: 8080, TCP: true, Status: 200}, UID: uid, KnownUID: true}
	}
	news(fixer.ProofNews{Doing: "building Dockerfile as it is"})
	news(fixer.ProofNews{Proof: &fixer.Proof{Service: "api", Dockerfile: "Dockerfile", Place: "compose.yaml:3",
		Before: fixer.ProofSide{Built: true, Size: 412_000_000, AsAsked: up(0), Hardened: &fixer.ProofRun{Ended: true, Status: 1}, Writes: []string{"/app/log"}},
		After:  fixer.ProofSide{Built: true, Size: 398_000_000, Hardened: up(65532)},
	}})
	return nil
}

func (b *fakeBackend) OpenURL(url string) error {
	b.opened = append(b.opened, url)
	return b.urlErr
}

// disk joins all files, for comparing states of the repository.
func (b *fakeBackend) disk() string {
	var s strings.Builder
	for _, p := range slices.Sorted(maps.Keys(b.files)) {
		s.WriteString("=== " + p + "\n" + b.files[p])
	}
	return s.String()
}
