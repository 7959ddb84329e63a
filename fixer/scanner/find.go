package scanner

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Scanner is an installed program that knows the vulnerabilities of images.
type Scanner struct {
	Name string // "trivy", "grype"

	path string
}

// ErrNone is that no scanner is installed.
var ErrNone = errors.New("neither trivy nor grype is on the PATH")

// names are the scanners, the preferred one first.
var names = []string{"trivy", "grype"}

// Find looks for a scanner on the PATH. One that lies below root, the repository that is
// scanned, is refused: a repository must not decide what is executed.
func Find(root string) (Scanner, error) {
	refused := ErrNone
	for _, name := range names {
		found, err := exec.LookPath(name)
		if err != nil {
			continue // not there, or in a directory that the PATH names relatively
		}
		real, err := filepath.EvalSymlinks(found)
		if err != nil {
			continue
		}
		if below(root, found) || below(root, real) {
			refused = fmt.Errorf("%s lies in the repository, so it is not run", text.VisibleLine(found))
			continue
		}
		return Scanner{Name: name, path: found}, nil
	}
	return Scanner{}, refused
}

// below reports whether a path lies in a directory, whatever links lead to either.
func below(dir, path string) bool {
	for _, d := range []string{dir, resolved(dir)} {
		if rel, err := filepath.Rel(d, path); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
