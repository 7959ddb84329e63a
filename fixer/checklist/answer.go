package checklist

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// State says what is known of an item.
type State string

// The states.
const (
	Holds  State = "holds"
	Fails  State = "fails"
	Unseen State = "unseen" // no file can tell, or none does
	Absent State = "absent" // the repository has no file that it is about
)

// An Answer is an item with what is known of it.
type Answer struct {
	Item
	State    State
	Findings []*fixer.Finding // that say it does not hold, in their order
	Place    string           // the file that shows that it holds; "" where the absence of findings does
}

// Answers returns the checklist, answered from the findings of a scan and the files that it
// looked at.
func Answers(findings []*fixer.Finding, files []*fixer.File) []Answer {
	out := make([]Answer, len(items))
	named := map[string]int{}
	for k, item := range items {
		out[k] = Answer{Item: item, State: Absent}
		for _, r := range item.Rules {
			named[r] = k
		}
	}
	for _, f := range findings {
		_, name, _ := strings.Cut(f.Rule, "/")
		k, ok := named[name]
		if !ok {
			k = len(items) - 1
		}
		out[k].Findings = append(out[k].Findings, f)
	}
	for k := range out {
		out[k].settle(files)
	}
	return out
}

// settle decides on the state.
func (a *Answer) settle(files []*fixer.File) {
	about := func(f *fixer.File) bool { return f.Skip == nil && slices.Contains(a.Kinds, f.Kind) }
	switch {
	case len(a.Findings) > 0:
		a.State = Fails
	case !slices.ContainsFunc(files, about):
	case len(a.Rules) > 0 || a.Text == other:
		a.State = Holds
	default:
		a.State = Unseen
		for _, f := range files {
			if about(f) && a.shownBy(f) {
				a.State, a.Place = Holds, f.Path
				return
			}
		}
	}
}

// shownBy reports whether a file shows that the item holds.
func (a *Answer) shownBy(f *fixer.File) bool {
	if slices.ContainsFunc(f.Objects, func(o *kube.Object) bool { return slices.Contains(a.Objects, o.Kind) }) {
		return true
	}
	return f.Kind == fixer.Workflow && slices.ContainsFunc(a.Words, func(w string) bool { return saidIn(f.Data, w) })
}

// saidIn reports whether a file says a word in more than a comment.
func saidIn(data []byte, word string) bool {
	for line := range strings.Lines(string(data)) {
		if code, _, _ := strings.Cut(line, " #"); !strings.HasPrefix(strings.TrimSpace(code), "#") && strings.Contains(code, word) {
			return true
		}
	}
	return false
}
