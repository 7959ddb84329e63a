package discover

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestConfigurationOfUpdateBots: it is found where the bots look for it, whatever
// else the directory is, and is evidence that nobody has to read.
func TestConfigurationOfUpdateBots(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"Chart.yaml":                      "name: x\n",
		".github/dependabot.yml":          "version: 2\nupdates: []\n",
		".github/renovate.json5":          "// x\n{}",
		".gitlab/renovate.json":           "{}",
		".renovaterc":                     "{}",
		"renovate.json":                   "",
		"package.json":                    `{"renovate": {"extends": []}}`,
		"web/package.json":                `{"renovate": {"extends": []}}`,
		"dependabot.yml":                  "updates: []\n",
		"other/.github/dependabot.yaml":   "updates: [\n",
		"docs/renovate.json/README.md":    "x",
		"node_modules/x/renovate.json":    "{}",
		"large/.renovaterc.json":          strings.Repeat(" ", maxUpdates+1),
		"Dockerfile":                      dockerfile,
		".github/workflows/renovate.yaml": "x: 1\n",
	})
	got := map[string]fixer.SkipCode{}
	for _, s := range load(t, dir, Options{}).Sources {
		if s.Kind == fixer.Updates {
			got[s.Path] = ""
			if s.Skip != nil {
				got[s.Path] = s.Skip.Code
			}
		}
	}
	want := map[string]fixer.SkipCode{
		".github/dependabot.yml": "", ".github/renovate.json5": "", ".gitlab/renovate.json": "", ".renovaterc": "", "renovate.json": "",
		"package.json": "", "other/.github/dependabot.yaml": "", "large/.renovaterc.json": fixer.SkipTooLarge,
	}
	for p, code := range want {
		if c, ok := got[p]; !ok || c != code {
			t.Errorf("%s: %v %q, want %q", p, ok, c, code)
		}
	}
	if len(got) != len(want) {
		t.Errorf("found %v", got)
	}
}
