package checklist

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
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

	// Unchecked are kinds of files that are there, and in which no rule looks for what the
	// item is about.
	Unchecked []fixer.Kind
}

// Answers returns the checklist, answered from the findings of a scan, the files that it
// looked at, and the rules that were run. Allowed says that a person has named the registries
// that images may come from.
func Answers(findings []*fixer.Finding, files []*fixer.File, rules []*fixer.Rule, allowed bool) []Answer {
	out := make([]Answer, len(items))
	named := map[string]int{}
	for k, item := range items {
		out[k] = Answer{Item: item}
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
		out[k].settle(files, rules, allowed)
	}
	return out
}

// checks returns the kinds of files in which one of the rules looks for what the item is
// about. Rules that look at files together say of none that it was looked into.
func (i Item) checks(rules []*fixer.Rule) map[fixer.Kind]bool {
	out := map[fixer.Kind]bool{}
	for _, r := range rules {
		if _, name, _ := strings.Cut(r.Name, "/"); !slices.Contains(i.Rules, name) && i.Text != other {
			continue
		}
		switch r.Kind {
		case fixer.Manifests:
			out[fixer.Compose], out[fixer.Kubernetes] = true, true
		default:
			out[r.Kind] = true
		}
	}
	return out
}

// settle decides on the state.
func (a *Answer) settle(files []*fixer.File, rules []*fixer.Rule, allowed bool) {
	checked, looked := a.checks(rules), false
	there := map[fixer.Kind]bool{}
	for _, f := range files {
		if f.Skip != nil || !slices.Contains(a.Kinds, f.Kind) {
			continue
		}
		if looked = looked || checked[f.Kind]; !checked[f.Kind] && !there[f.Kind] {
			a.Unchecked = append(a.Unchecked, f.Kind)
		}
		there[f.Kind] = true
		if a.Place == "" && a.Shows != nil && a.Shows(f) {
			a.Place = f.Path
		}
	}
	switch {
	case len(a.Findings) > 0:
		a.State = Fails
	case len(there) == 0:
		a.State = Absent
	case a.Policy && !allowed:
		a.State = Unseen
	case a.Place != "", looked && !a.Shown:
		a.State = Holds
	default:
		a.State = Unseen
	}
	if a.State != Holds || a.Place != "" || a.Text == other {
		a.Unchecked = nil // it is not said to hold, or shown
	}
	slices.Sort(a.Unchecked)
}
