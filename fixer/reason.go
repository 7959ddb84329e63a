package fixer

import (
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Words by which a comment gives the reason for a setting.
var givesReason = text.Regexp(`(?i)\b(because|needs?|needed|requires?|required|must|otherwise|so that|in order to|workaround|without (this|it)|breaks?|do not (remove|change)|don't (remove|change)|intentional(ly)?|on purpose|see https?://)\b`)

// Words by which a comment says that the reason is gone, or asks to look again.
var reasonGone = text.Regexp(`(?i)\b(todo|fixme|was needed|were needed|no longer|not needed|isn't needed|obsolete)\b`)

// GivesReason reports whether a comment at a setting gives the reason for it: what a person
// has decided is theirs to change. words are what else gives one, besides the usual.
func GivesReason(doc *yamldoc.Doc, n *yamldoc.Node, words ...func() *text.Pattern) bool {
	if n == nil || doc == nil {
		return false
	}
	comment := doc.CommentAbove(n) + " " + doc.CommentBeside(n, " \t:,]}")
	if reasonGone().MatchString(comment) {
		return false
	}
	for _, re := range append(words, givesReason) {
		if re().MatchString(comment) {
			return true
		}
	}
	return false
}
