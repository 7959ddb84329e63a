package discover

import (
	"os"
	"path/filepath"
	"strings"
)

// charts remembers which directories hold a Chart.yaml.
type charts map[string]bool

// role says what part a file has in a Helm chart, as the reason for skipping
// it, or "" for files of no chart and for those of a chart that are plain
// manifests (crds/). The path is absolute.
//
// Charts are searched upward, also above the root: a person who selects a
// templates directory alone must not get its templates read as manifests. Only
// the name Chart.yaml is looked at there, nothing is opened.
func (c charts) role(abs string) string {
	for dir := filepath.Dir(abs); ; {
		if c.isChart(dir) {
			rel, err := filepath.Rel(dir, abs)
			if err == nil {
				if role := roleIn(filepath.ToSlash(rel)); role != "" {
					return role
				}
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func (c charts) isChart(dir string) bool {
	is, known := c[dir]
	if !known {
		info, err := os.Lstat(filepath.Join(dir, "Chart.yaml"))
		is = err == nil && !info.IsDir()
		c[dir] = is
	}
	return is
}

// roleIn takes a path relative to a chart's directory.
func roleIn(rel string) string {
	switch {
	case rel == "Chart.yaml":
		return "Helm chart metadata (rendering charts is not supported yet)"
	case strings.HasPrefix(rel, "templates/"):
		return "Helm template (rendering charts is not supported yet)"
	case isValues(strings.TrimPrefix(rel, "ci/")):
		return "Helm values (rendering charts is not supported yet)"
	}
	return ""
}

// isValues knows values.yaml, values-prod.yaml, values.dev.yml, prod-values.yaml.
func isValues(name string) bool {
	stem, ext := cutExt(strings.ToLower(name))
	if (ext != "yaml" && ext != "yml") || strings.Contains(name, "/") {
		return false
	}
	if rest, ok := strings.CutPrefix(stem, "values"); ok {
		return rest == "" || strings.ContainsRune(".-_", rune(rest[0]))
	}
	before, ok := strings.CutSuffix(stem, "values")
	return ok && before != "" && strings.ContainsRune(".-_", rune(before[len(before)-1]))
}
