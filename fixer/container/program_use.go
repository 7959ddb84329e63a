package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// inUse is what is known of a program the way a command uses it: some programs that only
// root can use to change something are used by everybody to read it, and the other way
// round.
func inUse(c build.Command) program {
	p := programs[c.Program]
	switch {
	case onlyReads(c):
		return program{}
	case c.Program == "date" && has(c, "-s", "--set"):
		return program{caps: "SYS_TIME", root: true}
	case c.Program == "hostname" && len(c.Plain()) > 0:
		return program{caps: "SYS_ADMIN", root: true}
	}
	return p
}

// has reports whether a command has one of the options, with or without a value.
func has(c build.Command, options ...string) bool {
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return slices.Contains(options, name)
	})
}

// hasLetter reports whether an option of one letter is among those of a command.
func hasLetter(c build.Command, letter string) bool {
	return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
		return strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "--") && strings.Contains(w.Value, letter) || w.Value == "--force" && letter == "f"
	})
}

// readingVerbs are second words with which programs for the network show something.
var readingVerbs = text.WordSet("show list ls lst l s sh get stats help identify pids")

// onlyReads reports whether a command changes nothing, of those programs that change the
// system otherwise.
func onlyReads(c build.Command) bool {
	list := c.Plain()
	switch c.Program {
	case "ip", "tc", "brctl", "bridge":
		if has(c, "-b", "-batch", "--batch", "-force") {
			return false
		}
		return len(list) == 1 && list[0] != "monitor" || len(list) > 1 && readingVerbs[list[1]]
	case "sysctl":
		return len(c.Args()) > 0 && !has(c, "-w", "--write", "-p", "--load", "--system") &&
			!slices.ContainsFunc(list, func(w string) bool { return strings.Contains(w, "=") })
	case "mount", "route":
		return len(list) == 0 && !has(c, "-a", "--all")
	case "ifconfig":
		return len(list) <= 1
	case "swapon":
		return has(c, "-s", "--summary", "--show")
	case "hwclock":
		return len(c.Args()) == 0 || has(c, "-r", "--show", "--get")
	case "ldconfig":
		return has(c, "-p", "--print-cache")
	case "update-alternatives":
		return has(c, "--list", "--display", "--query", "--get-selections")
	case "dpkg":
		return has(c, "-l", "--list", "-s", "--status", "-L", "--listfiles", "-S", "--search", "--print-architecture", "--compare-versions")
	case "rpm":
		return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
			return strings.HasPrefix(w.Value, "-q") || w.Value == "--query" || w.Value == "-E" || w.Value == "--eval"
		})
	}
	return false
}
