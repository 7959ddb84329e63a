package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/oakum-sec/oakum/fixer"
)

// HeadBytes is how much is read of a file over the size cap.
const HeadBytes = 64 << 10

// Read reads a regular file of at most limit bytes. Over the limit it returns
// the first [HeadBytes] together with a [fixer.SkipTooLarge]. The path must be free of
// links that matter to the caller; an [os.Root] never leaves itself anyway.
func Read(root *os.Root, path string, limit int64) ([]byte, *fixer.Skip) {
	info, err := root.Stat(path)
	if err != nil {
		return nil, SkipFor(err)
	}
	if !info.Mode().IsRegular() {
		return nil, Irregular(info.Mode())
	}
	f, err := root.OpenFile(path, os.O_RDONLY|OpenFlags, 0)
	if err != nil {
		return nil, SkipFor(err)
	}
	defer f.Close()
	// Looked at again: something else may have taken the name since.
	if info, err = f.Stat(); err != nil {
		return nil, SkipFor(err)
	}
	if !info.Mode().IsRegular() {
		return nil, Irregular(info.Mode())
	}
	tooLarge := &fixer.Skip{Code: fixer.SkipTooLarge, Reason: "larger than the limit of " + size(limit)}
	if info.Size() > limit {
		head, err := io.ReadAll(io.LimitReader(f, min(HeadBytes, limit)))
		if err != nil {
			return nil, SkipFor(err)
		}
		return head, tooLarge
	}
	// The size is not believed: the file may grow while it is read.
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, SkipFor(err)
	}
	if int64(buf.Len()) > limit {
		return buf.Bytes()[:min(HeadBytes, limit)], tooLarge
	}
	return bytes.Clone(buf.Bytes()), nil // it is kept as long as the repository, without the room to spare
}

func size(n int64) string {
	if n >= 1_000_000 {
		return fmt.Sprintf("%g MB", float64(n/100_000)/10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// Irregular is the skip of something that is no regular file.
func Irregular(mode fs.FileMode) *fixer.Skip {
	return &fixer.Skip{Code: fixer.SkipIrregular, Reason: "this is " + Describe(mode) + ", not a file"}
}

// Describe names the kind of file of a mode, with its article: "a file", "a FIFO".
func Describe(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a device"
}

// SkipFor describes an error of the system for the file it happened to.
func SkipFor(err error) *fixer.Skip {
	if isLoop(err) {
		return &fixer.Skip{Code: fixer.SkipSymlink, Reason: "symbolic link loop"}
	}
	return &fixer.Skip{Code: fixer.SkipUnreadable, Reason: Reason(err)}
}

// Reason is an error's meaning without the name of the call and file,
// which the caller gives.
func Reason(err error) string {
	if m := systemMessage(err); m != "" {
		return m
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		return "the file no longer exists"
	case isLoop(err):
		return "symbolic link loop"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return err.Error()
}
