package fixer

import (
	"cmp"
	"fmt"
	"strings"
)

// A Key identifies a finding through edits: the rule, the file and the
// structural place in it. It never holds a line number, so a decision stays
// attached while lines move.
type Key struct {
	Rule string
	File string
	Path string
}

// String is rule, file and path with spaces between, for errors and logs.
func (k Key) String() string { return fmt.Sprintf("%s %s %s", k.Rule, k.File, k.Path) }

// Compare orders keys by file, path and rule.
func (k Key) Compare(o Key) int {
	return cmp.Or(strings.Compare(k.File, o.File), strings.Compare(k.Path, o.Path), strings.Compare(k.Rule, o.Rule))
}

// A Finding is one place where a rule's concern is real.
type Finding struct {
	Rule     string
	Severity Severity
	File     string // path relative to the root

	// Path is the structural place: "stage run", "services.api",
	// "Deployment/web: spec.template.spec.containers[app]". It is unique
	// among the rule's findings in the file.
	Path string

	// Start and End are the bytes the finding is about; Line and EndLine,
	// from 1, are derived from them.
	Start, End    int
	Line, EndLine int

	// Message is one sentence that names which object has which state.
	Message string

	// Evidence is what was known when the level was chosen, strongest first.
	Evidence []Evidence

	// Fixes are alternatives, the most trusted first. None means that no
	// automatic fix is known. Where there is none, or only fixes of level Manual,
	// Advice says what a person can do.
	Fixes  []Fix
	Advice string

	// AsksRegistry says that an answer of a registry would give the finding a fix, and
	// that there is none: nobody asked, or the registry could not be reached.
	AsksRegistry bool
}

// Key returns the identity of the finding.
func (f *Finding) Key() Key { return Key{f.Rule, f.File, f.Path} }

// Level returns the level of the most trusted fix, Manual without one.
func (f *Finding) Level() Level {
	if len(f.Fixes) == 0 {
		return Manual
	}
	return f.Fixes[0].Level
}

// Fix returns the alternative with the given id, or nil.
func (f *Finding) Fix(id string) *Fix {
	for i := range f.Fixes {
		if f.Fixes[i].ID == id {
			return &f.Fixes[i]
		}
	}
	return nil
}

// CompareFindings is the canonical order: the more severe first, then by file,
// place in the file, and rule. Everything that lists or folds uses it.
func CompareFindings(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Start, b.Start),
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Path, b.Path),
	)
}
