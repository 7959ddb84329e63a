package fixer

import (
	"slices"
	"sync/atomic"
)

// A Rule is one thing checked. It is one complete value: its documentation is
// data, its Check a pure function of what the [Pass] shows it.
type Rule struct {
	// Name is the rule's only identity: the kind of file, a slash, and what is
	// wrong or wanted, as in "dockerfile/runs-as-root".
	Name string

	// Title is a short phrase for lists, as in "runs as root".
	Title string

	// Severity is what its findings have unless they say otherwise.
	Severity Severity

	// Kind selects the files Check is called for, one call per file. A rule
	// without a kind looks at files together ([Rule.Reads]) and is called once per
	// snapshot: an [Index] or the topology often makes that needless.
	Kind Kind

	// Reads are the kinds of files that a rule without a kind needs, besides what the
	// topology shows it: it sees no others, and kustomizations always. What it finds is
	// kept while these files are the same. Without any it sees all files, and is called
	// whatever changed.
	Reads []Kind

	// AsWritten says that the rule is about what stands in the file, whatever is
	// made of it: a secret, a key that is there twice. Other rules for manifests are
	// asked about each form in which kustomizations build the file.
	AsWritten bool

	// Consequence says that its findings follow from what fixes of other rules make,
	// and ask for more: a pin, for somebody who keeps it fresh. No fix is held back
	// because one comes up.
	Consequence bool

	// Phase says when its fixes are made.
	Phase Phase

	// After names rules of the same phase whose fixes are made before those of
	// this rule, where the names alone would say otherwise.
	After []string

	// References are the same concern elsewhere, one id each.
	References []Reference

	// Params are the values that fixes of the rule may take. Each fix
	// carries those it uses, with a default of its own.
	Params []Param

	// Doc is the rule's page in Markdown, from the file beside the rule.
	// [ParsePage] says what it must have.
	Doc string

	// Check reports findings through pass.Report. It must not keep pass, and
	// must report the same findings in the same order for the same input.
	Check func(pass *Pass)

	page atomic.Pointer[Page]
}

// Page returns the documentation, read once.
func (r *Rule) Page() *Page {
	if p := r.page.Load(); p != nil {
		return p
	}
	p, _ := ParsePage(r.Doc) // a test of the table finds errors
	r.page.Store(p)
	return p
}

// HasReference reports whether one of the rule's references is what a person
// means by id: "DL3002", "ksv012", "CIS Docker 4.1".
func (r *Rule) HasReference(id string) bool {
	return slices.ContainsFunc(r.References, func(ref Reference) bool { return ref.Matches(id) })
}
