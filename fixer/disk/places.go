package disk

import (
	"bytes"
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
	switch {
	case !info.Mode().IsRegular():
		return nil, time.Time{}, fmt.Errorf("%s: this is %s, not a file", filepath.Base(name), Describe(info.Mode()))
	case info.Size() > limit:
		return nil, time.Time{}, fmt.Errorf("%s: larger than the limit of %s", filepath.Base(name), size(limit))
	}
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	_, err = buf.ReadFrom(io.LimitReader(f, limit))
	return buf.Bytes(), info.ModTime(), err
}
