package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/oakum-sec/oakum/fixer/text"
)

// maxNames bounds a suggestion: more than three is no help.
const maxNames = 3

// maxComparedLength is the length over which a name is not compared: it is no typing mistake,
// and the comparison takes time in the product of the lengths.
const maxComparedLength = 100

// DidYouMean returns ": did you mean a, b or c?" for a name that does not
// exist, or "" when nothing is near it. A candidate is near when the name is
// part of it, or a typing mistake or two away from it or from what follows its
// last slash.
func DidYouMean(given string, candidates []string) string {
	if given == "" || len(given) > maxComparedLength {
		return ""
	}
	type near struct {
		name     string
		distance int
	}
	var found []near
	lower := strings.ToLower(given)
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		d := distance(lower, strings.ToLower(c))
		if d <= max(2, len(given)/4) {
			found = append(found, near{c, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, n := range found {
		if n.distance > found[0].distance+1 || len(names) == maxNames {
			break
		}
		if !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": did you mean " + text.OneOf(names) + "?"
}

// distance is small when given was likely meant to be candidate.
func distance(given, candidate string) int {
	if candidate == given {
		return 0
	}
	short := candidate[strings.LastIndexByte(candidate, '/')+1:]
	if short == given || (len(given) > 3 && strings.Contains(candidate, given)) {
		return 1
	}
	d := levenshtein.Distance(given, candidate, nil)
	if !strings.Contains(given, "/") {
		d = min(d, levenshtein.Distance(given, short, nil))
	}
	return d
}
