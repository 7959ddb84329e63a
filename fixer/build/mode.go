package build

import "strings"

// Mode returns the mode that chmod, mkdir or install gives, "" when it gives
// none, and whether it does so for all files of a directory.
func (c Command) Mode() (mode string, recursive bool) {
	switch c.Program {
	case "chmod":
		for _, w := range c.Args() {
			if !strings.HasPrefix(w.Value, "-") {
				return w.Value, c.Arguments().Has("-R", "--recursive")
			}
		}
	case "mkdir", "install":
		mode, _ = c.Arguments().Value("-m", "--mode")
	}
	return mode, false
}

// SetsUID reports whether a mode, as chmod takes it, sets the bit by which a
// program runs as its owner.
func SetsUID(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		digits := strings.TrimLeft(mode, "0")
		return len(digits) == 4 && (digits[0]-'0')&4 == 4
	}
	for _, part := range strings.Split(mode, ",") {
		k := strings.IndexAny(part, "+=")
		if k < 0 || strings.Trim(part[:k], "ugoa") != "" || !strings.Contains(part[k:], "s") {
			continue
		}
		if who := part[:k]; who == "" || strings.ContainsAny(who, "ua") {
			return true
		}
	}
	return false
}
