package compose

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// commentBeside reports whether a comment stands at the end of the lines that a
// setting begins and ends on.
func commentBeside(doc *yamldoc.Doc, n *yamldoc.Node) bool { return beside(doc, n, " \t:") != "" }

// beside returns the comment at the end of the lines that a node begins and ends on,
// where nothing but the given characters stands between.
func beside(doc *yamldoc.Doc, n *yamldoc.Node, between string) string {
	src := doc.File.Source
	for _, at := range []int{n.End, n.KeyOrSelf().End} {
		line, _, _ := bytes.Cut(src[min(at, len(src)):], []byte("\n"))
		line = bytes.TrimLeft(line, between)
		if bytes.HasPrefix(line, []byte("#")) {
			return string(line)
		}
	}
	return ""
}

// above returns the comments on the lines directly before the one that a node begins on.
func above(doc *yamldoc.Doc, n *yamldoc.Node) string {
	src := doc.File.Source
	at := bytes.LastIndexByte(src[:min(n.KeyOrSelf().Start, len(src))], '\n')
	var out []string
	for at > 0 {
		from := bytes.LastIndexByte(src[:at], '\n') + 1
		line := strings.TrimSpace(string(src[from:at]))
		if !strings.HasPrefix(line, "#") {
			break
		}
		out = append(out, line)
		at = from - 1
	}
	return strings.Join(out, " ")
}

// Words by which a comment gives the reason for a setting.
var gives = text.Regexp(`(?i)\b(because|needs?|needed|requires?|required|must|otherwise|so that|in order to|workaround|without (this|it)|breaks?|do not (remove|change)|don't (remove|change)|intentional(ly)?|on purpose|see https?://)\b`)

// reasonFor returns where a comment gives the reason for a setting, as evidence: what
// a person has decided is theirs to change. ok is false where none does.
func reasonFor(v compose.View, s compose.Setting, words ...func() *text.Pattern) (e fixer.Evidence, ok bool) {
	doc := docOf(v, s)
	if s.Node == nil || doc == nil {
		return e, false
	}
	comment := above(doc, s.Node) + " " + beside(doc, s.Node, " \t:,]}")
	for _, re := range append(words, gives) {
		if re().MatchString(comment) {
			return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "A comment gives a reason for the setting"}, true
		}
	}
	return e, false
}

// docOf returns the document in which a setting of a service is written, nil for none
// of its files.
func docOf(v compose.View, s compose.Setting) *yamldoc.Doc {
	if s.File == v.File {
		return v.Doc
	}
	for _, part := range append(v.Overrides[:len(v.Overrides):len(v.Overrides)], v.Bases...) {
		if part.File == s.File {
			return part.Doc
		}
	}
	return nil
}
