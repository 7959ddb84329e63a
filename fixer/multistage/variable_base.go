package multistage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// runtimeName is the image of the second stage as FROM names it. Where an argument of the
// build decides on the base image, its variable stays in a name that begins as that of the
// base; another image is named as it fits the argument's default, and assumed says so,
// without full stop.
func (c *conversion) runtimeName(r stack.Runtime) (name, assumed string, err error) {
	s := c.app.Stage
	if len(s.Args) == 0 || r.Static {
		return r.Image, "", nil
	}
	args := text.VisibleLine(strings.Join(s.Args, " and "))
	if lead, value, ok := variableLead(s.Base, s.Image); ok && r.Same {
		if rest, ok := strings.CutPrefix(r.Image, value); ok && (rest == "" || rest[0] == '-') {
			return lead + rest, fmt.Sprintf("the build sets %s to nothing that has no image %s", args, text.VisibleLine(lead+rest)), nil
		}
	}
	other, parseErr := image.ParseReference(r.Image)
	if parseErr != nil || other.Name() == c.app.Ref.Name() || c.overridden() {
		return "", "", stack.Refuse(stack.VariableBase, s.From, "Name the base image without a variable", "an argument of the build decides on the base image (%s)", text.VisibleLine(s.Base))
	}
	return r.Image, fmt.Sprintf("the build keeps the default of %s, for which %s fits", args, text.VisibleLine(r.Image)), nil
}

// variableLead cuts the name of a base image behind its last variable: as written, and
// with the values that the variables have by default.
func variableLead(written, resolved string) (lead, value string, ok bool) {
	k := strings.LastIndexByte(written, '$')
	if k < 0 {
		return "", "", false
	}
	end := len(written)
	if strings.HasPrefix(written[k:], "${") {
		close := strings.IndexByte(written[k:], '}')
		if close < 0 {
			return "", "", false
		}
		end = k + close + 1
	} else if n := strings.IndexFunc(written[k+1:], func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}); n >= 0 {
		end = k + 1 + n
	}
	value, ok = strings.CutSuffix(resolved, written[end:])
	return written[:end], value, ok
}

// overridden reports whether a Compose file gives the build another value of an argument
// that decides on the base image.
func (c *conversion) overridden() bool {
	s := c.app.Stage
	for _, v := range c.app.Services() {
		args := v.Setting("build").Node.Get("args")
		for _, name := range s.Args {
			if args.Get(name) != nil || slices.ContainsFunc(args.Texts(), func(t string) bool { return t == name || strings.HasPrefix(t, name+"=") }) {
				return true
			}
		}
	}
	return false
}
