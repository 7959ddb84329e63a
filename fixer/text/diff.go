package text

import (
	"fmt"
	"strings"
)

// Unified returns the unified diff between two versions of a file with the
// given number of context lines, in the form `git apply` and `patch` read:
// header lines a/name and b/name, /dev/null for a side that does not exist
// (a nil slice), and "\ No newline at end of file" where it is true. It
// returns "" when the two are equal.
func Unified(name string, before, after []byte, context int) string {
	return unified(name, before, after, context, nil)
}

// UnifiedAs is [Unified] for showing: line returns what stands in place of a line of
// either version, counted from 1, with its ending. What differs is decided by the bytes.
func UnifiedAs(name string, before, after []byte, context int, line func(after bool, n int) string) string {
	return unified(name, before, after, context, line)
}

func unified(name string, before, after []byte, context int, line func(after bool, n int) string) string {
	a, b := SplitLines(before), SplitLines(after)
	hunks := DiffLines(a, b)
	if len(hunks) == 0 && (before == nil) == (after == nil) {
		return ""
	}
	from, to := "a/"+name, "b/"+name
	if before == nil {
		from = "/dev/null"
	}
	if after == nil {
		to = "/dev/null"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", quoteName(from), quoteName(to))
	for i := 0; i < len(hunks); {
		j := i + 1
		for j < len(hunks) && hunks[j].A0-hunks[j-1].A1 <= 2*context {
			j++
		}
		writeGroup(&out, a, b, hunks[i:j], context, line)
		i = j
	}
	return out.String()
}

// writeGroup writes hunks that are near enough to share a header.
func writeGroup(out *strings.Builder, a, b []string, group []Hunk, context int, line func(after bool, n int) string) {
	first, last := group[0], group[len(group)-1]
	lead := min(context, first.A0)
	trail := min(context, len(a)-last.A1)
	fmt.Fprintf(out, "@@ -%s +%s @@\n",
		lineRange(first.A0-lead, last.A1+trail), lineRange(first.B0-lead, last.B1+trail))
	write := func(mark byte, lines []string, from, to int) {
		for i := from; i < to; i++ {
			l := lines[i]
			if line != nil {
				l = line(mark == '+', i+1)
			}
			out.WriteByte(mark)
			out.WriteString(l)
			if !strings.HasSuffix(l, "\n") {
				out.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	at := first.A0 - lead
	for _, h := range group {
		write(' ', a, at, h.A0)
		write('-', a, h.A0, h.A1)
		write('+', b, h.B0, h.B1)
		at = h.A1
	}
	write(' ', a, at, last.A1+trail)
}

// lineRange writes lines [from, to), counted from 0, as a hunk header counts
// them: from 1, an empty range by the line before it, one line without count.
func lineRange(from, to int) string {
	switch n := to - from; n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}

// quoteName writes a path as git does when it has a character that would end or
// change a header line, or that would change what a person sees of it: whoever
// looks at a patch in a terminal shall not be shown another name, or worse.
func quoteName(name string) string {
	if !strings.ContainsAny(name, `"\`) && VisibleLine(name) == name {
		if strings.ContainsAny(name, " ") {
			return name + "\t" // git ends a name that holds spaces with a tab
		}
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
