package compose_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// TestCLI: a command for a service is one that Compose runs from the root of the
// repository.
func TestCLI(t *testing.T) {
	for file, want := range map[string]string{
		"compose.yaml": "docker compose", "docker-compose.yml": "docker compose", "dev/compose.yml": "docker compose --project-directory dev",
		"compose.prod.yaml": "docker compose -f compose.prod.yaml", "a b/stack.yml": "docker compose -f 'a b/stack.yml'",
	} {
		if got := (compose.View{File: file}).CLI(); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if got := (compose.View{File: "compose.override.yaml", Completes: true}).CLI(); got != "docker compose" {
		t.Errorf("an override that is read by itself: %s", got)
	}
}

// TestCLIOfAFileThatCompletesAnother: docker-compose.dev.yml does not load without
// the file whose services it completes; one that stands by itself does.
func TestCLIOfAFileThatCompletesAnother(t *testing.T) {
	p := project(t, map[string]string{
		"app/docker-compose.yml":     "services:\n  app:\n    image: app:1\n",
		"app/docker-compose.dev.yml": "services:\n  app:\n    volumes: [./app:/app]\n  tool:\n    image: tool:1\n",
		"app/docker-compose.ci.yml":  "services:\n  app:\n    image: app:2\n",
	})
	for file, want := range map[string]string{
		"app/docker-compose.dev.yml": "docker compose -f app/docker-compose.yml -f app/docker-compose.dev.yml",
		"app/docker-compose.ci.yml":  "docker compose -f app/docker-compose.ci.yml",
	} {
		for _, v := range p.Views(file) {
			if got := v.CLI(); got != want {
				t.Errorf("%s of %s: %s, want %s", v.Name, file, got, want)
			}
		}
	}
}
