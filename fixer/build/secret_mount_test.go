package build

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

func TestFrontend(t *testing.T) {
	for name, takes := range map[string]bool{
		"docker/dockerfile:1": true, "docker/dockerfile": true, "docker/dockerfile:1.10": true, "docker.io/docker/dockerfile:1.20.1": true,
		"docker/dockerfile:1-labs": true, "docker/dockerfile:labs": true, "docker/dockerfile:1@sha256:00": true,
		"docker/dockerfile:1.9": false, "docker/dockerfile:1.0-experimental": false, "docker/dockerfile:experimental": false,
		"docker/dockerfile:master": false, "example.org/docker/dockerfile:1": false, "docker/dockerfile:1.x": false,
	} {
		f, err := dockerfile.Parse([]byte("# syntax=" + name + "\nFROM scratch\n"))
		if err != nil {
			t.Fatal(err)
		}
		if why := FrontendBefore(f, 10, "secrets as variables need"); (why == "") != takes {
			t.Errorf("%s: %q", name, why)
		}
	}
}
