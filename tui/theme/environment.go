package theme

import "strings"

// Environment is what the environment variables set of the interface's looks.
type Environment struct {
	NoColor    bool // no colours
	ASCII      bool // no signs beyond ASCII
	Accessible bool // lines of words instead of screens
}

// FromEnv reads the environment through get, which returns "" for what is not
// set. NO_COLOR counts with any value but the empty one, as its convention
// says; a terminal that cannot move its cursor gets line mode. Signs beyond
// ASCII need a UTF-8 locale, and one in which they are a single cell wide.
func FromEnv(get func(string) string) Environment {
	locale := get("LC_ALL")
	if locale == "" {
		locale = get("LC_CTYPE")
	}
	if locale == "" {
		locale = get("LANG")
	}
	locale = strings.ToLower(locale)
	utf8 := strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")

	var accessible bool
	switch strings.ToLower(get("ACCESSIBLE")) {
	case "", "0", "false", "no", "off":
	default:
		accessible = true
	}
	return Environment{
		NoColor:    get("NO_COLOR") != "",
		ASCII:      !utf8 || get("RUNEWIDTH_EASTASIAN") == "1",
		Accessible: accessible || get("TERM") == "dumb",
	}
}
