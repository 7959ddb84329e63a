package syntax_test

import (
	"testing"

	"github.com/oakum-sec/oakum/tui/widget/syntax"
)

// TestKindsOfFilesHaveALanguage: a kind of file that is forgotten is shown without
// colours.
func TestKindsOfFilesHaveALanguage(t *testing.T) {
	for kind, want := range map[string]syntax.Language{
		"dockerfile": syntax.Dockerfile, "compose": syntax.YAML, "kubernetes": syntax.YAML, "kustomize": syntax.YAML,
		"workflow": syntax.YAML, "updates": syntax.YAML, "dockerignore": syntax.Plain,
	} {
		if got := syntax.Of(kind); got != want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}
