package secret

import "strings"

// Settings returns the names, in the order of the text, that the lines of a
// configuration file set to a secret: NAME=VALUE and NAME: VALUE, quoted or
// not. Other lines are passed over, comments among them, and values that are an
// expression of a program; one that goes on over several lines is classified by its
// first. So are words before a value that declare no name: fastcgi_pass 127.0.0.1:9000.
// What stands in quotes beside a name inside a line is read, too. Of files in which a name and its value stand side by side a few names are known.
func Settings(text string) []string {
	var out []string
	for line := range strings.Lines(truncate(text)) {
		line = strings.TrimSpace(line)
		at := strings.IndexAny(line, "=:")
		if name, value, ok := strings.Cut(line, " "); ok && besideValue[strings.ToLower(name)] {
			if value = strings.Trim(value, " \t\"'"); Find("PASSWORD", value).What != "" {
				out = append(out, name)
			}
			continue
		}
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "--") {
			continue
		}
		if at < 0 {
			out = append(out, besideQuotes(line)...)
			continue
		}
		name, value := strings.Trim(line[:at], " \t\"'-"), strings.Trim(line[at+1:], " \t\"',;")
		known := name
		if words := strings.Fields(line[:at]); len(words) > 1 && words[0] != "-" && !declaring[words[0]] {
			known = "" // several words are no name, but a value may be a secret by its form
		}
		if !strings.ContainsAny(value, "()[]{}") && Find(known, value).What != "" {
			out = append(out, name)
		} else if strings.ContainsAny(line, "\"'") {
			out = append(out, besideQuotes(line)...)
		}
	}
	return out
}

var (
	declaring   = wordSet("export set setenv declare local readonly env val var let const def static final public private String string")
	besideValue = wordSet("requirepass masterauth") // of Redis
)
