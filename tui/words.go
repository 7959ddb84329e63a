package tui

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/theme"
)

// ruleWord is a rule's name without its kind, for places with little room.
func ruleWord(rule string) string {
	if _, word, ok := strings.Cut(rule, "/"); ok {
		return word
	}
	return rule
}

// keyWords names findings by their rules, each once.
func keyWords(keys []fixer.Key) string {
	if len(keys) == 0 {
		return "other fixes"
	}
	var out []string
	seen := map[string]bool{}
	for _, k := range keys {
		if w := ruleWord(k.Rule); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// placeWord shortens the structural place of a finding to the name a person
// would call it by: "services.api" is api, "stage run: USER" is stage run,
// "Deployment/web containers[app]" is web/app, and Deployment/web is itself.
func placeWord(path string) string {
	head, _, _ := strings.Cut(path, ": ")
	if name, ok := strings.CutPrefix(head, "services."); ok {
		name, _, _ = strings.Cut(name, " ")
		name, _, _ = strings.Cut(name, ".")
		return text.VisibleLine(name)
	}
	if name, ok := strings.CutPrefix(head, `services["`); ok {
		name, _, _ = strings.Cut(name, `"]`)
		return text.VisibleLine(name)
	}
	object, _, _ := strings.Cut(head, " ")
	kind, name, ok := strings.Cut(object, "/")
	if !ok || kind == "" || kind[0] < 'A' || kind[0] > 'Z' {
		return text.VisibleLine(head)
	}
	container := bracketed(path, "ontainers[")
	switch {
	case container == "":
		return text.VisibleLine(object)
	case container == name:
		return text.VisibleLine(name)
	}
	return text.VisibleLine(name + "/" + container)
}

// bracketed returns what stands between an opening and the next bracket.
func bracketed(s, open string) string {
	_, rest, ok := strings.Cut(s, open)
	if !ok {
		return ""
	}
	inner, _, ok := strings.Cut(rest, "]")
	if !ok {
		return ""
	}
	return inner
}

var severityWords = map[fixer.Severity]string{
	fixer.Low: "LOW", fixer.Medium: "MED", fixer.High: "HIGH", fixer.Critical: "CRIT",
}

// severityWord is a severity in four cells.
func severityWord(t *theme.Theme, s fixer.Severity) string {
	return t.Severity(int(s)).Paint(fmt.Sprintf("%-4s", severityWords[s]))
}

// fixes writes a number of fixes.
func fixes(n int) string {
	if n == 1 {
		return "1 fix"
	}
	return fmt.Sprintf("%d fixes", n)
}

// edits writes a number of fixes and one of comments, which are none.
func edits(fixed, comments int) string {
	switch {
	case comments == 0:
		return fixes(fixed)
	case fixed == 0:
		return count(comments, "comment")
	}
	return fixes(fixed) + ", " + count(comments, "comment")
}

// Counts are written in two ways everywhere: [leftOf] where there is little room, and
// [tallyWords] with everything that adds up to the number of findings.

// leftOf says how many of some findings are left: "5 of 12 left".
func leftOf(n review.Tally) string { return fmt.Sprintf("%d of %d left", n.Left, n.All) }

// tallyWords says what findings are divided into: "54 findings: 12 accepted, 42 left".
func tallyWords(n review.Tally) string { return tallied(n, n.Words()) }

// writtenWords is tallyWords once the fixes are in the files.
func writtenWords(n review.Tally) string { return tallied(n, n.Written()) }

func tallied(n review.Tally, words string) string {
	out := count(n.All, "finding")
	if n.CameUp > 0 {
		out += fmt.Sprintf(" (%d appeared after fixes)", n.CameUp)
	}
	return out + ": " + words
}

// visible makes text from outside safe to show on one line.
func visible(s string) string { return text.VisibleLine(s) }
