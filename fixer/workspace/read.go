package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"oakum/fixer"
)

// sniffHead is how much of a file over the size cap is looked at.
const sniffHead = 64 << 10

// readRegular reads a file of at most limit bytes. Over the limit it gives
// the first bytes together with a SkipTooLarge. The path must be free of
// links that matter to the caller; an [os.Root] never leaves itself anyway.
func readRegular(root *os.Root, path string, limit int64) ([]byte, *fixer.Skip) {
	info, err := root.Stat(path)
	if err != nil {
		return nil, skipFor(err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(info.Mode())
	}
	f, err := root.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, skipFor(err)
	}
	defer f.Close()
	// Looked at again: something else may have taken the name since.
	if info, err = f.Stat(); err != nil {
		return nil, skipFor(err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(info.Mode())
	}
	tooLarge := &fixer.Skip{Code: fixer.SkipTooLarge, Reason: "larger than the limit of " + size(limit)}
	if info.Size() > limit {
		head, err := io.ReadAll(io.LimitReader(f, min(sniffHead, limit)))
		if err != nil {
			return nil, skipFor(err)
		}
		return head, tooLarge
	}
	// The size is not believed: the file may grow while it is read.
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, skipFor(err)
	}
	if int64(buf.Len()) > limit {
		return buf.Bytes()[:min(sniffHead, limit)], tooLarge
	}
	return buf.Bytes(), nil
}

func size(n int64) string {
	if n >= 1_000_000 {
		return fmt.Sprintf("%g MB", float64(n/100_000)/10)
	}
	return fmt.Sprintf("%d bytes", n)
}

func irregular(mode fs.FileMode) *fixer.Skip {
	return &fixer.Skip{Code: fixer.SkipIrregular, Reason: "this is " + what(mode) + ", not a file"}
}

func what(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	}
	return "a device"
}

// skipFor words an error of the system for the file it happened to.
func skipFor(err error) *fixer.Skip {
	if isLoop(err) {
		return &fixer.Skip{Code: fixer.SkipSymlink, Reason: "the link leads in a circle"}
	}
	return &fixer.Skip{Code: fixer.SkipUnreadable, Reason: systemReason(err)}
}

// systemReason is an error's meaning without the name of the call and file,
// which the caller gives.
func systemReason(err error) string {
	if m := systemMessage(err); m != "" {
		return m
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "no permission"
	case errors.Is(err, fs.ErrNotExist):
		return "it is gone"
	case isLoop(err):
		return "the link leads in a circle"
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

// notText says why bytes cannot be treated as text, or nil.
func notText(data []byte) *fixer.Skip {
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) == 0:
		return &fixer.Skip{Code: fixer.SkipEmpty, Reason: "there is nothing in it"}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return &fixer.Skip{Code: fixer.SkipEncoding, Reason: "it is UTF-16; save it as UTF-8"}
	case bytes.IndexByte(data, 0) >= 0:
		return &fixer.Skip{Code: fixer.SkipBinary, Reason: "it is binary: it holds NUL bytes"}
	}
	if i := invalidUTF8(data); i >= 0 {
		line := bytes.Count(data[:i], []byte("\n")) + 1
		column := i - bytes.LastIndexByte(data[:i], '\n')
		return &fixer.Skip{Code: fixer.SkipEncoding,
			Reason: fmt.Sprintf("it is not UTF-8: byte 0x%02x at %d:%d", data[i], line, column)}
	}
	return nil
}

// invalidUTF8 gives the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
