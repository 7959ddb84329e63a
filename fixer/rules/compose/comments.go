package compose

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// commentBeside reports whether a comment stands at the end of the lines that a
// setting begins and ends on.
func commentBeside(doc *yamldoc.Doc, n *yamldoc.Node) bool { return doc.CommentBeside(n, " \t:") != "" }

// reasonFor returns where a comment gives the reason for a setting, as evidence: what
// a person has decided is theirs to change. ok is false where none does.
func reasonFor(v compose.View, s compose.Setting, words ...func() *text.Pattern) (e fixer.Evidence, ok bool) {
	if !fixer.GivesReason(docOf(v, s), s.Node, words...) {
		return e, false
	}
	return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "A comment gives a reason for the setting"}, true
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
