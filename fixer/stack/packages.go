package stack

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed packages.yaml
var packagesYAML []byte

// packageLists is what packages.yaml says of one distribution.
type packageLists struct {
	Build     []string                       `yaml:"build"`
	Run       []string                       `yaml:"run"`
	Libraries map[string]map[string][]string `yaml:"libraries"`
}

var loadPackages = sync.OnceValues(func() (map[string]packageLists, error) {
	out := map[string]packageLists{}
	err := yaml.Unmarshal(packagesYAML, &out)
	return out, err
})

// A Fate says what becomes of a package that a build installs.
type Fate struct {
	Run  []string // what the running application needs in its place; none for what only builds
	Sure bool     // false where that is not known: the package stays
}

// FateOf says what the image of a running application needs in the place of a package
// of its base. A version behind the name is kept with it.
func FateOf(base image.Base, name string) Fate {
	lists, _ := loadPackages()
	key := string(base.Distribution)
	if base.Distribution == image.Ubuntu {
		key = string(image.Debian)
	}
	l, ok := lists[key]
	if !ok {
		return Fate{Run: []string{name}}
	}
	plain := build.PackageName(name)
	if slices.Contains(l.Build, plain) {
		return Fate{Sure: true}
	}
	if byRelease, ok := l.Libraries[plain]; ok {
		for _, release := range []string{"*", base.Codename, base.Release} {
			if list, ok := byRelease[release]; ok && release != "" {
				return Fate{Run: list, Sure: true}
			}
		}
		if list, same := inAllReleases(byRelease); same {
			return Fate{Run: list, Sure: true}
		}
		return Fate{Run: []string{name}}
	}
	library := strings.HasPrefix(plain, "lib") && !strings.HasSuffix(plain, "-dev")
	return Fate{Run: []string{name}, Sure: library || slices.Contains(l.Run, plain)}
}

// inAllReleases returns the list that all releases agree on.
func inAllReleases(byRelease map[string][]string) (list []string, same bool) {
	first := true
	for _, l := range byRelease {
		if !first && !slices.Equal(l, list) {
			return nil, false
		}
		list, first = l, false
	}
	return list, !first
}
