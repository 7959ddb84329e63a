package image

import "testing"

func TestParseRegistry(t *testing.T) {
	for in, want := range map[string]string{
		"ghcr.io":                           "ghcr.io",
		" GHCR.io/acme/ ":                   "ghcr.io/acme",
		"localhost:5000":                    "localhost:5000",
		"localhost":                         "localhost",
		"[::1]:5000":                        "[::1]:5000",
		"index.docker.io/library":           "docker.io/library",
		"*.dkr.ecr.eu-west-1.amazonaws.com": "*.dkr.ecr.eu-west-1.amazonaws.com",
		"*.pkg.dev/acme/prod":               "*.pkg.dev/acme/prod",
	} {
		if got, err := ParseRegistry(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "/", "*", "*.", "library", "acme/app", "https://ghcr.io", "ghcr.io/Acme", "ghcr.io/a b", "ghcr.io/app:1", "ghcr.io/\x1b[31m", "ghcr.io/app@sha256:0", "*.*.io", "a*.io"} {
		if got, err := ParseRegistry(in); err == nil {
			t.Errorf("%q is read as %q", in, got)
		}
	}
}

// TestFromRegistry: a part of a registry ends where a name ends.
func TestFromRegistry(t *testing.T) {
	for _, tt := range []struct {
		name, registry string
		want           bool
	}{
		{"nginx", "docker.io", true},
		{"nginx", "docker.io/library", true},
		{"grafana/grafana", "docker.io/library", false},
		{"index.docker.io/library/nginx", "docker.io", true},
		{"registry.docker.com/library/nginx", "docker.io", true},
		{"ghcr.io/acme/app", "ghcr.io/acme", true},
		{"ghcr.io/acme-evil/app", "ghcr.io/acme", false},
		{"ghcr.io/acme/app/api:1", "ghcr.io/acme/app", true},
		{"ghcr.io/acme/app", "ghcr.io/acme/app", true},
		{"GHCR.IO/acme/app", "ghcr.io", true},
		{"ghcr.io.example.com/acme/app", "ghcr.io", false},
		{"localhost:5000/app", "localhost:5000", true},
		{"localhost:5001/app", "localhost:5000", false},
		{"1.dkr.ecr.eu-west-1.amazonaws.com/app", "*.dkr.ecr.eu-west-1.amazonaws.com", true},
		{"dkr.ecr.eu-west-1.amazonaws.com/app", "*.dkr.ecr.eu-west-1.amazonaws.com", false},
		{"evil-pkg.dev/acme/app", "*.pkg.dev", false},
		{"europe-docker.pkg.dev/acme/app", "*.pkg.dev/acme", true},
	} {
		if got := parse(t, tt.name).From(tt.registry); got != tt.want {
			t.Errorf("%s from %s: %v", tt.name, tt.registry, got)
		}
	}
}
