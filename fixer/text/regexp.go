package text

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles an expression when it is first asked
// for, and returns the same one from then on. Most runs of a program use few of
// its expressions, and compiling all of them would be most of its start. It
// panics, when asked, on one that does not parse.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
