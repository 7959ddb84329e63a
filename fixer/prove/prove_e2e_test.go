//go:build e2e

package prove_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/prove"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// application is what the images here start. Its files name no base image, so that no
// registry is needed: a static program in an image of its own.
const application = `package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	err := os.WriteFile("/log", []byte("started"), 0o600)
	if os.Getenv("MUST_WRITE") != "" && err != nil {
		fmt.Println("DB_PASSWORD=hunter2hunter2", err)
		os.Exit(3)
	}
	if os.Getenv("DATABASE") != "" {
		time.Sleep(time.Hour) // waits for one that is not there
	}
	http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello at", time.Now().UnixNano(), os.Getuid())
	}))
}
`

const composeOfApplication = `services:
  web:
    build: web
    ports: ["8080:8080"]
  writer:
    build: writer
    ports: ["8081:8080"]
    environment: {MUST_WRITE: "yes"}
  waits:
    build: waits
    ports: ["8082:8080"]
    environment: {DATABASE: db}
  readonly:
    build: readonly
    read_only: true
    ports: ["8083:8080"]
`

// startDocker starts an engine of the test's own, and puts a client that builds with
// BuildKit first on the PATH. The test is skipped, with the reason, where that cannot be.
func startDocker(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("an engine of the test's own needs root")
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		t.Skipf("dockerd is missing (on Debian: apt-get install docker.io): %v", err)
	}
	dir, err := os.MkdirTemp("", "oakum-e2e-") // short, for the name of a socket has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	socket := "unix://" + filepath.Join(dir, "socket")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	daemon := exec.Command("dockerd", "--host="+socket, "--exec-root="+filepath.Join(dir, "run"), "--data-root="+filepath.Join(dir, "data"),
		"--pidfile="+filepath.Join(dir, "pid"), "--bridge=none", "--iptables=false", "--ip6tables=false")
	daemon.Stdout, daemon.Stderr = log, log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Signal(syscall.SIGTERM)
		_ = daemon.Wait()
		_ = exec.Command("umount", filepath.Join(dir, "run", "netns", "default")).Run() // which it leaves behind
		log.Close()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("DOCKER_HOST", socket)
	t.Setenv("DOCKER_CONFIG", filepath.Join(dir, "config"))
	t.Setenv("DOCKER_CONTEXT", "")
	probe := disktest.Tree(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY --chmod=600 Dockerfile /\n"}) // the flag is BuildKit's
	first, _ := exec.LookPath("docker")
	var said []byte
	for _, client := range slices.Compact([]string{first, "/usr/bin/docker"}) {
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			if exec.Command(client, "version").Run() == nil {
				break
			}
		}
		build := exec.Command(client, "build", "--tag=oakum-e2e-probe", probe)
		build.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
		if said, err = build.CombinedOutput(); err == nil {
			bin := t.TempDir()
			if err := os.Symlink(client, filepath.Join(bin, "docker")); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			return
		}
	}
	t.Skipf("no docker client here builds with BuildKit (recent ones need docker-buildx):\n%s", said)
}

// seen is what a proof shows, but for figures that differ from run to run.
func seen(p fixer.Proof) string {
	result, why := p.Result()
	run := func(r *fixer.ProofRun) string {
		switch {
		case r == nil:
			return "-"
		case !r.Started:
			return "ended"
		}
		who := "?"
		if r.KnownUID {
			who = map[bool]string{true: "root", false: "other"}[r.UID == 0]
		}
		return r.Answer.String() + " " + who
	}
	side := func(s fixer.ProofSide) string {
		if !s.Built || s.Size < 1_000_000 {
			return "not built"
		}
		return run(s.AsAsked) + ", " + run(s.Hardened) + ", writes [" + strings.Join(s.Writes, " ") + "]"
	}
	return p.Service + ": " + side(p.Before) + " → " + side(p.After) + ": " + string(result) + ": " + why
}

// TestProve builds and starts applications with a real engine, before and after all fixes
// up to review level: one that works on, one that the fixes break, one that waits for
// what is not there, and one that no file runs.
func TestProve(t *testing.T) {
	startDocker(t)
	t.Setenv("OAKUM_OFFLINE", "1")
	files := map[string]string{"compose.yaml": composeOfApplication, "go/main.go": application, "go/go.mod": "module app\n\ngo 1.24\n"}
	for _, name := range []string{"web", "writer", "waits", "readonly", "alone"} {
		files[name+"/Dockerfile"] = "FROM scratch\nCOPY app /app\nEXPOSE 8080\nCMD [\"/app\"]\n"
	}
	root := disktest.Tree(t, files)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "../app", ".")
	build.Dir, build.Env = filepath.Join(root, "go"), append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"web", "writer", "waits", "readonly", "alone"} {
		if err := os.Link(filepath.Join(root, "app"), filepath.Join(root, name, "app")); err != nil {
			t.Fatal(err)
		}
	}
	disktest.Git(t, root, "init", "--quiet")
	was := disktest.Files(t, root)

	selection, err := project.Select(rules.All(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(t.Context(), project.Options{Paths: []string{root}, Selection: selection})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	engine, err := project.FindEngine(t.Context(), []string{root})
	if err != nil {
		t.Fatal(err)
	}
	proving, err := p.Proving(t.Context(), engine, true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = proving.Prove(t.Context(), prove.Options{Start: 8 * time.Second}, func(n fixer.ProofNews) {
		if n.Proof != nil {
			got = append(got, seen(*n.Proof))
			all, _ := json.MarshalIndent(n.Proof, "", " ")
			t.Logf("%s", all)
			if strings.Contains(string(all), "hunter2") {
				t.Errorf("%s tells a secret", n.Proof.Service)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{
		"alone/Dockerfile: HTTP 200 root, HTTP 200 root, writes [/log] → HTTP 200 other, HTTP 200 other, writes []: better: it runs as user 65532 instead of root",
		"readonly: HTTP 200 root, HTTP 200 root, writes [/log] → -, HTTP 200 other, writes []: better: it runs as user 65532 instead of root",
		"waits: no root, no root, writes [/log] → -, no other, writes []: better: it runs as user 65532 instead of root; before does not answer either",
		"web: HTTP 200 root, HTTP 200 root, writes [/log] → -, HTTP 200 other, writes []: better: it runs as user 65532 instead of root",
		"writer: HTTP 200 root, ended, writes [/log] → -, ended, writes []: worse: it ends with status 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("seen\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if now := disktest.Files(t, root); !equal(now, was) {
		t.Error("the repository is not as it was")
	}
	nothingIsLeft(t)

	// An interrupt in the middle leaves nothing either.
	ctx, cancel := context.WithCancel(t.Context())
	err = proving.Prove(ctx, prove.Options{}, func(n fixer.ProofNews) {
		if strings.HasPrefix(n.Doing, "starting") {
			time.AfterFunc(200*time.Millisecond, cancel)
		}
	})
	if err == nil {
		t.Error("it was not interrupted")
	}
	nothingIsLeft(t)
}

// nothingIsLeft looks for containers, images, networks and volumes.
func nothingIsLeft(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"ps", "--all", "--quiet"}, {"images", "--quiet", "--filter=reference=oakum-prove-*"}, {"images", "--quiet", "--filter=dangling=true"},
		{"network", "ls", "--quiet", "--filter=name=oakum-prove"}, {"volume", "ls", "--quiet"},
	} {
		if out, err := exec.Command("docker", args...).Output(); err != nil || len(out) > 0 {
			t.Errorf("docker %s: %s %v", strings.Join(args, " "), out, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "oakum-prove-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, data := range a {
		if other, there := b[name]; !there || other != data {
			return false
		}
	}
	return true
}
