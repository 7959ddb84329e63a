package yamldoc

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func validText(s string) bool { return utf8.ValidString(s) }

// plainSafe reports whether s may be written without quotes and is then read
// as the string s by readers of YAML 1.1 and 1.2 alike.
func plainSafe(s string, flow bool) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || isAmbiguous(s) {
		return false
	}
	switch c := s[0]; {
	case strings.IndexByte(",[]{}#&*!|>'\"%@`?:=", c) >= 0:
		return false
	case c == '-':
		if len(s) == 1 || s[1] == ' ' || strings.HasPrefix(s, "---") {
			return false
		}
	case c == '.':
		if strings.HasPrefix(s, "...") {
			return false
		}
	}
	for i, r := range s {
		switch {
		case r == ':' && (i+1 == len(s) || s[i+1] == ' '),
			r == '#' && s[i-1] == ' ',
			flow && strings.ContainsRune(",[]{}?", r),
			flow && r == ':' && strings.IndexByte(",[]{}?", s[i+1]) >= 0,
			!isLiteralRune(r):
			return false
		}
	}
	return true
}

// OneLine writes a string as a value on one line: plain where every reader takes that
// for the string, else in double quotes.
func OneLine(s string) string {
	if plainSafe(s, false) {
		return s
	}
	return quoted(s, '"', false)
}

// isLiteralRune reports whether a character may be in a scalar as itself.
func isLiteralRune(r rune) bool {
	switch r {
	case '\u0085', '\u2028', '\u2029', '\ufeff', utf8.RuneError:
		return false
	}
	return r >= 0x20 && r != 0x7f && unicode.IsPrint(r)
}

// isAmbiguous reports whether some reader of YAML takes the plain text s for
// something other than a string: a null, a boolean, a number in any base,
// base 60, or a date.
func isAmbiguous(s string) bool {
	switch strings.ToLower(s) {
	case "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=":
		return true
	}
	if len(s) >= 8 && digits(s[:4]) == 4 && s[4] == '-' && digits(s[5:]) > 0 {
		return true // a date; 1.1 readers take it, whatever follows
	}
	t := strings.TrimLeft(s, "+-")
	if len(s)-len(t) > 1 || t == "" {
		return false
	}
	switch strings.ToLower(t) {
	case ".inf", ".nan":
		return true
	}
	if len(t) > 2 && t[0] == '0' {
		base := ""
		switch t[1] {
		case 'x', 'X':
			base = "0123456789abcdefABCDEF_"
		case 'o', 'O':
			base = "01234567_"
		case 'b', 'B':
			base = "01_"
		}
		if base != "" && strings.Trim(t[2:], base) == "" {
			return true
		}
	}
	// What is left: integer, base 60, decimal point, exponent.
	n := digits(t)
	if n == 0 && !(len(t) > 1 && t[0] == '.' && t[1] >= '0' && t[1] <= '9') {
		return false
	}
	t = t[n:]
	for len(t) > 1 && t[0] == ':' {
		d := digits(t[1:])
		if d == 0 {
			return false
		}
		t = t[1+d:]
	}
	if len(t) > 0 && t[0] == '.' {
		t = t[1:]
		t = t[digits(t):]
	}
	if len(t) > 1 && (t[0] == 'e' || t[0] == 'E') {
		u := t[1:]
		if u[0] == '+' || u[0] == '-' {
			u = u[1:]
		}
		if d := digits(u); d > 0 {
			t = u[d:]
		}
	}
	return t == ""
}

// digits counts the digits, and the underscores YAML 1.1 allows among them,
// that s starts with.
func digits(s string) int {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || i > 0 && s[i] == '_') {
		i++
	}
	return i
}

// plainRaw reports whether a [Raw] is one plain word.
func plainRaw(s string) bool {
	if s == "" || strings.ContainsAny(s, ",[]{}#\"'\\") || strings.IndexByte("&*!|>%@`?:=", s[0]) >= 0 || strings.HasSuffix(s, ":") || s == "-" || s == "---" || s == "..." || s == "<<" {
		return false
	}
	for _, r := range s {
		if !isLiteralRune(r) || r == ' ' {
			return false
		}
	}
	return !strings.Contains(s, ": ")
}

// quoted writes s in quotes; ' is used only where it is preferred and can hold
// the text.
func quoted(s string, quote byte, json bool) string {
	if quote == '\'' && !json {
		ok := true
		for _, r := range s {
			ok = ok && isLiteralRune(r)
		}
		if ok {
			return "'" + strings.ReplaceAll(s, "'", "''") + "'"
		}
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == utf8.RuneError || isLiteralRune(r) || json && r > 0xffff:
			b.WriteRune(r)
		case r <= 0xffff:
			b.WriteString(`\u`)
			h := strconv.FormatInt(int64(r), 16)
			b.WriteString("0000"[len(h):] + h)
		default:
			b.WriteString(`\U`)
			h := strconv.FormatInt(int64(r), 16)
			b.WriteString("00000000"[len(h):] + h)
		}
	}
	b.WriteByte('"')
	return b.String()
}
