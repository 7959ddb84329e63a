//go:build e2e

package rules_test

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// buildKitModule is the module of the programs that build what the Docker
// engine here may be too old for: heredocs, COPY --link, secrets as variables.
const buildKitModule = "../../testdata/e2e/buildkit"

// A buildKit is a buildkitd of the tests' own, with a registry on the loopback
// interface that stands in for every public one and has nothing but what a test
// has pushed there.
type buildKit struct {
	engine  *dockerEngine // that the images are started with
	client  string        // path of buildctl
	address string
}

// startBuildKit starts both and ends them with the test. The test is skipped,
// with the reason, where something is missing.
func startBuildKit(t *testing.T, e *dockerEngine, apps []*app) *buildKit {
	t.Helper()
	programs := buildBuildKit(t)
	registry := "127.0.0.1:" + freePorts(t, 1)[0]
	serve := launch(t, t.TempDir(), filepath.Join(programs, "crane"), "registry", "serve", "--address="+registry, "--disk="+t.TempDir())
	pushBases(t, e, apps, registry, serve)
	b := serveBuildKit(t, programs, registry)
	b.engine = e
	return b
}

// serveBuildKit starts buildkitd, which pulls from a registry only, and ends it with
// the test.
func serveBuildKit(t *testing.T, programs, registry string) *buildKit {
	t.Helper()
	if _, err := exec.LookPath("runc"); err != nil {
		t.Skipf("nothing was built with a newer BuildKit, for it runs the steps with runc (on Debian: apt-get install runc): %v", err)
	}
	// Short, for the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "oakum-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	b := &buildKit{client: filepath.Join(programs, "buildctl"), address: "unix://" + filepath.Join(dir, "socket")}
	config := write(t, dir, "buildkitd.toml", fmt.Appendf(nil, `
root = %q
[grpc]
  address = [%q]
[worker.oci]
  networkMode = "host"
[worker.containerd]
  enabled = false
[registry."docker.io"]
  mirrors = [%[3]q]
[registry."gcr.io"]
  mirrors = [%[3]q]
[registry.%[3]q]
  http = true
`, filepath.Join(dir, "root"), b.address, registry))
	b.await(t, launch(t, dir, filepath.Join(programs, "buildkitd"), "--config="+config))
	return b
}

// buildBuildKit returns the folder of the programs, built the first time.
func buildBuildKit(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(buildKitModule, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?m)^\s*github\.com/moby/buildkit (v\S+)`).FindSubmatch(mod)
	if required == nil {
		t.Fatalf("%s/go.mod does not require BuildKit", buildKitModule)
	}
	version := string(required[1])
	t.Log("BuildKit ", version)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("nothing was built with a newer BuildKit, for there is no folder to keep it in: %v", err)
	}
	// A change of the module, such as one more program, makes another folder.
	dir := filepath.Join(cache, "oakum", "e2e", fmt.Sprintf("buildkit-%s-%s-%s-%08x", version, runtime.GOOS, runtime.GOARCH, crc32.ChecksumIEEE(mod)))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	// Built beside and renamed: what was stopped halfway is never taken for whole.
	unfinished := fmt.Sprintf("%s.%d", dir, os.Getpid())
	defer os.RemoveAll(unfinished)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-C", buildKitModule, "-trimpath", "-ldflags=-s -w", "-o", unfinished+"/", "tool")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if printed, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("nothing was built with a newer BuildKit, for %s is not here and cannot be built (a network is needed once): %v\n%s", version, err, tail(printed))
	}
	if err := os.Rename(unfinished, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// pushBases gives the registry every base that one of the applications names.
func pushBases(t *testing.T, e *dockerEngine, apps []*app, registry string, serve *process) {
	t.Helper()
	var named []string
	for _, a := range apps {
		named = append(named, namedImages(a.dockerfile(t))...)
	}
	slices.Sort(named)
	for _, base := range slices.Compact(named) {
		path := "library/" + base
		if host, rest, ok := strings.Cut(base, "/"); ok && strings.Contains(host, ".") {
			path = rest
		}
		name := registry + "/" + path
		e.must(t, "tag", base, name)
		_, err := e.run("push", name)
		for end := time.Now().Add(readyWithin); err != nil && strings.Contains(err.Error(), "refused") && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			_, err = e.run("push", name) // the registry has only just been started
		}
		e.must(t, "rmi", name)
		if err != nil {
			printed, _ := os.ReadFile(serve.log)
			t.Fatalf("%v\n%s", err, tail(printed))
		}
	}
}

func (b *buildKit) await(t *testing.T, daemon *process) {
	t.Helper()
	var printed []byte
	var err error
	for end := time.Now().Add(readyWithin); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if printed, err = b.command(t.Context(), "debug", "workers").CombinedOutput(); err == nil {
			return
		}
		select {
		case <-daemon.done:
			printed, _ := os.ReadFile(daemon.log)
			t.Skipf("nothing was built with a newer BuildKit, for it does not run here:\n%s", tail(printed))
		default:
		}
	}
	t.Fatalf("buildkitd is not ready after %s: %v\n%s", readyWithin, err, tail(printed))
}

func (b *buildKit) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, b.client, append([]string{"--addr=" + b.address}, args...)...)
}

// build makes an image from the Dockerfile in a folder, every step anew, and
// gives it to the engine.
func (b *buildKit) build(t *testing.T, dir, tag string, with given) error {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "image.tar")
	args := []string{"build", "--frontend=dockerfile.v0", "--local=context=" + dir, "--local=dockerfile=" + dir,
		"--no-cache", "--progress=plain", "--output=type=docker,name=" + tag + ",dest=" + archive}
	var env []string
	for name, value := range with.args {
		args = append(args, "--opt=build-arg:"+name+"="+value)
	}
	for name, value := range with.secrets {
		args = append(args, "--secret=id="+name+",env="+name)
		env = append(env, name+"="+value)
	}
	cmd := b.command(b.engine.ctx, args...)
	cmd.Env = append(os.Environ(), env...)
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("buildctl: %w\n%s", err, tail(printed))
	}
	_, err := b.engine.run("load", "--input", archive)
	return err
}
