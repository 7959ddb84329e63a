package kustomize

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// names are those of a kustomization's file, in the order in which kustomize
// looks for them.
var names = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// A Project is the kustomizations of a repository together. It does not change, and is
// safe for concurrent use.
type Project struct {
	files  map[string][]byte         // whatever a kustomization may name
	dirs   map[string]*kustomization // by directory
	users  map[string][]string       // by directory, those of the kustomizations that use it
	listed map[string][]string       // by manifest, the directories of the kustomizations that list it

	patches patches
}

// A kustomization is one file, as far as it is read.
type kustomization struct {
	path, dir  string
	root       *yamldoc.Node
	components []string // directories
}

// New reads the kustomizations among the files, which are given by their path
// with what is in them.
func New(files map[string][]byte) *Project {
	p := &Project{files: files, dirs: map[string]*kustomization{}, users: map[string][]string{}, listed: map[string][]string{}}
	for _, at := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(names, path.Base(at)) {
			continue
		}
		k := read(at, files[at])
		if old := p.dirs[path.Dir(at)]; k != nil && (old == nil || slices.Index(names, path.Base(at)) < slices.Index(names, path.Base(old.path))) {
			p.dirs[k.dir] = k
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(p.dirs)) {
		k := p.dirs[dir]
		for _, key := range []string{"resources", "bases", "components"} {
			for _, entry := range k.root.Get(key).Texts() {
				p.use(k, entry, key == "components")
			}
		}
	}
	return p
}

func read(at string, data []byte) *kustomization {
	f, err := yamldoc.Parse(data)
	if err != nil || len(f.Docs) == 0 || !f.Docs[0].Root.Is(yamldoc.Mapping) {
		return nil // kustomize does not read it either
	}
	return &kustomization{path: at, dir: path.Dir(at), root: f.Docs[0].Root}
}

// use notes that a kustomization uses a directory or lists a file.
func (p *Project) use(k *kustomization, entry string, component bool) {
	if entry == "" || strings.Contains(entry, "://") {
		return
	}
	at := path.Join(k.dir, entry)
	if p.dirs[at] == nil {
		p.listed[at] = append(p.listed[at], k.dir)
		return
	}
	if at == k.dir {
		return
	}
	if component {
		k.components = append(k.components, at)
	}
	p.users[at] = append(p.users[at], k.dir)
}

// Empty reports whether there is no kustomization.
func (p *Project) Empty() bool { return len(p.dirs) == 0 }

// Lists reports whether a kustomization lists the manifest.
func (p *Project) Lists(manifest string) bool { return len(p.listed[manifest]) > 0 }

// ListedBy returns the files of the kustomizations that list the manifest, sorted.
func (p *Project) ListedBy(manifest string) []string {
	var out []string
	for _, dir := range p.listed[manifest] {
		out = append(out, p.dirs[dir].path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Applied reports whether a manifest is applied as far as the repository tells. One that
// kustomizations list is where one of them can be built by itself: a Component only
// changes what uses it, and nothing may.
func (p *Project) Applied(manifest string) bool {
	if !p.Lists(manifest) {
		return true
	}
	chains, rest := p.chains(manifest)
	return rest > 0 || slices.ContainsFunc(chains, func(way []*kustomization) bool {
		return way[len(way)-1].root.Get("kind").Text() != "Component"
	})
}

// maxChains bounds the ways from a manifest to the roots. Where there are more,
// the rest is not looked at, which [Rendering.Rest] says.
const maxChains = 24

// chains returns the ways from a manifest to each root that it is part of, and
// how many were left out. A way is the kustomizations in the order in which they
// are applied.
func (p *Project) chains(manifest string) (out [][]*kustomization, rest int) {
	var climb func(dir string, below []*kustomization)
	climb = func(dir string, below []*kustomization) {
		k := p.dirs[dir]
		if slices.Contains(below, k) { // a circle, which kustomize refuses
			return
		}
		way := append(slices.Clone(below), k)
		if len(p.users[dir]) == 0 {
			if len(out) == maxChains {
				rest++
				return
			}
			out = append(out, way)
			return
		}
		if rest > maxChains {
			return
		}
		for _, user := range p.users[dir] {
			climb(user, way)
		}
	}
	for _, dir := range p.listed[manifest] {
		climb(dir, nil)
	}
	return out, rest
}
