package workflow

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Use is a place that uses an action or a reusable workflow.
type Use struct {
	Node *yamldoc.Node // the scalar that is written
	Doc  int           // the document it is in
	Path yamldoc.Path  // of the scalar
	Role string        // who uses it: `step 2 of job "test"`

	Owner, Name string // of the repository; "" for one that is in this repository
	Sub         string // the directory or the workflow in it; "" for the top
	Ref         string // what stands after the @

	// Comment is what the comment at the end of the line says, without its #; ""
	// where there is none. CommentStart and CommentEnd are its bytes, from # on.
	Comment                  string
	CommentStart, CommentEnd int
}

var usePattern = text.Regexp(`^([\w.-]+)/([\w.-]+)(?:/([^@]+))?@(\S+)$`)

// parseUse reads what stands after uses: nil for what is neither an action of a
// repository nor one at hand.
func parseUse(text string) *Use {
	for _, here := range []string{"./", "$/"} { // where the job is, and where the workflow is
		if rest, ok := strings.CutPrefix(text, here); ok {
			return &Use{Sub: rest}
		}
	}
	m := usePattern().FindStringSubmatch(text)
	if m == nil || strings.Contains(text, "${{") {
		return nil
	}
	return &Use{Owner: m[1], Name: m[2], Sub: m[3], Ref: m[4]}
}

// Local reports whether what is used is in the same repository.
func (u *Use) Local() bool { return u.Owner == "" }

// Repository is the repository of what is used: "actions/checkout".
func (u *Use) Repository() string { return u.Owner + "/" + u.Name }

// Target is what is used, without the version: "github/codeql-action/init".
func (u *Use) Target() string {
	if u.Sub == "" {
		return u.Repository()
	}
	return u.Repository() + "/" + u.Sub
}

// Reusable reports whether it is a reusable workflow rather than an action.
func (u *Use) Reusable() bool {
	return strings.HasPrefix(u.Sub, ".github/workflows/")
}

var commitPattern = text.Regexp(`^[0-9a-fA-F]{40}$`)

// Pinned reports whether the version is a commit.
func (u *Use) Pinned() bool { return commitPattern().MatchString(u.Ref) }

var versionPattern = text.Regexp(`(?:^|[\s=@:])(v?\d+(?:\.\d+)*(?:[-+.][0-9A-Za-z.-]+)?)(?:$|[\s,;)])`)

// Version is the version that the comment names: "v4.2.1"; "" where it names none.
func (u *Use) Version() string {
	m := versionPattern().FindStringSubmatch(u.Comment)
	if m == nil {
		return ""
	}
	return m[1]
}

// comment returns the comment at the end of the line in which a scalar ends.
func (r *reader) comment(n *yamldoc.Node) (text string, start, end int) {
	src := r.yaml.Source
	end = len(src)
	if i := bytes.IndexByte(src[n.End:], '\n'); i >= 0 {
		end = n.End + i
	}
	for i := n.End; i < end; i++ {
		if src[i] == '#' && (src[i-1] == ' ' || src[i-1] == '\t') && !r.yaml.InScalar(i) {
			comment := bytes.TrimRight(src[i:end], " \t\r")
			return strings.TrimSpace(string(bytes.TrimLeft(comment, "#"))), i, i + len(comment)
		}
	}
	return "", 0, 0
}

// byTag are the repositories whose reusable workflows verify by what tag they were
// called, and refuse to run from a commit.
var byTag = map[string]bool{"slsa-framework/slsa-github-generator": true}

// ByTag reports whether what is used cannot be used by a commit.
func (u *Use) ByTag() bool {
	return u.Reusable() && byTag[strings.ToLower(u.Repository())] && strings.HasPrefix(u.Ref, "v")
}
