package discover

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
)

// notText says why bytes cannot be treated as text, or nil.
func notText(data []byte) *fixer.Skip {
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) == 0:
		return &fixer.Skip{Code: fixer.SkipEmpty, Reason: "the file is empty"}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return &fixer.Skip{Code: fixer.SkipEncoding, Reason: "the file is UTF-16: save it as UTF-8"}
	case bytes.IndexByte(data, 0) >= 0:
		return &fixer.Skip{Code: fixer.SkipBinary, Reason: "binary file: it contains NUL bytes"}
	}
	if i := invalidUTF8(data); i >= 0 {
		line := bytes.Count(data[:i], []byte("\n")) + 1
		column := i - bytes.LastIndexByte(data[:i], '\n')
		return &fixer.Skip{Code: fixer.SkipEncoding,
			Reason: fmt.Sprintf("the file is not UTF-8: byte 0x%02x at %d:%d", data[i], line, column)}
	}
	return nil
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
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
