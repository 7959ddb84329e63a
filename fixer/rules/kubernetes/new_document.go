package kubernetes

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"sync"

	"oakum/fixer"
	"oakum/fixer/text"
	"oakum/fixer/yamldoc"
)

// NewDocument writes a manifest of the core group below a comment. It goes
// through the same operations as every edit, so that quoting is theirs.
func NewDocument(comment, kind string, ops ...yamldoc.Op) ([]byte, error) {
	src := []byte(comment + "apiVersion: v1\nkind: " + kind + "\n")
	file, err := yamldoc.Parse(src)
	if err != nil {
		return nil, fmt.Errorf("a new manifest does not parse: %w", err)
	}
	change, err := file.Docs[0].Edit(ops...)
	if err != nil {
		return nil, err
	}
	return text.Apply(src, change.Edits)
}

// NewMeta is the metadata of a new object; an empty namespace is left out.
func NewMeta(name, namespace string) yamldoc.Op {
	meta := yamldoc.Map{{Key: "name", Value: name}}
	if namespace != "" {
		meta = append(meta, yamldoc.Pair{Key: "namespace", Value: namespace})
	}
	return yamldoc.Set(yamldoc.P("metadata"), meta)
}

var dnsName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,200}[a-z0-9])?$`)
})

// ValidName reports whether an object and a file can have the name.
func ValidName(s string) error {
	if !dnsName().MatchString(s) {
		return errors.New("lower-case letters, digits and -")
	}
	return nil
}

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
