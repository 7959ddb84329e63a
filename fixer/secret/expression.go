package secret

import (
	"regexp"
	"sync"
)

// expression returns a function that compiles an expression when it is first asked for.
func expression(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
