package image

import (
	"strings"
	"testing"
)

// TestPlainReferencesAreWhatDockerReads: what the quick reader takes it reads as Docker's own
// parser does, and it takes nearly every reference that people write.
func TestPlainReferencesAreWhatDockerReads(t *testing.T) {
	hosts := []string{"", "localhost/", "localhost:5000/", "quay.io/", "ghcr.io:443/", "10.0.0.7:5000/", "docker.io/", "index.docker.io/", "a..b/", "-a.io/", "a-.io/", "A.io/", "my_host.io/", "x:/", "[::1]:1/", "host/", "/", "a.io:b/", "."}
	names := []string{"nginx", "library/nginx", "a/b/c", "a.b", "a_b", "a__b", "a--b", "a..b", ".a", "a.", "-a", "a/", "//", "A", "Ab/c", "", "9", strings.Repeat("a", 64), "x/" + strings.Repeat("0", 64), strings.Repeat("b", 220), "ä"}
	tags := []string{"", ":1.27", ":latest", ":v1.2.3-alpine3.20", ":_x", ":.x", ":-x", ":", ":a b", ":" + strings.Repeat("t", 128), ":" + strings.Repeat("t", 129), ":UP", ":a:b"}
	digests := []string{"", "@" + digest, "@sha256:" + strings.Repeat("0", 63), "@sha256:" + strings.Repeat("A", 64), "@sha512:" + strings.Repeat("0", 128), "@", "@" + digest + "@" + digest}
	taken := 0
	for _, host := range hosts {
		for _, name := range names {
			for _, tag := range tags {
				for _, sum := range digests {
					taken += samePlain(t, host+name+tag+sum)
				}
			}
		}
	}
	if taken < 500 {
		t.Errorf("only %d references are read quickly", taken)
	}
	for _, s := range []string{"nginx", "nginx:1.27", "grafana/grafana:11.0.0", "gcr.io/distroless/static-debian12:nonroot", "localhost:5000/a/b", "a/b@" + digest, "mcr.microsoft.com/dotnet/sdk:9.0@" + digest} {
		if samePlain(t, s) == 0 {
			t.Errorf("%s is not read quickly", s)
		}
	}
}

// samePlain returns 1 for a reference that the quick reader takes.
func samePlain(t *testing.T, s string) int {
	t.Helper()
	plain, ok := plainReference(s)
	if !ok {
		return 0
	}
	plain.Raw = s
	if ref, err := parseByDocker(s); err != nil || ref != plain {
		t.Errorf("%q is read as %+v; Docker reads %+v, %v", s, plain, ref, err)
	}
	return 1
}
