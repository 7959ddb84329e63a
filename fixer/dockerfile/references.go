package dockerfile

// A reference is a variable that a word reads, and what happens when it is not
// set.
type reference struct {
	name     string
	fallback bool // ${X-…}, ${X+…}: the word is known even when X is not set
	replace  bool // ${X/from/to}: the result may be longer than X
}

// references lists the variables that BuildKit would expand in raw, in order.
// It errs on the side of naming too many: text it does not understand is listed
// as a reference without a name.
func references(raw string, escape byte) []reference {
	var out []reference
	var single, double bool
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case single:
			single = c != '\''
		case c == escape:
			i++
		case c == '\'' && !double:
			single = true
		case c == '"':
			double = !double
		case c == '$':
			ref, next := reference{}, i+1
			braces := next < len(raw) && raw[next] == '{'
			if braces {
				next++
			}
			end := next
			for end < len(raw) && nameByte(raw[end]) {
				end++
			}
			ref.name = raw[next:end]
			if ref.name == "" && !braces {
				continue // a lone $, or $ before a special character
			}
			if braces && end < len(raw) {
				op := raw[end]
				if op == ':' && end+1 < len(raw) {
					op = raw[end+1]
				}
				ref.fallback = op == '-' || op == '+'
				ref.replace = op == '/'
			}
			out = append(out, ref)
			i = end - 1
		}
	}
	return out
}

// nameByte accepts letters beyond ASCII as BuildKit does.
func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
