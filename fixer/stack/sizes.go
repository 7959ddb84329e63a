package stack

import (
	_ "embed"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
)

// sizesYAML are the sizes of packages of Debian, which are generated.
//
//go:embed sizes.yaml
var sizesYAML []byte

// loadSizes reads them: MB by package and codename of the release.
var loadSizes = sync.OnceValues(func() (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	return out, yaml.Unmarshal(sizesYAML, &out)
})

// madeOfBuildpack are repositories whose full variants are made on buildpack-deps.
var madeOfBuildpack = map[string]bool{"library/node": true, "library/python": true, "library/ruby": true}

// EstimatedSize is how many MB of packages of Debian leave an image that is made
// without the tools of its base and the packages that only its build needs: what the
// largest of them takes with all that it depends on. It is 0 where nothing is known.
func (a *App) EstimatedSize(dropped []string) (mb int, release string) {
	sizes, err := loadSizes()
	if err != nil || a.Base.Distribution != image.Debian {
		return 0, ""
	}
	if madeOfBuildpack[a.Ref.Repository] && a.Ref.Registry == image.DockerHub && a.Base.Has("gcc") == image.Present {
		dropped = append([]string{"buildpack-deps"}, dropped...)
	}
	for _, name := range dropped {
		mb = max(mb, sizes[build.PackageName(name)][a.Base.Codename])
	}
	return mb, a.Base.Codename
}
