package kubernetes

import (
	"fmt"

	"oakum/fixer/text"
	"oakum/fixer/yamldoc"
)

// newDocument writes a Secret manifest below a comment. It goes through the
// same operations as every edit, so that quoting is theirs.
func newDocument(comment string, ops ...yamldoc.Op) ([]byte, error) {
	src := []byte(comment + "apiVersion: v1\nkind: Secret\n")
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
