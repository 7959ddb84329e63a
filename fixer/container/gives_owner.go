package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// ownerCaps are what root needs to give files to another user.
const ownerCaps = "CHOWN DAC_OVERRIDE FOWNER"

// givesOwner reports whether a command that writes files also gives them to a user: install
// -o, and copies that keep the owners of what they copy, which root fails without. named
// says that the command names the user, so that only root can do it.
func givesOwner(c build.Command) (gives, named bool) {
	letters := func(these string) bool {
		for _, w := range c.Args() {
			flags, short := strings.CutPrefix(w.Value, "-")
			if short && !strings.HasPrefix(flags, "-") && strings.ContainsAny(flags, these) && strings.Trim(flags, allLetters) == "" {
				return true
			}
		}
		return false
	}
	long := func(names ...string) bool {
		return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool {
			name, _, _ := strings.Cut(w.Value, "=")
			return slices.Contains(names, name)
		})
	}
	switch c.Program {
	case "install":
		named = letters("og") || long("--owner", "--group")
		return named, named
	case "cp":
		return letters("ap") || long("--archive", "--preserve"), false
	case "tar", "bsdtar": // root gives what it unpacks to whom the archive says
		first := ""
		if args := c.Args(); len(args) > 0 {
			first = args[0].Value
		}
		unpacks := letters("x") || long("--extract", "--get") || !strings.HasPrefix(first, "-") && strings.Contains(first, "x")
		return unpacks && !letters("o") && !long("--no-same-owner"), false
	case "rsync":
		named = long("--chown")
		return named || letters("ao") || long("--archive", "--owner"), named
	}
	return false, false
}

const allLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// installOptions are the options of install whose value is the argument behind them.
var installOptions = text.WordSet("-g -m -o -S -t --group --mode --owner --suffix --target-directory")

// installed are the paths that install writes to: all that it names where it makes
// directories, else the last one.
func installed(c build.Command) []string {
	var plain []string
	directories := false
	args := c.Args()
	for k := 0; k < len(args); k++ {
		switch w := args[k].Value; {
		case installOptions[w]:
			k++
			if k < len(args) && (w == "-t" || w == "--target-directory") {
				return []string{args[k].Value}
			}
		case strings.HasPrefix(w, "-"):
			directories = directories || w == "--directory" || !strings.HasPrefix(w, "--") && strings.Contains(w, "d")
			if !strings.HasPrefix(w, "--") && installOptions["-"+w[len(w)-1:]] {
				k++ // -dm 755
			}
		default:
			plain = append(plain, w)
		}
	}
	if !directories {
		plain = plain[max(0, len(plain)-1):]
	}
	return plain
}
