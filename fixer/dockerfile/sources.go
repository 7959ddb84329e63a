package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// remoteSource matches what ADD fetches: URLs, and the short form of git over ssh.
var remoteSource = text.Regexp(`^(?i:https?|git|ssh)://|^[\w.-]+@[\w.-]+:`)

// IsRemote reports whether ADD fetches a source instead of taking it from the
// build context, as BuildKit distinguishes them.
func IsRemote(source string) bool { return remoteSource().MatchString(source) }

// ContextSources returns the words of COPY and ADD that name what is taken from
// the build context: not those of other stages and images, heredocs, or of what
// ADD fetches. Triggers of ONBUILD take theirs from another build's context.
func ContextSources(i *Instruction) []Word {
	if i.Keyword != "COPY" && i.Keyword != "ADD" || len(i.Words) < 2 {
		return nil
	}
	if _, from := i.Flag("from"); from {
		return nil
	}
	var out []Word
	for _, w := range i.Words[:len(i.Words)-1] {
		if strings.HasPrefix(w.Raw, "<<") || i.Keyword == "ADD" && IsRemote(w.Value) {
			continue
		}
		out = append(out, w)
	}
	return out
}
