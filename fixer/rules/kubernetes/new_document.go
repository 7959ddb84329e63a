package kubernetes

import (
	"fmt"
	"path"

	"oakum/fixer"
	"oakum/fixer/text"
	"oakum/fixer/yamldoc"
)

// newDocument writes a manifest of the core group below a comment. It goes
// through the same operations as every edit, so that quoting is theirs.
func newDocument(comment, kind string, ops ...yamldoc.Op) ([]byte, error) {
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

// listedBy returns the kustomization that says which files of a folder are
// applied, and so would pass over a new one; "" for none.
func listedBy(snap *fixer.Snapshot, folder string) string {
	for _, list := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if at := path.Join(folder, list); snap.File(at) != nil {
			return at
		}
	}
	return ""
}
