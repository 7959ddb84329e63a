//go:build e2e

package rules_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// basesFolder has a folder for each image that the applications start from.
const basesFolder = "../../testdata/e2e/bases"

// bases stand in for the public images of these names. They are made of
// packages, and have what matters here in common with the real ones: accounts,
// the user, ENTRYPOINT and CMD, ports, the shell or its absence. The first is
// what the others start from; each may use those above it.
var bases = []struct{ folder, name string }{
	{"debian", "debian:trixie-slim"},
	{"node", "node:22-slim"},
	{"python", "python:3.13-slim"},
	{"nginx", "nginx:1.26"},
	{"golang", "golang:1.24"},
	{"static", "gcr.io/distroless/static-debian13:latest"},
	{"distroless-python", "gcr.io/distroless/python3-debian13:latest"},
	{"distroless-node", "gcr.io/distroless/nodejs22-debian13:latest"},
	{"distroless-node-nonroot", "gcr.io/distroless/nodejs22-debian13:nonroot"},
	{"jre", "eclipse-temurin:21-jre"},
	{"jdk", "eclipse-temurin:21"},
	{"busybox", "busybox:1.37"},
}

// trustedRoots are the certificate authorities this machine trusts, wherever
// its distribution keeps them: a proxy of the machine's own may stand between
// it and the registries of packages.
var trustedRoots = []string{
	os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
}

// makeBases sees to it that the engine has every base under its public name.
// What was made from the same files before is used again; to get newer packages
// delete the engine's folder in the user's cache.
func (e *dockerEngine) makeBases(t *testing.T) {
	t.Helper()
	roots := readRoots(t)
	made := map[string]string{} // the public name of a base: the name it is kept under
	for _, b := range bases {
		kept := "oakum-e2e/" + b.folder + ":" + baseKey(t, b.folder, made, roots)
		if _, err := e.run("image", "inspect", kept); err != nil {
			e.makeBase(t, b.folder, kept, roots)
		}
		made[b.name] = kept
		e.must(t, "tag", kept, b.name)
		if b.folder == bases[0].folder {
			e.needNetwork(t, b.name)
		}
	}
}

// baseKey tells apart what a base is made of: its files, the bases it names in
// them, and the certificate authorities.
func baseKey(t *testing.T, folder string, made map[string]string, roots []byte) string {
	t.Helper()
	contents, err := os.ReadDir(filepath.Join(basesFolder, folder))
	if err != nil {
		t.Fatal(err)
	}
	var files bytes.Buffer
	for _, f := range contents {
		data, err := os.ReadFile(filepath.Join(basesFolder, folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&files, f.Name(), len(data))
		files.Write(data)
	}
	var below []string
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if strings.Contains(files.String(), strings.TrimSuffix(name, ":latest")) {
			below = append(below, made[name])
		}
	}
	key := sha256.New()
	fmt.Fprintln(key, strings.Join(below, " "), runtime.GOARCH)
	key.Write(roots)
	key.Write(files.Bytes())
	return hex.EncodeToString(key.Sum(nil))[:16]
}

func (e *dockerEngine) makeBase(t *testing.T, folder, kept string, roots []byte) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(basesFolder, folder))); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "ca-certificates.crt", roots)
	// Other accounts read it too.
	if err := os.Chmod(filepath.Join(dir, "ca-certificates.crt"), 0o644); err != nil {
		t.Fatal(err)
	}
	if folder == bases[0].folder {
		e.bootstrap(t)
		defer e.must(t, "rmi", "debootstrap")
	}
	former := strings.Fields(e.must(t, "images", "--quiet", "--filter", "reference=oakum-e2e/"+folder))
	if err := e.build(dir, kept); err != nil {
		t.Fatalf("the base image %s: %v", folder, err)
	}
	for _, id := range former { // made from what these files once were
		_, _ = e.run("rmi", "--force", id)
	}
}

// bootstrap imports a minimal Debian as the image debootstrap.
func (e *dockerEngine) bootstrap(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(e.ctx, "debootstrap", "--variant=minbase", "trixie", dir).CombinedOutput(); err != nil {
		t.Skipf("no image was built, for debootstrap made no base (a network is needed once): %v\n%s", err, tail(out))
	}
	archive := filepath.Join(t.TempDir(), "debootstrap.tar")
	pack := exec.CommandContext(e.ctx, "tar", "--create", "--file", archive, "--directory", dir, "--numeric-owner", "--one-file-system",
		"--exclude=./var/cache/apt/*", "--exclude=./var/lib/apt/lists/*", "--exclude=./var/log/*", "--exclude=./debootstrap", "--exclude=./etc/hostname", "--exclude=./etc/resolv.conf",
		"--exclude=./usr/share/doc/*", "--exclude=./usr/share/man/*", "--exclude=./usr/share/locale/*", "--exclude=./dev/*", ".")
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, tail(out))
	}
	// Without a platform the image would be for no architecture.
	e.must(t, "import", "--platform=linux/"+runtime.GOARCH, archive, "debootstrap")
}

// needNetwork skips the test where a build cannot reach Debian's packages. Any
// later failure is one of an application or of a fix.
func (e *dockerEngine) needNetwork(t *testing.T, image string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "Dockerfile", []byte("FROM "+image+"\nRUN apt-get update --error-on=any\n"))
	if err := e.build(dir, "oakum-e2e/network"); err != nil {
		t.Skipf("no image was built, for builds reach no packages from here: %v", err)
	}
	e.must(t, "rmi", "oakum-e2e/network")
}

func readRoots(t *testing.T) []byte {
	t.Helper()
	for _, path := range trustedRoots {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("BEGIN CERTIFICATE")) {
			return data
		}
	}
	t.Skipf("no image was built, for no certificate authorities were found in %q", trustedRoots)
	return nil
}
