package fixer

import (
	"cmp"
	"slices"

	"oakum/fixer/topology"
)

// An Inspection is one look at one file, or at the whole snapshot, by all rules that
// look at such a thing. What they work out on the way is shared ([Shared]).
type Inspection struct {
	snap   *Snapshot
	file   *File
	facts  *Facts
	topo   *topology.Topology
	shared memo
}

// NewInspection returns an inspection of one file of a snapshot, or of the whole snapshot
// where file is nil. Where read is not nil it is told the path of every other
// file that an answer of the topology depends on.
func NewInspection(snap *Snapshot, file *File, facts *Facts, read func(path string)) *Inspection {
	c := &Inspection{snap: snap, file: file, facts: facts, topo: snap.Topology()}
	if read != nil {
		c.topo = c.topo.Traced(read)
	}
	return c
}

// Run calls one rule and returns what it reports. A panic of the rule is the
// caller's to handle.
func (c *Inspection) Run(rule *Rule) []Finding {
	p := &Pass{Rule: rule, File: c.file, Facts: c.facts, inspection: c}
	if c.file == nil {
		p.Snapshot = c.snap
	}
	rule.Check(p)
	return p.findings
}

// A Pass is one run of one rule. It shows the rule what it may look at, and
// takes the findings.
//
// A rule with a kind sees one file, the topology and the facts. A rule without
// one sees the whole snapshot. The split is what lets the engine remember the
// findings of files that did not change.
type Pass struct {
	Rule     *Rule
	File     *File     // nil for a rule without a kind
	Snapshot *Snapshot // nil for a rule with a kind
	Facts    *Facts

	inspection *Inspection
	findings   []Finding
}

// Topology returns which Dockerfile builds the image that runs where.
func (p *Pass) Topology() *topology.Topology { return p.inspection.topo }

// Before returns a file as it was read, before fixes changed it; nil when none
// has.
func (p *Pass) Before(path string) *File {
	if f := p.inspection.snap.File(path); f != nil {
		return f.Was
	}
	return nil
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
