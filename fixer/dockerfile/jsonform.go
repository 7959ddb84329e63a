package dockerfile

import "encoding/json"

// jsonStrings returns the ranges of the strings of a JSON array of strings that
// is known to be valid, quotes included.
func jsonStrings(line string, at, end int) []part {
	var out []part
	for ; at < end; at++ {
		if line[at] != '"' {
			continue
		}
		from := at
		for at++; at < end && line[at] != '"'; at++ {
			if line[at] == '\\' {
				at++
			}
		}
		out = append(out, part{from, min(at+1, end)})
	}
	return out
}

// jsonWord makes the Word of one string of the exec form.
func (w *words) jsonWord(p part) Word {
	out := w.plain(p.from, p.to)
	var v string
	if err := json.Unmarshal([]byte(out.Raw), &v); err == nil {
		out.Value = v
	}
	return out
}

// Quote returns value as a JSON string, the way people write it: without
// escaping <, > and &.
func Quote(value string) string {
	raw, err := json.Marshal(value)
	if err != nil { // a string always marshals
		return `""`
	}
	return string(unescapeHTML(raw))
}

// unescapeHTML undoes the escapes that encoding/json adds for HTML. A backslash
// before a "u" that is itself escaped is skipped together with its partner.
func unescapeHTML(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			out = append(out, raw[i])
			continue
		}
		if i+6 <= len(raw) && raw[i+1] == 'u' {
			switch string(raw[i+2 : i+6]) {
			case "003c":
				out, i = append(out, '<'), i+5
				continue
			case "003e":
				out, i = append(out, '>'), i+5
				continue
			case "0026":
				out, i = append(out, '&'), i+5
				continue
			}
		}
		out = append(out, raw[i], raw[i+1])
		i++
	}
	return out
}
