package secret

import "strings"

// Settings returns the names, in the order of the text, that the lines of a
// configuration file set to a secret: NAME=VALUE and NAME: VALUE, quoted or
// not. Other lines are passed over, comments among them, and values that are an
// expression of a program; one that goes on over several lines is classified by its
// first.
func Settings(text string) []string {
	var out []string
	for line := range strings.Lines(truncate(text)) {
		line = strings.TrimSpace(line)
		at := strings.IndexAny(line, "=:")
		if at < 0 || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(line, ";") {
			continue
		}
		name, value := strings.Trim(line[:at], " \t\"'-"), strings.Trim(line[at+1:], " \t\"',;")
		if !strings.ContainsAny(value, "()[]{}") && Find(name, value).What != "" {
			out = append(out, name)
		}
	}
	return out
}
