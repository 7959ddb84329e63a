package fixer

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// OneObject reports whether two findings are about one object that a repository has in two
// manifests: in a base and in a release, or in the output of a chart. The object has the
// same kind, name and namespace in both, and runs the same images whatever their tags.
// Its own place in a file need not be the same.
func (s *Snapshot) OneObject(a, b *Finding) bool {
	if a.Rule != b.Rule || a.Path != b.Path || a.File == b.File {
		return false
	}
	x, y := s.objectOf(a), s.objectOf(b)
	return x != nil && y != nil && x.Kind == y.Kind && x.Name == y.Name && x.Namespace == y.Namespace && slices.Equal(imageNames(x), imageNames(y))
}

// objectOf is the object of a manifest that the path of a finding begins with, nil where
// it begins with none.
func (s *Snapshot) objectOf(f *Finding) *kube.Object {
	file := s.File(f.File)
	if file == nil || file.Kind != Kubernetes {
		return nil
	}
	for _, o := range file.Objects {
		rest, ok := strings.CutPrefix(f.Path, o.ID())
		if ok && o.Name != "" && (rest == "" || rest[0] == ':' || rest[0] == ' ') {
			return o
		}
	}
	return nil
}

// imageNames are the images that an object runs, without registry and tag, sorted.
func imageNames(o *kube.Object) []string {
	w := o.Workload()
	if w == nil {
		return nil
	}
	var out []string
	for _, c := range w.Containers() {
		name, _, _ := strings.Cut(c.Image, "@")
		name, _, _ = image.CutTag(name)
		out = append(out, path.Base(name))
	}
	slices.Sort(out)
	return out
}
