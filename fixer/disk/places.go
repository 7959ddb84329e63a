package disk

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// IsStore reports whether a name is that of a version control system's own
// directory, which is never entered: what lies there is not the work tree.
func IsStore(name string) bool {
	return name == ".git" || name == ".hg" || name == ".svn" || name == ".jj"
}

// Inside reports whether path is dir or below it. Both are absolute and clean.
func Inside(dir, path string) bool {
	if dir == path || dir == string(filepath.Separator) {
		return true
	}
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// ReadBounded reads a regular file outside the root of at most limit bytes, and
// returns the time of its last change.
func ReadBounded(name string, limit int64) ([]byte, time.Time, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|OpenFlags, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, time.Time{}, fmt.Errorf("%s: not a file that can be read", filepath.Base(name))
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	return data, info.ModTime(), err
}
