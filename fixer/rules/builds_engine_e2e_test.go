//go:build e2e

package rules_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// engineStopsWithin is how long the engine may take to end once no container
// runs any more; it is killed then.
const engineStopsWithin = 30 * time.Second

// A dockerEngine is a Docker engine of the tests' own: with its socket in a folder
// of the test, its images in the user's cache, and no rule in the host's packet
// filter, so that an engine that is there already is not touched.
type dockerEngine struct {
	client  string // path of the docker client
	env     []string
	network string
	made    map[string]string // the public name of a base: the name it is kept under

	// ctx ends before the time of the test run is over, so that there is time
	// left to stop what was started. Whatever is cleaned up has one of its own.
	ctx context.Context
}

// cacheFolder is where the engine keeps the base images from run to run.
func cacheFolder(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("no image was built, for there is no folder to keep the base images in: %v", err)
	}
	return filepath.Join(cache, "oakum", "e2e", "docker")
}

// startEngine starts dockerd and ends it with the test. The test is skipped,
// with the reason, where something it needs is missing.
func startEngine(t *testing.T) *dockerEngine {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("no image was built, for a Docker engine of the tests' own needs root")
	}
	for _, program := range []string{"dockerd", "docker", "debootstrap", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no image was built, for %s is missing (on Debian: apt-get install docker.io debootstrap): %v", program, err)
		}
	}
	// Short, for the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "oakum-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	e := &dockerEngine{network: filepath.Base(dir), made: map[string]string{}, ctx: t.Context()}
	if end, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		e.ctx, cancel = context.WithDeadline(e.ctx, end.Add(-2*time.Minute))
		t.Cleanup(cancel)
	}
	socket, cache := "unix://"+filepath.Join(dir, "socket"), cacheFolder(t)
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	daemon := e.daemon(t, dir,
		"--host="+socket, "--exec-root="+filepath.Join(dir, "run"),
		"--data-root="+filepath.Join(cache, "data"),
		"--pidfile="+filepath.Join(cache, "pid"), // refuses a second engine over the same images
		"--bridge=none", "--iptables=false", "--ip6tables=false")
	e.env = append(os.Environ(), "DOCKER_HOST="+socket, "DOCKER_CONFIG="+filepath.Join(dir, "config"), "DOCKER_BUILDKIT=1", "DOCKER_CONTEXT=")
	e.chooseClient(t, dir, daemon)
	if err := e.clean(); err != nil { // a run that was interrupted leaves things behind
		t.Fatal(err)
	}
	// Published ports go through a process of the engine here, not through the
	// packet filter.
	e.must(t, "network", "create", e.network)
	return e
}

// daemon runs dockerd until the end of the test. It is not bound to the context
// of the test, which is over before the clean-up that needs the engine.
func (e *dockerEngine) daemon(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := &process{name: "dockerd", log: filepath.Join(dir, "log"), done: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command("dockerd", args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // it ends by the signal below, or chooseClient tells of it
		close(p.done)
	}()
	t.Cleanup(func() {
		if e.client != "" {
			if ids, err := e.runIn(context.Background(), "ps", "--all", "--quiet"); err != nil || ids != "" {
				t.Errorf("containers were left: %q %v", ids, err)
			}
			if err := e.clean(); err != nil {
				t.Error(err)
			}
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.done:
		case <-time.After(engineStopsWithin):
			t.Errorf("dockerd did not end within %s and is killed", engineStopsWithin)
			_ = cmd.Process.Kill()
			<-p.done
		}
		// The engine leaves the mount of its first network namespace behind.
		_ = exec.Command("umount", filepath.Join(dir, "run", "netns", "default")).Run()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return p
}

// clean removes all that tests made but the base images. Where the engine keeps each layer
// as a whole directory, those of many builds take minutes to remove.
func (e *dockerEngine) clean() error {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	ids, err := e.runIn(ctx, "ps", "--all", "--quiet")
	if err != nil {
		return err
	}
	commands := [][]string{{"network", "prune", "--force"}, {"image", "prune", "--force"}, {"volume", "prune", "--force"}, {"builder", "prune", "--force", "--all"}}
	if ids != "" {
		commands = slices.Insert(commands, 0, append([]string{"rm", "--force", "--volumes"}, strings.Fields(ids)...))
	}
	for _, args := range commands {
		_, failed := e.runIn(ctx, args...)
		err = errors.Join(err, failed)
	}
	return err
}

// chooseClient waits for the engine and finds a client that builds with
// BuildKit: recent ones need a plugin for that, those of the engine's own age
// do not.
func (e *dockerEngine) chooseClient(t *testing.T, dir string, daemon *process) {
	t.Helper()
	probe := filepath.Join(dir, "probe")
	if err := os.Mkdir(probe, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, probe, "Dockerfile", []byte("FROM scratch\nCOPY --chmod=600 Dockerfile /\n")) // the flag is BuildKit's
	first, _ := exec.LookPath("docker")                                                    // startEngine has looked
	var words []string
	for _, client := range slices.Compact([]string{first, "/usr/bin/docker"}) {
		if _, err := os.Stat(client); err != nil {
			continue
		}
		e.client = client
		e.await(t, daemon)
		_, err := e.run("build", probe)
		if err == nil {
			return
		}
		words = append(words, client+": "+err.Error())
	}
	e.client = "" // nothing was made, and nothing could clean it
	t.Skipf("no image was built, for no docker client here builds with BuildKit (recent ones need docker-buildx):\n%s", strings.Join(words, "\n"))
}

func (e *dockerEngine) await(t *testing.T, daemon *process) {
	t.Helper()
	var err error
	for end := time.Now().Add(readyWithin); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err = e.run("version"); err == nil {
			return
		}
		select {
		case <-daemon.done:
			e.client = "" // nothing to clean with
			printed, _ := os.ReadFile(daemon.log)
			t.Fatalf("dockerd ended before it was ready:\n%s", tail(printed))
		default:
		}
	}
	t.Fatalf("dockerd is not ready after %s: %v", readyWithin, err)
}

// run gives the client a command and returns what it printed, without the last
// line's end. An error has the end of what it said.
func (e *dockerEngine) run(args ...string) (string, error) { return e.runIn(e.ctx, args...) }

// runIn is run for a clean-up, when the engine's own context may be over.
func (e *dockerEngine) runIn(ctx context.Context, args ...string) (string, error) {
	var out, words bytes.Buffer
	cmd := exec.CommandContext(ctx, e.client, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = e.env, &out, &words
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("docker %s: %w\n%s", args[0], err, tail(words.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}

func (e *dockerEngine) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := e.run(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// build makes an image from the Dockerfile in a folder, every step anew, with
// the host's network, in which the registries of packages are.
func (e *dockerEngine) build(dir, tag string) error {
	_, err := e.run("build", "--no-cache", "--network=host", "--tag", tag, dir)
	return err
}

// forget deletes an image.
func (e *dockerEngine) forget(t *testing.T, image string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own is over
	defer cancel()
	if _, err := e.runIn(ctx, "rmi", "--force", image); err != nil {
		t.Error(err)
	}
}
