package project

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// Paths says what the files of a repository are called from the directory a person
// stands in, so that what is printed can be opened as it is.
type Paths struct{ root, here string }

// NewPaths looks where the person stands.
func NewPaths(root string) Paths {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil {
		here = root
	}
	return Paths{root, here}
}

// Name is the path from the person's directory, or the whole one where that is
// shorter. The path given is relative to the root.
func (n Paths) Name(path string) string {
	if n.root == n.here || n.root == "" {
		return path
	}
	full := filepath.Join(n.root, filepath.FromSlash(path))
	rel, err := filepath.Rel(n.here, full)
	if err != nil || len(full) < len(rel) {
		return full
	}
	return rel
}

// Root is what the root is called, "" where the person stands in it.
func (n Paths) Root() string {
	if n.root == n.here {
		return ""
	}
	return n.Name(".")
}

// all names several files.
func (n Paths) all(paths []string) []string {
	out := slices.Clone(paths)
	for i := range out {
		out[i] = n.Name(out[i])
	}
	return out
}

// refused names the files of an error about some of them.
func (n Paths) refused(err error) error {
	var e *fixer.RefusedError
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Refusals = slices.Clone(e.Refusals)
	for i := range named.Refusals {
		named.Refusals[i].Path = n.Name(named.Refusals[i].Path)
	}
	return &named
}

// notes names the files of notes.
func (n Paths) notes(list []fixer.Note) []fixer.Note {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Path != "" {
			out[i].Path = n.Name(out[i].Path)
		}
	}
	return out
}

// Link is the address of a file at a line, for terminals that open one; line 0 is
// the file alone. The host is named, as the file is on no other.
func (n Paths) Link(path string, line int) string {
	full := filepath.ToSlash(filepath.Join(n.root, filepath.FromSlash(path)))
	if !strings.HasPrefix(full, "/") {
		full = "/" + full // a drive
	}
	host, _ := os.Hostname()
	u := url.URL{Scheme: "file", Host: host, Path: full}
	if line > 0 {
		u.Fragment = strconv.Itoa(line)
	}
	return u.String()
}
