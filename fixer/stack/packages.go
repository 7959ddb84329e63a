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

// librariesYAML is the list libraries of Debian, which is generated.
//
//go:embed libraries.yaml
var librariesYAML []byte

// packageLists is what the files say of one distribution.
type packageLists struct {
	Build     []string    `yaml:"build"`
	Run       []string    `yaml:"run"`
	Libraries libraryList `yaml:"libraries"`
}

// A libraryList has the libraries of development packages, by the name of these and the
// release: its codename or version, or "*" for all.
type libraryList map[string]map[string][]string

var loadPackages = sync.OnceValues(func() (map[string]packageLists, error) {
	out := map[string]packageLists{}
	if err := yaml.Unmarshal(packagesYAML, &out); err != nil {
		return nil, err
	}
	debian := out[string(image.Debian)]
	if err := yaml.Unmarshal(librariesYAML, &debian.Libraries); err != nil {
		return nil, err
	}
	out[string(image.Debian)] = debian
	ubuntu := out[string(image.Ubuntu)]
	ubuntu.Build, ubuntu.Run = debian.Build, debian.Run
	out[string(image.Ubuntu)] = ubuntu
	return out, nil
})

// A Fate says what becomes of a package that a build installs.
type Fate struct {
	Run  []string // what the running application needs in its place; none for what only builds
	Sure bool     // false where that is not known: the package stays
}

// FateOf says what the image of a running application needs in the place of a package
// of its base. A version behind the name is kept with it where the package stays.
func FateOf(base image.Base, name string) Fate {
	lists, _ := loadPackages()
	l, ok := lists[string(base.Distribution)]
	if !ok {
		return Fate{Run: []string{name}}
	}
	plain := build.PackageName(name)
	if slices.Contains(l.Build, plain) {
		return Fate{Sure: true}
	}
	if byRelease, ok := l.Libraries[plain]; ok {
		for _, release := range []string{base.Codename, base.Release, "*"} {
			if release == "*" && base.Codename != "" && !slices.Contains(supported, base.Codename) {
				break // a release that the table does not speak of
			}
			if list, ok := byRelease[release]; ok && release != "" {
				return Fate{Run: list, Sure: true}
			}
		}
		if list, same := inAllReleases(byRelease); same && base.Codename == "" {
			return Fate{Run: list, Sure: true}
		}
		return Fate{Run: []string{name}}
	}
	library := strings.HasPrefix(plain, "lib") && !strings.HasSuffix(plain, "-dev")
	return Fate{Run: []string{name}, Sure: library || slices.Contains(l.Run, plain)}
}

// supported are the releases with codenames that the lists speak of as "*".
var supported = []string{"bookworm", "trixie", "noble"}

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
