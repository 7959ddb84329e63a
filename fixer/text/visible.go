package text

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Visible returns s with everything a terminal would obey instead of show made
// readable: C0 and C1 control characters as ^X, invalid UTF-8 as \xNN, and
// characters that reorder or hide text (bidirectional controls, zero-width
// characters, tags, line separators) as U+NNNN. Tabs and newlines are kept:
// the caller decides what they mean. Text that is already safe is returned
// unchanged.
func Visible(s string) string {
	if !needsVisible(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20:
			b.WriteByte('^')
			b.WriteByte(byte(r) + '@')
		case r == 0x7f:
			b.WriteString("^?")
		case isHidden(r):
			fmt.Fprintf(&b, "U+%04X", r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// VisibleLine is [Visible] for text that must stay on one line: newlines and
// tabs become ^J and ^I as well.
func VisibleLine(s string) string {
	s = Visible(s)
	if !strings.ContainsAny(s, "\n\t") {
		return s
	}
	return strings.NewReplacer("\n", "^J", "\t", "^I").Replace(s)
}

func needsVisible(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f {
			return true
		}
	}
	return false
}

// isHidden lists the characters that change what a reader sees without being
// seen: C1 controls, soft hyphen, bidirectional and zero-width characters,
// line and paragraph separators, variation of joining, and tag characters.
// A zero-width joiner or a variation selector has a use in emoji and scripts,
// but here it would let two names that look alike differ.
func isHidden(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f,
		r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e,
		r >= 0x200b && r <= 0x200f,
		r >= 0x2028 && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f,
		r == 0xfeff,
		r >= 0xfff9 && r <= 0xfffb,
		r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
