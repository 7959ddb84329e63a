//go:build e2e

package rules_test

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	gcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/oakum-sec/oakum/fixer/image"
)

// copyProgram is the one program of the images, /bin/copy.
const copyProgram = `package main

import "os"

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = os.WriteFile(os.Args[2], data, 0o644)
	}
	if err != nil {
		panic(err)
	}
}
`

// A pinRegistry is a registry on the loopback interface with an index of all
// platforms for each of the images.
type pinRegistry struct {
	host    string
	digests map[string]string // of the index, by the name in the repository
}

// servePins starts the registry and fills it. It ends with the test.
func servePins(t *testing.T, buildKitPrograms string) *pinRegistry {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir()) // nobody's credentials
	server := httptest.NewServer(gcr.New(gcr.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	r := &pinRegistry{host: strings.TrimPrefix(server.URL, "http://"), digests: map[string]string{}}
	files := map[string]map[string][]byte{} // of every image, by platform
	source := write(t, t.TempDir(), "main.go", []byte(copyProgram))
	for _, platform := range pinPlatforms {
		goos, arch, _ := strings.Cut(platform, "/")
		out := filepath.Join(t.TempDir(), "copy")
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, source)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+arch)
		if printed, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build for %s: %v\n%s", platform, err, tail(printed))
		}
		files[platform] = map[string][]byte{"bin/copy": must(os.ReadFile(out))}
	}
	for named, version := range pinned {
		index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
		for _, platform := range pinPlatforms {
			p := must(v1.ParsePlatform(platform))
			index = mutate.AppendManifests(index, mutate.IndexAddendum{
				Add: pinImage(t, named, p, files[platform], buildKitPrograms), Descriptor: v1.Descriptor{Platform: p},
			})
		}
		for _, tag := range []string{named, version} {
			if err := remote.WriteIndex(must(name.ParseReference(r.at(tag))), index); err != nil {
				t.Fatalf("%s: %v", tag, err)
			}
		}
		r.digests[named] = must(index.Digest()).String()
	}
	return r
}

// pin is what oakum must write in place of the name of an image.
func (r *pinRegistry) pin(named string) string { return pinned[named] + "@" + r.digests[named] }

// at is the reference of the same image in the registry itself.
func (r *pinRegistry) at(familiar string) string {
	ref := must(image.ParseReference(familiar))
	return r.host + strings.TrimPrefix(ref.String(), ref.Registry)
}

// remote gets an image from the registry.
func (r *pinRegistry) remote(ref, platform string) (v1.Image, error) {
	return remote.Image(must(name.ParseReference(ref)), remote.WithPlatform(*must(v1.ParsePlatform(platform))))
}

// pinContent is what /etc/image of an image says.
func pinContent(named, platform string) string { return named + " for " + platform }

// pinImage makes an image of two files. The frontend of "# syntax=" has the program
// that builds too, where that can run; elsewhere it is only pulled.
func pinImage(t *testing.T, named string, p *v1.Platform, common map[string][]byte, buildKitPrograms string) v1.Image {
	t.Helper()
	files := maps.Clone(common)
	files["etc/image"] = []byte(pinContent(named, p.String()))
	config := v1.Config{Env: []string{"PATH=/bin"}, Entrypoint: []string{"/bin/copy"}}
	if strings.HasPrefix(named, "docker/dockerfile:") {
		config.Entrypoint = []string{"/bin/dockerfile-frontend"}
		config.Labels = map[string]string{
			"moby.buildkit.frontend.network.none": "true",
			"moby.buildkit.frontend.caps":         "moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts",
		}
		if buildKitPrograms != "" && p.String() == "linux/"+runtime.GOARCH {
			files["bin/dockerfile-frontend"] = must(os.ReadFile(filepath.Join(buildKitPrograms, "dockerfile-frontend")))
		}
	}
	var layer bytes.Buffer
	out := tar.NewWriter(&layer)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := out.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Size: int64(len(files[path]))}); err != nil {
			t.Fatal(err)
		}
		must(out.Write(files[path]))
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	img := must(mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: p.OS, Architecture: p.Architecture, Config: config, RootFS: v1.RootFS{Type: "layers"}}))
	return must(mutate.AppendLayers(img, must(tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(layer.Bytes())), nil
	}))))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
