package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/text"
)

// target is one PATH of the command line after resolving links.
type target struct {
	abs string
	dir bool
}

// FindRoot returns the root that [Load] would choose for the given paths, as an
// absolute path without links. No paths means the current directory.
//
// The root is the top of the git work tree that holds all of them, so that
// names in reports and patches are the ones git uses and a Dockerfile in
// another directory can serve as evidence. Paths in different work trees, or in
// none, have the deepest directory above them all as their root. A home directory
// or file system root kept in git is not taken for a project: scanning one
// directory must not mean reading all of them.
func FindRoot(paths []string) (string, error) {
	targets, err := resolve(paths)
	if err != nil {
		return "", err
	}
	root, _ := chooseRoot(targets)
	return root, nil
}

// resolve makes the paths absolute and free of links, drops duplicates and
// sorts. Missing paths are one error naming them all.
func resolve(paths []string) ([]target, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var missing []string
	seen := map[string]bool{}
	var out []target
	for _, p := range paths {
		if p == "" { // a variable of a script that is not set
			return nil, errors.New("a path is empty: name a file or directory, or . for the current directory")
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("%s: the current directory cannot be found: %s", text.VisibleLine(p), disk.Reason(err))
		}
		real, err := filepath.EvalSymlinks(abs)
		var info fs.FileInfo
		if err == nil {
			info, err = os.Stat(real)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist) || disk.IsNotDir(err):
			missing = append(missing, text.VisibleLine(p))
			continue
		case err != nil:
			return nil, fmt.Errorf("%s: %s", text.VisibleLine(p), disk.Reason(err))
		}
		if !seen[real] {
			seen[real] = true
			out = append(out, target{abs: real, dir: info.IsDir()})
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s: no such file or directory", strings.Join(missing, ", "))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].abs < out[j].abs })
	return out, nil
}

// chooseRoot implements the decision of [FindRoot]; the second result says
// whether the root is a git work tree.
func chooseRoot(targets []target) (string, bool) {
	common := directoryOf(targets[0])
	top := gitTop(common)
	for _, t := range targets[1:] {
		dir := directoryOf(t)
		if gitTop(dir) != top {
			top = ""
		}
		for !disk.Inside(common, dir) {
			common = filepath.Dir(common)
		}
	}
	if top != "" {
		return top, true
	}
	return common, false
}

func directoryOf(t target) string {
	if t.dir {
		return t.abs
	}
	return filepath.Dir(t.abs)
}

// gitTop returns the nearest directory at or above dir that is the top of a git
// work tree and may be a root, or "".
func gitTop(dir string) string {
	top := git.Top(dir)
	if top == "" || top == filepath.Dir(top) {
		return ""
	}
	if home, err := os.UserHomeDir(); err == nil {
		if real, err := filepath.EvalSymlinks(home); err == nil && real == top {
			return ""
		}
	}
	return top
}
