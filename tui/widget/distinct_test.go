package widget

import (
	"fmt"
	"strings"
	"testing"
)

// TestDistinctNamesNeverLookAlike cuts paths that begin alike, end alike, or both,
// to every width at which there can be as many different ones.
func TestDistinctNamesNeverLookAlike(t *testing.T) {
	names := []string{
		"k8s/api.yaml", "deploy/overlays/production/frontend/deployment.yaml", "deploy/overlays/staging/frontend/deployment.yaml",
		"other/overlays/staging/frontend/deployment.yaml", "deploy/overlays/staging/backend/deployment.yaml",
		"very/long/path/that/goes/on/for/ever/日本語/deployment.yaml", "…rontend/deployment.yaml", "compose.yaml", "compose.yaml",
	}
	for i := range 30 {
		names = append(names, fmt.Sprintf("a/long/beginning/that/all/share/%02d/and/a/long/end/that/all/share.yaml", i))
	}
	for width := 12; width < 80; width++ {
		seen := map[string]string{}
		for name, short := range Distinct(names, width, "…") {
			if w := Width(short); w > width {
				t.Errorf("width %d: %q is %d wide", width, short, w)
			}
			if other, twice := seen[short]; twice {
				t.Errorf("width %d: %q and %q both are %q", width, name, other, short)
			}
			seen[short] = name
			if Width(name) <= width && short != name {
				t.Errorf("width %d: %q was cut to %q", width, name, short)
			}
			if short != name && !strings.Contains(short, "…") {
				t.Errorf("width %d: %q was cut to %q without a sign", width, name, short)
			}
		}
	}
}

func TestDistinctKeepsTheEnd(t *testing.T) {
	names := []string{"one/very/long/directory/api.yaml", "two/very/long/directory/api.yaml", "one/very/long/directory/web.yaml"}
	got := Distinct(names, 20, "…")
	for name, want := range map[string]string{
		names[0]: "o…directory/api.yaml", names[1]: "t…directory/api.yaml", names[2]: "…/directory/web.yaml",
	} {
		if got[name] != want {
			t.Errorf("%s is cut to %q, want %q", name, got[name], want)
		}
	}
}
