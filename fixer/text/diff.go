package text

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Unified returns the unified diff between two versions of a file with the
// given number of context lines, in the form `git apply` and `patch` read:
// header lines a/name and b/name, /dev/null for a side that does not exist
// (a nil slice), and "\ No newline at end of file" where it is true. It
// returns "" when the two are equal.
func Unified(name string, before, after []byte, context int) string {
	edits := udiff.Lines(string(before), string(after))
	if len(edits) == 0 && (before == nil) == (after == nil) {
		return ""
	}
	from, to := "a/"+name, "b/"+name
	if before == nil {
		from = "/dev/null"
	}
	if after == nil {
		to = "/dev/null"
	}
	out, err := udiff.ToUnified(quoteName(from), quoteName(to), string(before), edits, context)
	if err != nil { // udiff's own edits are consistent; say it rather than hide it
		return "# no diff of " + VisibleLine(name) + ": " + err.Error() + "\n"
	}
	return out
}

// quoteName writes a path as git does when it has a character that would end
// or change a header line.
func quoteName(name string) string {
	if !strings.ContainsAny(name, "\"\\\n\r\t") {
		if strings.ContainsAny(name, " ") {
			return name + "\t" // git ends a name that holds spaces with a tab
		}
		return name
	}
	r := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	return `"` + r.Replace(name) + `"`
}
