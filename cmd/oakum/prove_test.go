package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestProveWithoutEngine: one line says that there is no engine and how to get one, and
// everything else works.
func TestProveWithoutEngine(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, args := range []string{"prove", "prove --yes", "prove --format json"} {
		var out, talk bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "../../testdata/repos/shop"), &out, &talk)
		if code != exitFailed || out.Len() > 0 || strings.Count(talk.String(), "\n") != 1 || !strings.Contains(talk.String(), "install Docker (https://") {
			t.Errorf("oakum %s: exit status %d\n%s%s", args, code, &out, &talk)
		}
	}
	var out, talk bytes.Buffer
	if code := run(t.Context(), []string{"scan", "../../testdata/repos/shop"}, &out, &talk); code != exitFindings {
		t.Errorf("oakum scan: exit status %d\n%s", code, &talk)
	}
}
