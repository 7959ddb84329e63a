//go:build e2e

package rules_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// basesFolder has a folder for each image that the applications start from.
const basesFolder = "../../testdata/e2e/bases"

// A baseImage is an image that applications start from.
type baseImage struct {
	folder string
	names  []string // the public names that it stands for, or that other bases have for it
}

// bases stand in for the public images of these names. They are made of
// packages, and have what matters here in common with the real ones: accounts,
// the user, ENTRYPOINT and CMD, ports, paths, and the shell, the compiler or the
// libraries that are there or are not. The first is what the others start from;
// each may use those above it.
var bases = []baseImage{
	{"debian", []string{"debian:trixie-slim", "debian:trixie", "debian:13", "debian:13-slim"}},
	{"node", []string{"node:22-slim"}},
	{"nginx", []string{"nginx:1.26"}},
	{"golang", []string{"golang:1.24"}},
	{"static", []string{"gcr.io/distroless/static-debian13:latest"}},
	{"distroless-python", []string{"gcr.io/distroless/python3-debian13:latest"}},
	{"distroless-node", []string{"gcr.io/distroless/nodejs22-debian13:latest"}},
	{"distroless-node-nonroot", []string{"gcr.io/distroless/nodejs22-debian13:nonroot"}},
	{"jre", []string{"eclipse-temurin:21-jre", "eclipse-temurin:21-jre-noble"}},
	{"jdk", []string{"eclipse-temurin:21", "eclipse-temurin:21-jdk", "eclipse-temurin:21-jdk-noble"}},
	{"busybox", []string{"busybox:1.37"}},
	{"buildpack-deps", []string{"buildpack-deps:trixie"}},
	{"node24-files", []string{"node24-files:latest"}},
	{"node24", []string{"node:24-trixie", "node:24", "node:lts"}},
	{"node24-slim", []string{"node:24-trixie-slim", "node:24-slim"}},
	{"python-files", []string{"python-files:latest"}},
	{"python313", []string{"python:3.13-trixie", "python:3.13"}},
	{"python313-slim", []string{"python:3.13-slim", "python:3.13-slim-trixie"}},
	{"golang126", []string{"golang:1.26-trixie", "golang:1.26"}},
	{"rust", []string{"rust:1-trixie", "rust:1", "rust:1.85"}},
	{"maven", []string{"maven:3.9-eclipse-temurin-21"}},
	{"gradle", []string{"gradle:8-jdk21"}},
	{"ruby", []string{"ruby:3.3-trixie", "ruby:3.3"}},
	{"ruby-slim", []string{"ruby:3.3-slim-trixie", "ruby:3.3-slim"}},
	{"php-cli", []string{"php:8.4-cli-trixie", "php:8.4-cli"}},
	{"php-apache", []string{"php:8.4-apache-trixie", "php:8.4-apache"}},
	{"nginx-unprivileged", []string{"nginxinc/nginx-unprivileged:1.26"}},
	{"static-nonroot", []string{"gcr.io/distroless/static-debian13:nonroot"}},
	{"base", []string{"gcr.io/distroless/base-debian13:nonroot"}},
	{"cc", []string{"gcr.io/distroless/cc-debian13:nonroot"}},
	{"nodejs24", []string{"gcr.io/distroless/nodejs24-debian13:nonroot"}},
	{"java21", []string{"gcr.io/distroless/java21-debian13:nonroot"}},
	{"daemons", []string{"daemons:latest"}},
	{"postgres17", []string{"postgres:17"}},
	{"mariadb118", []string{"mariadb:11.8"}},
	{"redis80", []string{"redis:8.0"}},
	{"httpd24", []string{"httpd:2.4"}},
	{"rabbitmq40", []string{"rabbitmq:4.0"}},
	{"memcached16", []string{"memcached:1.6"}},
	{"haproxy30", []string{"haproxy:3.0"}},
}

// trustedRoots are the certificate authorities this machine trusts, wherever
// its distribution keeps them: a proxy of the machine's own may stand between
// it and the registries of packages.
var trustedRoots = []string{
	os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
}

// makeBases sees to it that the engine has every base that one of the Dockerfiles
// names, under its public name. It returns the names that nothing stands in for.
// What was made from the same files before is used again; to get newer packages
// delete the engine's folder in the user's cache.
func (e *dockerEngine) makeBases(t *testing.T, dockerfiles ...[]byte) (missing []string) {
	t.Helper()
	roots := readRoots(t)
	e.makeNamed(t, bases[0].names[0], roots)
	for _, file := range dockerfiles {
		for _, name := range namedImages(file) {
			if !e.makeNamed(t, name, roots) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// namedImage finds what FROM and COPY --from name in a Dockerfile.
var namedImage = regexp.MustCompile(`(?mi)^FROM +(?:--platform=\S+ +)?(\S+)(?: +AS +(\S+))?|^(?:COPY|ADD) +(?:--\S+ +)*--from=(\S+)`)

// globalDefault finds the default of an argument.
var globalDefault = regexp.MustCompile(`(?mi)^ARG +(\w+)=(\S+)`)

// namedImages returns the images that a Dockerfile names, with their tags, the defaults of
// its arguments put in, without digests, and without its own stages.
func namedImages(dockerfile []byte) (names []string) {
	stages := map[string]bool{"scratch": true, "debootstrap": true}
	for _, m := range namedImage.FindAllSubmatch(dockerfile, -1) {
		name, _, _ := strings.Cut(string(m[1])+string(m[3]), "@")
		for _, arg := range globalDefault.FindAllSubmatch(dockerfile, -1) {
			name = strings.ReplaceAll(name, "${"+string(arg[1])+"}", string(arg[2]))
		}
		if _, err := strconv.Atoi(name); err == nil || stages[strings.ToLower(name)] {
			continue // a stage by its number or its name
		}
		stages[strings.ToLower(string(m[2]))] = true
		if !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":") {
			name += ":latest"
		}
		names = append(names, name)
	}
	return names
}

// makeNamed sees to it that the engine has the base of a name, and those it is made
// of. It reports whether there is one.
func (e *dockerEngine) makeNamed(t *testing.T, name string, roots []byte) bool {
	t.Helper()
	if e.made[name] != "" {
		return true
	}
	at := slices.IndexFunc(bases, func(b baseImage) bool { return slices.Contains(b.names, name) })
	if at < 0 {
		return false
	}
	base := bases[at]
	dockerfile, err := os.ReadFile(filepath.Join(basesFolder, base.folder, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var below []string
	for _, name := range namedImages(dockerfile) {
		if !e.makeNamed(t, name, roots) {
			t.Fatalf("the base %s is made of %s, which is no base", base.folder, name)
		}
		below = append(below, e.made[name])
	}
	kept := "oakum-e2e/" + base.folder + ":" + baseKey(t, base.folder, below, roots)
	if _, err := e.run("image", "inspect", kept); err != nil {
		start := time.Now()
		e.makeBase(t, base.folder, kept, roots)
		t.Logf("the base %s was made in %.0f s", base.names[0], time.Since(start).Seconds())
	}
	for _, name := range base.names {
		e.must(t, "tag", kept, name)
		e.made[name] = kept
	}
	if at == 0 {
		e.needNetwork(t, name)
	}
	return true
}

// baseKey tells apart what a base is made of: its files, the bases it names in
// them, and the certificate authorities.
func baseKey(t *testing.T, folder string, below []string, roots []byte) string {
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
