package buildkit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// withoutSkips returns the file with everything that configures the checks made
// ineffective, byte for byte as long and with the same lines, and whether there
// was anything of the kind.
//
// The directive keeps its place, because one that is gone would end the block
// of directives and lose an "# escape=" below it: its value becomes "skip=",
// which skips nothing. In comments above an instruction the word "check" is
// overwritten.
func withoutSkips(f *dockerfile.File) ([]byte, bool) {
	out, found := f.Source, false
	change := func() {
		if !found {
			out, found = bytes.Clone(f.Source), true
		}
	}
	if d, ok := f.Directive("check"); ok {
		change()
		line := out[d.Start:d.End]
		neutralise(line[bytes.IndexByte(line, '=')+1:])
	}
	for _, c := range f.Comments {
		if c.Inside == nil && checkComment().MatchString(c.Text) {
			change()
			line := out[c.Start:c.End]
			at := bytes.IndexAny(line, "cC")
			copy(line[at:at+len("check")], "-----")
		}
	}
	return out, found
}

var checkComment = text.Regexp(`(?i)^check\s*=`)

// neutralise overwrites the value of a directive. One that has no room for
// "skip=" is no valid option and stays, to fail as it does in a build.
func neutralise(value []byte) {
	const nothing = "skip="
	from := len(value) - len(bytes.TrimLeft(value, " \t"))
	if len(value)-from < len(nothing) {
		return
	}
	for k := from; k < len(value); k++ {
		value[k] = ' '
	}
	copy(value[from:], nothing)
}

// Skips reports whether the file asks for a check to be skipped, in its
// directive or in a comment above any instruction.
func Skips(f *dockerfile.File, check string) bool {
	asks := func(options string) bool {
		for o := range strings.SplitSeq(options, ";") {
			list, ok := strings.CutPrefix(strings.TrimSpace(o), "skip=")
			for name := range strings.SplitSeq(list, ",") {
				if name = strings.TrimSpace(name); ok && (strings.EqualFold(name, check) || strings.EqualFold(name, "all")) {
					return true
				}
			}
		}
		return false
	}
	if d, ok := f.Directive("check"); ok && asks(d.Value) {
		return true
	}
	return slices.ContainsFunc(f.Comments, func(c dockerfile.Comment) bool {
		prefix := checkComment().FindString(c.Text)
		return prefix != "" && c.Inside == nil && asks(c.Text[len(prefix):])
	})
}
