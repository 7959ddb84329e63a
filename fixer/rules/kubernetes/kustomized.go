package kubernetes

import (
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// listedBy returns the kustomization that says which files are applied beside a
// manifest, and so would pass over a new one; "" for none. It is in the folder
// of the manifest, or in one above and names the manifest.
func listedBy(snap *fixer.Snapshot, manifest string) string {
	beside := path.Dir(manifest)
	for folder := beside; ; folder = path.Dir(folder) {
		for _, list := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
			at := path.Join(folder, list)
			if f := snap.File(at); f != nil && (folder == beside || applies(f, manifest)) {
				return at
			}
		}
		if folder == "." || folder == "/" {
			return ""
		}
	}
}

// applies reports whether a kustomization has the file among its resources.
func applies(kustomization *fixer.File, manifest string) bool {
	f, err := yamldoc.Parse(kustomization.Data)
	if err != nil || len(f.Docs) == 0 {
		return false // kustomize does not read it either
	}
	list := f.Docs[0].Root.Get("resources").Texts()
	return slices.ContainsFunc(append(list, f.Docs[0].Root.Get("bases").Texts()...), func(entry string) bool {
		return path.Join(path.Dir(kustomization.Path), entry) == manifest
	})
}
