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
