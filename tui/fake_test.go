package tui

import (
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
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
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
	b.patches = append(b.patches, patchOf(diffFiles(&report.Veil{}, changes)))
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
