package fixer

import (
	"slices"
	"strings"

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
	return x != nil && y != nil && x.Kind == y.Kind && x.Name == y.Name && x.Namespace == y.Namespace && slices.Equal(imagesOf(x), imagesOf(y))
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

// imagesOf are the images that an object runs, none for one that runs nothing.
func imagesOf(o *kube.Object) []string {
	if w := o.Workload(); w != nil {
		return w.ImageNames()
	}
	return nil
}
