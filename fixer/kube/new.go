package kube

import (
	"errors"
	"fmt"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
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

var dnsName = text.Regexp(`^[a-z0-9]([-a-z0-9]{0,200}[a-z0-9])?$`)

// ValidName reports whether an object and a file can have the name.
func ValidName(s string) error {
	if !dnsName().MatchString(s) {
		return errors.New("lowercase letters, digits and -")
	}
	return nil
}
