package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// startRegistry serves images of two platforms on this machine and returns its
// host: for scripts that put it in the place of others with --mirror.
func startRegistry(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	created := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for repo, tags := range map[string]string{
		"library/nginx":    "1.29.3 1.29 latest",
		"library/node":     "22.23.2-slim 22-slim",
		"library/redis":    "7.4.6-alpine3.22 7-alpine",
		"library/composer": "2.9.1",
		"library/ruby":     "4.0-slim-trixie",
		"shop/private":     "1.0.0",
	} {
		var index v1.ImageIndex = empty.Index
		for _, arch := range []string{"amd64", "arm64"} {
			img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
				OS: "linux", Architecture: arch, Created: v1.Time{Time: created},
				Config: v1.Config{User: "10001", Labels: map[string]string{"of": repo}},
			})
			if err != nil {
				t.Fatal(err)
			}
			index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
		}
		if repo == "library/redis" { // an older image that a tag no longer points to
			old, err := name.NewTag(fmt.Sprintf("%s/%s:old", host, repo), name.Insecure)
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.Write(old, empty.Image); err != nil {
				t.Fatal(err)
			}
		}
		for tag := range strings.FieldsSeq(tags) {
			ref, err := name.NewTag(fmt.Sprintf("%s/%s:%s", host, repo, tag), name.Insecure)
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.WriteIndex(ref, index); err != nil {
				t.Fatal(err)
			}
		}
	}
	return host
}

// emptyDigest is the digest of the image without layers.
func emptyDigest(t *testing.T) string {
	t.Helper()
	d, err := empty.Image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}
