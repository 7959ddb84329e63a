//go:build e2e

package rules_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/registry"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// pinsFolder has a small repository that names images in many places.
const pinsFolder = "../../testdata/e2e/pins"

// pinned are the images that it names, with the tag that a pin of each must have: a
// more precise one of the same image, unless there is a minor version already. The
// registry has both tags.
var pinned = map[string]string{
	"docker/dockerfile:1": "docker/dockerfile:1.20.0",
	"debian:13":           "debian:13.2",
	"busybox:1.37":        "busybox:1.37",
	"composer":            "composer:2.9.1",
	"node:22-slim":        "node:22.23.2-slim",
	"alpine:3.22":         "alpine:3.22",
	"redis:8-alpine":      "redis:8.4.0-alpine",
	"postgres":            "postgres:18.1",
	"nginx:1.27":          "nginx:1.27",
}

// pinPlatforms are those that every image is there for.
var pinPlatforms = []string{"linux/amd64", "linux/arm64"}

// TestPins has oakum pin the images of a small repository, with the answers of a
// registry on the loopback interface that stands in for Docker Hub, and then uses what
// was written: BuildKit builds the Dockerfile, every reference is pulled for two
// platforms, and the libraries that Compose, Docker and Kubernetes read it with take it.
func TestPins(t *testing.T) {
	var programs string // "" where they are missing
	t.Run("programs", func(t *testing.T) { programs = buildBuildKit(t) })
	r := servePins(t, programs)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(pinsFolder)); err != nil {
		t.Fatal(err)
	}
	r.fix(t, dir)

	t.Run("compose", func(t *testing.T) { r.readCompose(t, dir) })
	t.Run("pull", func(t *testing.T) {
		r.pull(t, "go-containerregistry", func(t *testing.T, ref, platform string) (string, error) {
			img, err := r.remote(ref, platform)
			if err != nil {
				return "", err
			}
			c, err := img.ConfigFile()
			if err != nil {
				return "", err
			}
			return c.Platform().String(), nil
		})
	})
	t.Run("pull-by-engine", func(t *testing.T) {
		e := startEngine(t)
		r.pull(t, "dockerd "+e.must(t, "version", "--format={{.Server.Version}}"), e.pullAndCreate)
	})
	t.Run("build", func(t *testing.T) {
		if os.Geteuid() != 0 || programs == "" {
			t.Skip("nothing was built, for a BuildKit of the tests' own needs root and its programs")
		}
		b := serveBuildKit(t, programs, r.host)
		files := map[string]string{"/etc/image": "debian:13", "/argument": "busybox:1.37", "/copied": "composer", "/context": "alpine:3.22"}
		for _, platform := range pinPlatforms { // up to the stage that runs nothing
			t.Run(platform, func(t *testing.T) { r.build(t, b, dir, platform, files, "--opt=target=copied") })
		}
		here := "linux/" + runtime.GOARCH
		if !slices.Contains(pinPlatforms, here) {
			t.Skipf("the last stage was not built, for its images are not for %s", here)
		}
		files["/mounted"] = "node:22-slim"
		t.Run("all-of-it", func(t *testing.T) { r.build(t, b, dir, here, files) })
		t.Run("by-a-source-policy", func(t *testing.T) { r.buildByPolicy(t, b, here, files) }) // it moves tags
	})
}

// buildByPolicy pins by a source policy in place of the Dockerfile, lets the tags move on, and
// sees that a build with the policy has the images as they were, and one without it the
// new ones.
func (r *pinRegistry) buildByPolicy(t *testing.T, b *buildKit, platform string, files map[string]string) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(pinsFolder)); err != nil {
		t.Fatal(err)
	}
	s := r.check(t, dir)
	for _, f := range s.Baseline().Findings {
		if f.Fix("policy") != nil {
			if err := s.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: "policy"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	plan := s.Plan()
	if len(plan.Changes) != 1 || plan.Changes[0].Path != "source-policy.json" {
		t.Fatalf("changes: %v", plan.Changes)
	}
	policy := write(t, dir, "source-policy.json", plan.Changes[0].After)
	t.Logf("the policy:\n%s", plan.Changes[0].After)
	other := must(remote.Index(must(name.ParseReference(r.at("redis:8-alpine")))))
	for _, named := range []string{"busybox:1.37", "debian:13", "composer", "node:22-slim"} {
		if err := remote.WriteIndex(must(name.ParseReference(r.at(named))), other); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		with string
		want func(named string) string
	}{
		{"--source-policy-file=" + policy, func(named string) string { return named }},
		{"--opt=build-arg:NOTHING=1", func(named string) string {
			if named == "alpine:3.22" { // the tag that did not move
				return named
			}
			return "redis:8-alpine"
		}},
	} {
		root := t.TempDir()
		printed, err := b.command(t.Context(), "build", "--frontend=dockerfile.v0", "--local=context="+dir, "--local=dockerfile="+dir, "--opt=platform="+platform,
			"--no-cache", "--progress=plain", "--output=type=local,dest="+root, "--opt=context:assets=docker-image://"+r.pin("alpine:3.22"), c.with).CombinedOutput()
		if err != nil {
			t.Fatalf("buildctl %s: %v\n%s", c.with, err, tail(printed))
		}
		for path, named := range files {
			if got, want := string(must(os.ReadFile(filepath.Join(root, path)))), pinContent(c.want(named), platform); got != want {
				t.Errorf("%s: %s says %q, want %q", c.with, path, got, want)
			}
		}
	}
}

// fix makes the fixes of the rules about pins, as oakum fix --level review does, and
// compares all of what they wrote.
func (r *pinRegistry) fix(t *testing.T, dir string) {
	t.Helper()
	s := r.check(t, dir)
	if _, err := s.AcceptWhere("pin", fixer.Review, func(f *fixer.Finding) (fixer.Params, bool) {
		return nil, strings.HasSuffix(f.Rule, "/unpinned-image") || strings.HasSuffix(f.Rule, "/mutable-tag")
	}); err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, named := range slices.Sorted(maps.Keys(pinned)) {
		for _, after := range []string{"\n", " ", "'", `"`, ",", "}"} {
			pairs = append(pairs, named+after, r.pin(named)+after)
		}
	}
	_, tagged, _ := strings.Cut(r.pin("busybox:1.37"), ":")
	_, cache, _ := strings.Cut(r.pin("redis:8-alpine"), ":")
	want := strings.NewReplacer(append([]string{"BUSYBOX=1.37\n", "BUSYBOX=" + tagged + "\n", "${CACHE:-8-alpine}", "${CACHE:-" + cache + "}"}, pairs...)...)
	plan := s.Plan()
	if len(plan.Changes) != 3 {
		t.Errorf("%d files were changed, want 3", len(plan.Changes))
	}
	for _, c := range plan.Changes {
		if want := want.Replace(string(c.Before)); string(c.After) != want {
			t.Errorf("%s is now\n%s\nwant\n%s", c.Path, c.After, want)
		}
		t.Logf("%s is now:\n%s", c.Path, c.After)
		write(t, dir, filepath.FromSlash(c.Path), c.After)
	}
	for _, f := range r.check(t, dir).Baseline().Findings {
		switch _, rule, _ := strings.Cut(f.Rule, "/"); rule {
		case "unpinned-image", "mutable-tag", "stale-digest", "platform-digest", "digest-gone":
			t.Errorf("after the fixes: %s:%d: %s: %s", f.File, f.Line, f.Rule, f.Message)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// check checks the files of a folder, with what the registry says of them.
func (r *pinRegistry) check(t *testing.T, dir string) *engine.Session {
	t.Helper()
	ws, err := discover.Load(t.Context(), []string{dir}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	resolver, err := registry.New(registry.Options{NoCache: true, Mirrors: map[string]string{"docker.io": r.host}})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), &fixer.Facts{}, rules.All())
	for wishes := s.Facts().Wishes(); len(wishes) > 0; wishes = s.Facts().Wishes() {
		var answers []*image.Answer
		for a := range resolver.Resolve(t.Context(), wishes) {
			if a.Failure != nil {
				t.Fatalf("%s: %s", a.Ref, a.Failure.Text)
			}
			answers = append(answers, a)
		}
		s.SetFacts(s.Facts().With(answers...))
	}
	return s
}

// readCompose reads the Compose file as docker compose config does, and every pin as
// Docker, containerd and the kubelet do.
func (r *pinRegistry) readCompose(t *testing.T, dir string) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(dir, "compose.yaml")}, cli.WithName("pins"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{p.Services["web"].Build.AdditionalContexts["assets"], "docker-image://" + r.pin("alpine:3.22")},
		{p.Services["cache"].Image, r.pin("redis:8-alpine")},
		{p.Services["cache"].PreStart[0].Image, r.pin("busybox:1.37")},
		{p.Services["db"].Image, r.pin("postgres")},
		{p.Services["second"].Image, r.pin("redis:8-alpine")},
	} {
		if c.got != c.want {
			t.Errorf("compose-go reads %q, want %q", c.got, c.want)
		}
	}
	for named := range pinned {
		if ref, err := reference.ParseDockerRef(r.pin(named)); err != nil {
			t.Errorf("%s: %v", r.pin(named), err)
		} else if _, ok := ref.(reference.Canonical); !ok {
			t.Errorf("%s: read as %s, without the digest", r.pin(named), ref)
		}
	}
}

// pull gets every pin for every platform, and then sees that the digest of one
// platform would not do.
func (r *pinRegistry) pull(t *testing.T, by string, get func(t *testing.T, ref, platform string) (got string, err error)) {
	t.Helper()
	n := 0
	for named := range pinned {
		for _, platform := range pinPlatforms {
			if got, err := get(t, r.at(r.pin(named)), platform); err != nil || got != platform {
				t.Errorf("%s for %s: got %q: %v", r.pin(named), platform, got, err)
			}
			n++
		}
	}
	one, err := r.remote(r.at("debian:13"), pinPlatforms[0])
	if err != nil {
		t.Fatal(err)
	}
	ref := r.at("debian:13.2@" + must(one.Digest()).String())
	if got, err := get(t, ref, pinPlatforms[0]); err != nil || got != pinPlatforms[0] {
		t.Errorf("the digest of %s alone: got %q: %v", pinPlatforms[0], got, err)
	}
	got, err := get(t, ref, pinPlatforms[1])
	if err == nil && got == pinPlatforms[1] {
		t.Errorf("the digest of %s alone gives an image for %s: an index need not be pinned", pinPlatforms[0], pinPlatforms[1])
	}
	t.Logf("%d pulls by %s. The digest of %s alone, asked for %s, gives %q: %v", n, by, pinPlatforms[0], pinPlatforms[1], got, err)
}

// pullAndCreate pulls an image for a platform and makes a container of it, which is
// not started.
func (e *dockerEngine) pullAndCreate(t *testing.T, ref, platform string) (string, error) {
	if _, err := e.run("pull", "--quiet", "--platform="+platform, ref); err != nil {
		return "", err
	}
	defer e.forget(t, ref)
	got, err := e.run("image", "inspect", "--format={{.Os}}/{{.Architecture}}", ref)
	if err != nil {
		return "", err
	}
	id, err := e.run("create", "--platform="+platform, ref)
	if err != nil {
		return got, err
	}
	_, err = e.run("rm", id)
	return got, err
}

// build builds the Dockerfile for a platform, and sees which images its files are of.
func (r *pinRegistry) build(t *testing.T, b *buildKit, dir, platform string, files map[string]string, more ...string) {
	t.Helper()
	root := t.TempDir()
	args := append([]string{"build", "--frontend=dockerfile.v0", "--local=context=" + dir, "--local=dockerfile=" + dir, "--opt=platform=" + platform,
		"--no-cache", "--progress=plain", "--output=type=local,dest=" + root, "--opt=context:assets=docker-image://" + r.pin("alpine:3.22")}, more...)
	printed, err := b.command(t.Context(), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("buildctl: %v\n%s", err, tail(printed))
	}
	// The frontend that the directive names has done it, not the one of buildkitd.
	if !bytes.Contains(printed, []byte("docker-image://docker.io/"+r.pin("docker/dockerfile:1"))) {
		t.Errorf("the pinned frontend was not used:\n%s", printed)
	}
	for path, named := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if want := pinContent(named, platform); err != nil || string(got) != want {
			t.Errorf("%s says %q, want %q: %v", path, got, want, err)
		}
	}
}
