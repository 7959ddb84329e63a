package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Scan is the report of a repository, after the filter. Its
// methods write it in one form each.
type Scan struct {
	Root       string        // absolute path
	Files      []*fixer.File // those looked at for findings, sorted by path
	Findings   []*fixer.Finding
	Suppressed []engine.Suppressed
	Unused     []fixer.Suppression // comments that match nothing
	Problems   []engine.Problem
	Hidden     int              // findings below the smallest severity selected
	Score      int              // of all findings the filter's rules made, hidden ones too
	Pods       []fixer.PodLevel // every whole workload, by the Pod Security Standards

	// Vulnerabilities are those of the images that are named; nil where nobody asked.
	Vulnerabilities *Vulnerabilities

	// Arguments are those of the command line that a command which is named in the
	// report needs to look at the same findings, each with a blank before it.
	Arguments string

	// OneByOne are those that open the interface on them. It takes one path.
	OneByOne string

	snapshot *fixer.Snapshot
	known    []string // rule names
	rules    map[string]*fixer.Rule
	allowed  bool
}

// A Filter narrows what is reported. The zero value reports everything.
type Filter struct {
	Rule  func(name string) bool // nil selects every rule
	Min   fixer.Severity         // findings below it are counted, not shown
	Known []*fixer.Rule          // every rule there is, to distinguish a misspelt name from one that found nothing

	Allowed bool // the registries that images may come from are named
}

func (f Filter) wants(rule string) bool { return f.Rule == nil || f.Rule(rule) }

// NewScan collects the report. A suppression that matched nothing is
// left out when it names a rule the filter does not want, because that rule
// may not have run.
func NewScan(root string, snap *fixer.Snapshot, r *engine.Report, filter Filter) *Scan {
	s := &Scan{Root: root, Pods: snap.PodLevels(), snapshot: snap, rules: map[string]*fixer.Rule{}, allowed: filter.Allowed}
	for _, rule := range filter.Known {
		s.rules[rule.Name] = rule
		s.known = append(s.known, rule.Name)
	}
	for f := range snap.Files() {
		if f.Reportable() {
			s.Files = append(s.Files, f)
		}
	}
	var counted []*fixer.Finding
	for _, f := range r.Findings {
		if filter.wants(f.Rule) {
			counted = append(counted, f)
		}
	}
	s.Score = engine.Score(snap, &engine.Report{Findings: counted})
	for _, f := range counted {
		if f.Severity < filter.Min {
			s.Hidden++
			continue
		}
		s.Findings = append(s.Findings, f)
	}
	for _, x := range r.Suppressed {
		if filter.wants(x.Finding.Rule) {
			s.Suppressed = append(s.Suppressed, x)
		}
	}
	for _, u := range r.Unused {
		idle := slices.ContainsFunc(u.Rules, func(n string) bool { return s.isKnown(n) && !filter.wants(n) })
		if !idle {
			s.Unused = append(s.Unused, u)
		}
	}
	for _, p := range r.Problems {
		if filter.wants(p.Rule) {
			s.Problems = append(s.Problems, p)
		}
	}
	slices.SortFunc(s.Problems, func(a, b engine.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Rule, b.Rule))
	})
	return s
}

func (s *Scan) isKnown(rule string) bool { return len(s.known) == 0 || slices.Contains(s.known, rule) }

// Skipped returns the files that could not be looked into.
func (s *Scan) Skipped() []*fixer.File {
	var out []*fixer.File
	for _, f := range s.Files {
		if f.Skip != nil {
			out = append(out, f)
		}
	}
	return out
}

// HasSeverity reports whether a finding is at least as severe as min.
func (s *Scan) HasSeverity(min fixer.Severity) bool {
	return slices.ContainsFunc(s.Findings, func(f *fixer.Finding) bool { return f.Severity >= min })
}

// Unread returns the files that were meant to be looked into and could not be: what is in
// them is not known, and no findings are no good news. Templates, charts, kustomizations
// and empty files are skipped for what they are, and not among them.
func (s *Scan) Unread() []*fixer.File {
	var out []*fixer.File
	for _, f := range s.Files {
		if f.Skip == nil {
			continue
		}
		switch f.Skip.Code {
		case fixer.SkipUnreadable, fixer.SkipIrregular, fixer.SkipTooLarge, fixer.SkipBinary,
			fixer.SkipEncoding, fixer.SkipSyntax, fixer.SkipSymlink:
			out = append(out, f)
		}
	}
	return out
}

// Unreadable reports whether there were files and none could be looked into, though at
// least one was meant for it.
func (s *Scan) Unreadable() bool {
	return len(s.Unread()) > 0 && len(s.Skipped()) == len(s.Files)
}

// byFile returns the findings in reading order: by file, and from its top.
func (s *Scan) byFile() []*fixer.Finding {
	out := slices.Clone(s.Findings)
	slices.SortStableFunc(out, func(a, b *fixer.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(b.Severity, a.Severity), a.Key().Compare(b.Key()))
	})
	return out
}

// unusedReason says why a suppression that matched nothing did not.
func (s *Scan) unusedReason(u fixer.Suppression) string {
	for _, n := range u.Rules {
		if !s.isKnown(n) {
			return "no rule is called " + n + DidYouMean(n, s.known)
		}
	}
	switch {
	case u.WholeFile:
		return "no such finding in this file"
	case u.Target < 0:
		return "it stands where no line can follow it; ignore-file belongs above the first line of content"
	}
	return "no such finding there"
}
