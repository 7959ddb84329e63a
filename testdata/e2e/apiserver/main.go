// Command apiserver builds the kube-apiserver that this module's go.mod names,
// once, into the user's cache folder, and prints the path of the program.
//
//	go run -C testdata/e2e/apiserver .
//
// The file name holds the version: another version in go.mod is another file.
// What is printed on standard output is the path alone; the compiler's words go
// to standard error.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	module  = "k8s.io/kubernetes"
	program = module + "/cmd/kube-apiserver"
)

func main() {
	path, err := provide()
	if err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}

// provide returns the path of the program, which it builds when it is not there.
func provide() (string, error) {
	version, err := required()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder to build into: %w", err)
	}
	dir := filepath.Join(cache, "oakum", "e2e")
	path := filepath.Join(dir, fmt.Sprintf("kube-apiserver-%s-%s-%s", version, runtime.GOOS, runtime.GOARCH))
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("no cache folder to build into: %w", err)
	}
	return path, build(version, path)
}

// required reads the version from go.mod without loading the module graph, so
// that a program built before is found without a network.
func required() (string, error) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		return "", fmt.Errorf("go.mod cannot be read: %w", err)
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return "", fmt.Errorf("go.mod cannot be read: %w", err)
	}
	for _, r := range mod.Require {
		if r.Path == module {
			return r.Version, nil
		}
	}
	return "", fmt.Errorf("go.mod does not require %s: run this in its own folder", module)
}

// build compiles beside path and renames, so that a build that was stopped
// halfway is never taken for a program.
func build(version, path string) error {
	unfinished := fmt.Sprintf("%s.%d", path, os.Getpid())
	defer os.Remove(unfinished)
	fmt.Fprintf(os.Stderr, "building kube-apiserver %s: some minutes, once\n", version)
	cmd := exec.Command("go", "build", "-trimpath", "-o", unfinished, "-ldflags", stamp(version), program)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("kube-apiserver %s cannot be built: %w", version, err)
	}
	return os.Rename(unfinished, path)
}

// stamp returns the linker flags that tell the program its version, which
// Kubernetes' own build does too; without them it says v0.0.0.
func stamp(version string) string {
	const place = "-X k8s.io/component-base/version."
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	return "-s -w " + place + "gitVersion=" + version + " " + place + "gitMajor=" + major + " " + place + "gitMinor=" + minor
}
