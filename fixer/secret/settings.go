package secret

import "strings"

// Settings returns the names, in the order of the text, that the lines of a
// configuration file set to a secret: NAME=VALUE and NAME: VALUE, quoted or
// not. Other lines are passed over; a value that goes on over several lines is
// judged by its first.
func Settings(text string) []string {
	var out []string
	for line := range strings.Lines(clip(text)) {
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			continue
		}
		name := strings.Trim(line[:at], " \t\"'-")
		if Find(name, strings.Trim(line[at+1:], " \t\r\n\"',")).What != "" {
			out = append(out, name)
		}
	}
	return out
}
