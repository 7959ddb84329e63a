package fixer

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer/topology"
)

// An Inspection is one look at one file, or at the whole snapshot, by the rules
// that look at such a thing. What they work out on the way is shared ([Shared]).
// It is not safe for concurrent use.
type Inspection struct {
	snap     *Snapshot
	reads    *excerpt // that is shown, where it is not the whole snapshot
	file     *File
	facts    *Facts
	topology *topology.Topology
	shared   map[any]shared
	deps     *Deps   // of what is being worked out now
	known    []*Deps // of rules that were run
	overlays func() []*overlay
}

// NewInspection returns an inspection of one file of a snapshot, or of the
// whole snapshot where file is nil.
func NewInspection(snap *Snapshot, file *File, facts *Facts) *Inspection {
	i := &Inspection{snap: snap, file: file, facts: facts, shared: map[any]shared{}, deps: &Deps{}}
	i.topology = snap.Topology()
	if file != nil {
		i.topology = i.topology.Traced(i.noteAsked, i.noteRead)
	}
	i.overlays = sync.OnceValue(i.findOverlays)
	return i
}

// NewInspectionOf returns an inspection of the files of some kinds together.
func NewInspectionOf(snap *Snapshot, kinds []Kind, facts *Facts) *Inspection {
	i := NewInspection(snap, nil, facts)
	i.reads = snap.excerpt(kinds)
	i.topology = i.topology.Traced(i.noteAsked, i.noteRead)
	return i
}

// noteRead notes that what is being worked out depends on a file.
func (i *Inspection) noteRead(path string) {
	if i.file != nil && path != i.file.Path || i.reads != nil {
		i.deps.addFile(path, i.snap.File(path))
	}
}

// noteAsked notes that what is being worked out depends on an answer of the topology.
func (i *Inspection) noteAsked(q topology.Question) {
	i.deps.addLink(i.topology.Answer(q), i.topology.Fingerprint())
}

// Run calls one rule and returns what it reports and what that depends on. A
// rule that panics on hostile input is a defect, but one that costs its own
// findings in this file, not the run: it is returned as an error.
//
// A manifest that kustomizations list is judged as these build it.
func (i *Inspection) Run(rule *Rule) (found []Finding, deps *Deps, err error) {
	found, deps, err = i.run(rule)
	if err == nil && !rule.AsWritten && len(found) > 0 && len(i.overlays()) > 0 {
		found, deps, err = i.judge(rule, found, deps)
	}
	i.respect(rule, found)
	i.heedOthers(rule, found)
	i.leaveGenerated(found)
	return found, i.settle(deps), err
}

// run calls the rule on the file as it stands.
func (i *Inspection) run(rule *Rule) (found []Finding, deps *Deps, err error) {
	*i.deps = Deps{excerpt: i.reads} // what it was before is settled
	defer func() {
		deps = i.deps
		if v := recover(); v != nil {
			found, err = nil, fmt.Errorf("%v", v)
		}
	}()
	p := &Pass{Rule: rule, File: i.file, Facts: i.facts, inspection: i}
	switch {
	case i.reads != nil:
		p.Snapshot = i.reads.snapshot()
	case i.file == nil:
		p.Snapshot = i.snap
	}
	rule.Check(p)
	return p.findings, nil, nil
}

// settle returns what a rule turned out to depend on as one value for all rules that
// depend on the same, which most of those do that look at one file. It must not be
// changed any more.
func (i *Inspection) settle(d *Deps) *Deps {
	for _, known := range i.known {
		if known.same(d) {
			return known
		}
	}
	kept := &Deps{files: d.files.kept(), links: d.links.kept(), linked: d.linked, indexes: d.indexes.kept(), excerpt: d.excerpt}
	i.known = append(i.known, kept)
	return kept
}

// A Pass is one run of one rule. It shows the rule what it may look at, and
// takes the findings.
//
// A rule with a kind sees one file, the topology and the facts. A rule without
// one sees the whole snapshot, or the files that it reads. The split is what lets the engine remember the
// findings of files that did not change.
type Pass struct {
	Rule     *Rule
	File     *File     // nil for a rule without a kind
	Snapshot *Snapshot // nil for a rule with a kind
	Facts    *Facts

	inspection *Inspection
	findings   []Finding
}

// Topology returns which Dockerfile builds the image that runs where. What the rule
// reports depends on the answers from then on.
func (p *Pass) Topology() *topology.Topology { return p.inspection.topology }

// Before returns a file as it was read, before fixes changed it; nil when none
// has.
func (p *Pass) Before(path string) *File {
	if f := p.inspection.snap.File(path); f != nil {
		return f.Was
	}
	return nil
}

// Read returns another file, such as the Dockerfile that the topology names, or
// nil where there is none. What the rule reports depends on it from then on.
func (p *Pass) Read(path string) *File {
	p.inspection.noteRead(path)
	return p.inspection.snap.File(path)
}

// Report adds a finding. Rule, Severity, File and the lines are filled in from
// the pass and the span where the rule left them empty.
func (p *Pass) Report(f Finding) {
	f.Rule = p.Rule.Name
	if f.Severity == 0 {
		f.Severity = p.Rule.Severity
	}
	if f.File == "" && p.File != nil {
		f.File = p.File.Path
	}
	p.inspection.noteRead(f.File)
	if file := p.inspection.snap.File(f.File); file != nil && f.Line == 0 {
		lines := file.Lines()
		f.Line = lines.At(f.Start)
		f.EndLine = lines.At(max(f.Start, f.End-1))
	}
	f.Fixes = slices.Clone(f.Fixes)
	for i := range f.Fixes {
		f.Fixes[i].file = f.File
	}
	slices.SortStableFunc(f.Fixes, func(a, b Fix) int { return cmp.Compare(a.Level, b.Level) })
	p.findings = append(p.findings, f)
}
