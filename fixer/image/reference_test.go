package image

import (
	"errors"
	"strings"
	"testing"

	"github.com/distribution/reference"
)

var (
	hex64  = strings.Repeat("0123456789abcdef", 4)
	digest = "sha256:" + hex64
)

func TestParseReference(t *testing.T) {
	tests := []struct {
		in, full, familiar string
	}{
		{"nginx", "docker.io/library/nginx", "nginx"},
		{"  nginx:1.27\t", "docker.io/library/nginx:1.27", "nginx:1.27"},
		{"library/nginx", "docker.io/library/nginx", "nginx"},
		{"docker.io/nginx", "docker.io/library/nginx", "nginx"},
		{"index.docker.io/library/nginx", "docker.io/library/nginx", "nginx"},
		{"grafana/grafana:11.2.0", "docker.io/grafana/grafana:11.2.0", "grafana/grafana:11.2.0"},
		{"localhost/x", "localhost/x", "localhost/x"},
		{"localhost:5000/x", "localhost:5000/x", "localhost:5000/x"},
		{"localhost:5000/x:1", "localhost:5000/x:1", "localhost:5000/x:1"},
		{"localhost", "docker.io/library/localhost", "localhost"},
		{"docker.io/localhost/x", "docker.io/localhost/x", "docker.io/localhost/x"},
		{"foo/bar/baz", "docker.io/foo/bar/baz", "foo/bar/baz"},
		{"library/foo/bar", "docker.io/library/foo/bar", "library/foo/bar"},
		{"reg:80/x", "reg:80/x", "reg:80/x"},
		{"[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x"},
		{"10.0.0.1/x/y", "10.0.0.1/x/y", "10.0.0.1/x/y"},
		{"Registry.Example.COM/x", "registry.example.com/x", "registry.example.com/x"},
		{"nginx@" + digest, "docker.io/library/nginx@" + digest, "nginx@" + digest},
		{"nginx:1@" + digest, "docker.io/library/nginx:1@" + digest, "nginx:1@" + digest},
		{"x__y/a-b--c.d:T_a.g-1", "docker.io/x__y/a-b--c.d:T_a.g-1", "x__y/a-b--c.d:T_a.g-1"},
		{"nginx@sha384:" + hex64 + hex64[:32], "docker.io/library/nginx@sha384:" + hex64 + hex64[:32], "nginx@sha384:" + hex64 + hex64[:32]},
		{"localhost:5000/a/b:1@" + digest, "localhost:5000/a/b:1@" + digest, "localhost:5000/a/b:1@" + digest},
		{"Index.Docker.IO/nginx", "docker.io/library/nginx", "nginx"},
		{"[FE80::1]/x", "[fe80::1]/x", "[fe80::1]/x"},
		{"nginx@sha512:" + hex64 + hex64, "docker.io/library/nginx@sha512:" + hex64 + hex64, "nginx@sha512:" + hex64 + hex64},
	}
	for _, tt := range tests {
		ref, err := ParseReference(tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if ref.String() != tt.full || ref.Familiar() != tt.familiar || ref.Raw != strings.TrimSpace(tt.in) {
			t.Errorf("%q: got %q, familiar %q, raw %q", tt.in, ref, ref.Familiar(), ref.Raw)
		}
	}
}

func TestParseReferenceRefuses(t *testing.T) {
	tests := []struct {
		in       string
		why      UnknowableReason
		fallback string
	}{
		{"", Empty, ""},
		{" \n", Empty, ""},
		{"$IMAGE", Variable, ""},
		{"postgres:${TAG}", Variable, ""},
		{"postgres:${TAG:-16}", Variable, "postgres:16"},
		{"${REG-docker.io}/x:${TAG:-1}", Variable, "docker.io/x:1"},
		{"x:${A:-1}$B", Variable, ""},
		{"x:${A:-${B:-1}}", Variable, ""},
		{"x:${A:?set it}", Variable, ""},
		{"x:${:-1}", Variable, ""},
		{"x:${A:-1", Variable, ""},
		{"x:$$", Variable, ""},
		{"{{ .Values.image }}:{{ $tag }}", Template, ""},
		{"nginx:%%VERSION%%", Template, ""},
		{"docker.io/{username}/app", Template, ""},
		{"<your-image>", Template, ""},
		{"MyApp", UpperCase, ""},
		{"example.com/MyApp", UpperCase, ""},
		{"MyHost/app", UpperCase, ""},
		{"LOCALHOST/app", UpperCase, ""},
		{"localhost:5000/App", UpperCase, ""},
		{"nginx:", Malformed, ""},
		{"nginx:-x", Malformed, ""},
		{"nginx:a b", Malformed, ""},
		{"nginx:" + strings.Repeat("a", 129), Malformed, ""},
		{strings.Repeat("a", 256), Malformed, ""},
		{"nginx@sha256:123", Malformed, ""},
		{"nginx@" + strings.ToUpper(digest), Malformed, ""},
		{"nginx@md5:" + hex64, Malformed, ""},
		{"@" + digest, Malformed, ""},
		{hex64, Malformed, ""},
		{hex64 + ":1", Malformed, ""},
		{"library/" + hex64, Malformed, ""},
		{"my_host.io/x", Malformed, ""},
		{"registry.io/", Malformed, ""},
		{"https://example.com/x", Malformed, ""},
		{"/x", Malformed, ""},
		{"x/", Malformed, ""},
		{"a//b", Malformed, ""},
		{"-a", Malformed, ""},
		{"a..b", Malformed, ""},
		{"a___b", Malformed, ""},
		{"a.-b", Malformed, ""},
		{"reg:port/x", Malformed, ""},
		{"-reg.io/x", Malformed, ""},
		{"[::1/x", Malformed, ""},
		{"a\x00b", Malformed, ""},
		{"a\xffb", Malformed, ""},
		{"ünïcode", Malformed, ""},
	}
	for _, tt := range tests {
		ref, err := ParseReference(tt.in)
		var e *UnknowableError
		if !errors.As(err, &e) {
			t.Errorf("%q: got %q, %v; want an UnknowableError", tt.in, ref, err)
			continue
		}
		if e.Reason != tt.why || e.Default != tt.fallback {
			t.Errorf("%q: got %s, default %q; want %s, %q", tt.in, e.Reason, e.Default, tt.why, tt.fallback)
		}
		if e.Detail == "" || !strings.Contains(e.Error(), e.Detail) {
			t.Errorf("%q: the error says nothing: %q", tt.in, e)
		}
	}
}

// TestReferenceDiffersFromDocker lists where ParseReference and Docker's parser
// part, and holds that they agree on the rest.
func TestReferenceDiffersFromDocker(t *testing.T) {
	differ := map[string]string{
		"MyHost/app":       "a host of one word with capitals is far more often a mistake in a name",
		hex64 + ":1":       "the name would read as an image id where the tag is left out",
		"library/" + hex64: "the same name in full",
		"my_host.io/x":     "Docker's parser returns a name without a registry",
		"Registry.IO/x":    "host names do not depend on case: it is lowered",
	}
	seen := 0
	for _, in := range []string{
		"nginx", "nginx:1.27", "a/b", "a/b/c:1@" + digest, "localhost/x", "localhost:5000/x", "reg:80/x", "[::1]:5000/x", "10.0.0.1/x",
		"docker.io/nginx", "index.docker.io/nginx", "library/nginx", "nginx:Tag", "x__y/a-b--c.d", "nginx@sha256:123", "nginx@md5:" + hex64,
		"MyApp", "a/B", "MyHost/app", "Registry.IO/x", hex64, hex64 + ":1", "library/" + hex64, hex64[:63], "my_host.io/x", "-reg.io/x",
		"a..b", "a___b", "a.-b", "nginx:", "nginx:-x", "x@", "/x", "x/", "a//b", "localhost", "a.b", strings.Repeat("a", 247), strings.Repeat("a", 248),
	} {
		docker, dockerErr := reference.ParseNormalizedNamed(in)
		ours, err := ParseReference(in)
		same := (err == nil) == (dockerErr == nil) && (err != nil || ours.String() == docker.String())
		why, listed := differ[in]
		if same == listed {
			t.Errorf("%q: Docker says %v (%v), ParseReference %v (%v); expected difference: %q", in, docker, dockerErr, ours, err, why)
		}
		if listed {
			seen++
		}
	}
	if seen != len(differ) {
		t.Errorf("%d of %d differences were looked at", seen, len(differ))
	}
}

func TestPin(t *testing.T) {
	tests := map[string]Pin{
		"nginx": PinNone, "nginx:latest": PinNone, "nginx:alpine": PinNone, "debian:bookworm-slim": PinNone, "x:edge": PinNone,
		"postgres:16": PinMajor, "postgres:16-alpine": PinMajor, "x:v2": PinMajor, "amazonlinux:2023": PinMajor, "openjdk:8u292-jdk": PinMajor,
		"postgres:16.2": PinMinor, "golang:1.22-alpine3.19": PinMinor, "x:v1.2-rc": PinMinor,
		"nginx:1.27.3": PinVersion, "x:v3.0.0": PinVersion, "alpine:20250101": PinVersion, "debian:bookworm-20250101-slim": PinVersion,
		"minio/minio:RELEASE.2025-01-01T00-00-00Z": PinVersion, "x:2025-01-01": PinVersion, "x:a1b2c3d": PinVersion, "x:48151": PinVersion,
		"nginx:latest@" + digest: PinDigest, "nginx@" + digest: PinDigest,
	}
	for in, want := range tests {
		ref := parse(t, in)
		if got := ref.Pin(); got != want {
			t.Errorf("%s: pin %d, want %d", in, got, want)
		}
		if got := ref.Mutable(); got != (want < PinMinor) {
			t.Errorf("%s: mutable %v", in, got)
		}
		if got := ref.HasDigest(); got != (want == PinDigest) {
			t.Errorf("%s: digest %v", in, got)
		}
	}
	pinned := parse(t, "nginx:1.27").WithDigest(digest)
	if pinned.Raw != "nginx:1.27@"+digest || pinned.Pin() != PinDigest {
		t.Errorf("pinned: %+v", pinned)
	}
}

func TestRanges(t *testing.T) {
	tests := []struct {
		tag, ranges string
		want        bool
	}{
		{"17", "<18", true}, {"18", "<18", false}, {"17.9.9", "<18", true}, {"18.1", ">=18", true},
		{"2.7.1", "2", true}, {"1.8", "2", false}, {"22.10", "<23.04", true}, {"23.04", "<23.04", false},
		{"23", "<23.04", true}, {"2018.03", ">2 <2023", true}, {"2", ">2 <2023", false}, {"latest", "<18", false},
		{"2.4", "<=2.4", true}, {"2.5", "<=2.4", false}, {"99999999999999999999999", ">1", false},
	}
	for _, tt := range tests {
		ref := Reference{Tag: tt.tag}
		if got := inRange(ref.Version(), tt.ranges); got != tt.want {
			t.Errorf("%s in %q: %v", tt.tag, tt.ranges, got)
		}
	}
}

func parse(t testing.TB, s string) Reference {
	t.Helper()
	ref, err := ParseReference(s)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// FuzzParseReference checks that whatever parses can be written out and read
// back, in both forms, and that nothing makes a look-up fail.
func FuzzParseReference(f *testing.F) {
	for _, s := range []string{
		"nginx", "localhost:5000/x:1", "a/b@" + digest, "${A:-b}:c", "[::1]:1/x", "docker.io/localhost/x", "x:v1.2.3-alpine3.20",
		"gcr.io/distroless/static-debian12:nonroot", "A.b/c", "registry.access.redhat.com/ubi9/ubi", "php:8-fpm", "x:9999999999999999999", "%%", "a\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		samePlain(t, s)
		ref, err := ParseReference(s)
		if err != nil {
			var e *UnknowableError
			if !errors.As(err, &e) || e.Detail == "" {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		for _, form := range []string{ref.String(), ref.Familiar()} {
			again, err := ParseReference(form)
			again.Raw = ref.Raw
			if err != nil || again != ref {
				t.Fatalf("%q: written as %q, read back as %+v, %v", s, form, again, err)
			}
		}
		if e, ok := lookup(ref); ok {
			for _, field := range Fields() {
				if e.Evidence(field).Text == "" {
					t.Fatalf("%q: no evidence for %s", s, field)
				}
			}
		}
		if b, ok := baseOf(ref); ok && b.Evidence(BaseDistribution).Text == "" {
			t.Fatalf("%q: no evidence", s)
		}
		ref.Pin()
	})
}
