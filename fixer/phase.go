package fixer

import (
	"cmp"
	"slices"
	"strings"
)

// A Phase says when the fixes of a rule are made, and so in which order new
// settings are written: fixes of an earlier phase come first. Within a phase
// the names of the rules decide, and [Rule.After] where one rule continues
// what another has written.
type Phase int

const (
	_ Phase = iota

	// Structure: which stages a Dockerfile has, before anything is said about them.
	Structure

	// Identity: what is run, as whom, and what separates it from its host.
	Identity

	// Permissions: what it may do, read and write.
	Permissions

	// Resources: what it takes to build it, to apply it and to run it, and how it
	// is watched.
	Resources

	// Standards: rules that describe what the other fixes lead to. Theirs are
	// made when no other fix is left to make.
	Standards
)

// String is the lower-case name, as in output; "none" for the zero value.
func (p Phase) String() string {
	switch p {
	case Structure:
		return "structure"
	case Identity:
		return "identity"
	case Permissions:
		return "permissions"
	case Resources:
		return "resources"
	case Standards:
		return "standards"
	}
	return "none"
}

// FixOrder returns the rules in the order in which the fixes of one pass are
// made. It does not depend on the order of the argument.
func FixOrder(rules []*Rule) []*Rule {
	left := slices.Clone(rules)
	slices.SortStableFunc(left, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(a.Phase, b.Phase), strings.Compare(a.Name, b.Name))
	})
	waits := func(r *Rule) bool {
		return len(r.After) > 0 && slices.ContainsFunc(left, func(before *Rule) bool { return slices.Contains(r.After, before.Name) })
	}
	var out []*Rule
	for len(left) > 0 {
		// Rules that wait for each other are a defect that a test of the
		// table finds; here the first of them goes.
		i := max(0, slices.IndexFunc(left, func(r *Rule) bool { return !waits(r) }))
		out = append(out, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return out
}
