package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// selected is a fix chosen in one pass.
type selected struct {
	finding  *fixer.Finding
	fix      string // see Outcome
	title    string
	level    fixer.Level
	guesses  []string // see Outcome
	assumed  []string
	suppress bool
	reason   string // of the suppression
	contents []fixer.FileChange
}

// draftResult is a fix drafted on a snapshot, or why it cannot be drafted.
type draftResult struct {
	selected
	err *failure
}

type failure struct {
	result Result
	reason string
}

// A draftID identifies a draft on one snapshot.
type draftID struct {
	finding    *fixer.Finding
	decision   string
	unverified bool
}

// selectBatch collects the fixes that can be made together on the current snapshot:
// those of rules in the last phase only where there are no others.
func (f *folding) selectBatch() []selected {
	var ordinary, late []*fixer.Finding
	for _, finding := range f.report.Findings {
		switch _, ok := f.pending[finding.Key()]; {
		case !ok:
		case f.standardsRule[finding.Rule]:
			late = append(late, finding)
		default:
			ordinary = append(ordinary, finding)
		}
	}
	before := len(f.pending)
	if batch := f.selectFrom(ordinary); len(batch) > 0 || len(f.pending) < before {
		return batch
	}
	return f.selectFrom(late)
}

// selectFrom selects as many of the findings' fixes as do not meet in one place.
func (f *folding) selectFrom(findings []*fixer.Finding) []selected {
	slices.SortStableFunc(findings, func(a, b *fixer.Finding) int {
		return cmp.Or(cmp.Compare(f.order[a.Rule], f.order[b.Rule]), fixer.CompareFindings(a, b))
	})
	// Two fixes of one place nearly always meet in the same lines: the second
	// is not even drafted before the first is made.
	busy := map[[2]string]bool{}
	findings = slices.DeleteFunc(findings, func(finding *fixer.Finding) bool {
		place := [2]string{finding.File, finding.Path}
		was := busy[place]
		busy[place] = true
		return was
	})
	drafts := make([]draftResult, len(findings))
	fixer.ForEach(len(findings), func(i int) { drafts[i] = f.draft(findings[i], true) })

	var batch []selected
	claimed := map[string]*fileClaims{}
	for i, finding := range findings {
		d := drafts[i]
		if d.err != nil {
			k := finding.Key()
			delete(f.pending, k)
			f.outcomes[k] = &Outcome{Finding: f.about(finding), Result: d.err.result, Reason: d.err.reason, Fix: d.fix, Title: d.title, Level: d.level}
			continue
		}
		if slices.ContainsFunc(d.contents, func(c fixer.FileChange) bool { return claimed[c.Path].conflicts(c) }) {
			continue // next pass, on what this one makes
		}
		for _, c := range d.contents {
			if claimed[c.Path] == nil {
				claimed[c.Path] = &fileClaims{}
			}
			claimed[c.Path].add(c)
		}
		batch = append(batch, d.selected)
	}
	return batch
}

// fileClaims is what the fixes selected so far in a pass do to one file.
type fileClaims struct {
	comment  bool
	alone    bool // stages come or go, so that no place is what it was
	edits    fixer.FileChange
	subjects []string
}

func (c *fileClaims) add(change fixer.FileChange) {
	c.comment, c.alone = change.Comment, change.Moved != nil
	c.edits.Merge(change)
	c.subjects = append(c.subjects, change.Subjects...)
}

// conflicts reports whether a further change has to wait for the next pass.
// Comments are not added in the pass that changes data, because data edits are
// checked to leave every comment as it is.
func (c *fileClaims) conflicts(next fixer.FileChange) bool {
	return c != nil && (c.alone || next.Moved != nil || next.Create != nil || c.comment != next.Comment || c.edits.Meets(next) ||
		slices.ContainsFunc(next.Subjects, func(thing string) bool { return slices.Contains(c.subjects, thing) }))
}

// draft computes the edits of the pending decision on a finding, or says why
// there are none. Unverified drafts are verified with the whole batch only.
func (f *folding) draft(finding *fixer.Finding, unverified bool) draftResult {
	d := f.pending[finding.Key()]
	id := draftID{finding, d.digestInput(), unverified}
	return f.checker.cache.draft(f.checkpoint, id, func() draftResult {
		if d.Verdict == Suppress {
			return f.draftSuppression(finding, d)
		}
		return f.draftFix(finding, d, unverified)
	})
}

func (f *folding) draftSuppression(finding *fixer.Finding, d Decision) draftResult {
	out := draftResult{selected: selected{finding: finding, suppress: true, reason: d.Reason, title: "Suppress the finding with a reason"}}
	file := f.current.File(finding.File)
	for _, other := range f.report.Findings {
		if other != finding && other.File == finding.File && other.Line == finding.Line && other.Rule == finding.Rule {
			out.err = &failure{Refused, "the comment would also suppress another finding on the line: " + other.Message}
			return out
		}
	}
	edits, err := fixer.SuppressEdit(file, finding, d.Reason)
	if err != nil {
		out.err = &failure{Refused, err.Error()}
		return out
	}
	out.contents = []fixer.FileChange{{Path: file.Path, Edits: edits, Comment: true}}
	return out
}

func (f *folding) draftFix(finding *fixer.Finding, d Decision, unverified bool) draftResult {
	out := draftResult{selected: selected{finding: finding}}
	fix := chosenFix(finding, d.Fix)
	if fix != nil {
		out.fix, out.title, out.level = fix.ID, fix.TitleWith(d.Params), fix.Level
	}
	if out.err = d.notReady(finding); out.err != nil {
		return out
	}
	params := d.Params
	if d.Fix == "" {
		params = fix.OwnParams(params)
	}
	out.guesses, out.assumed = fix.Guesses(params), fix.Assumptions(params)
	draft := fix.DraftParts
	if unverified {
		draft = fix.DraftUnverified
	}
	contents, err := draft(f.current, params)
	if err != nil {
		out.err = &failure{Refused, strings.TrimSuffix(err.Error(), ".")}
		return out
	}
	out.contents = contents
	return out
}

// notReady returns why the decision about a finding cannot be carried out now, or
// nil: a fix is offered as it was accepted.
func (d Decision) notReady(finding *fixer.Finding) *failure {
	if d.Verdict == Suppress {
		return nil
	}
	fix := chosenFix(finding, d.Fix)
	switch {
	case fix == nil && len(finding.Fixes) == 0:
		return &failure{Refused, cmp.Or(finding.Advice, "no automatic fix")}
	case fix == nil:
		return &failure{Refused, fmt.Sprintf("the fix %q no longer applies after the other edits", d.Fix)}
	case d.Level != 0 && fix.Level > d.Level:
		return &failure{Blocked, fmt.Sprintf("after the other edits this fix is of level %s, but it was accepted as %s", fix.Level, d.Level)}
	}
	return nil
}

func chosenFix(f *fixer.Finding, id string) *fixer.Fix {
	if id == "" && len(f.Fixes) > 0 {
		return &f.Fixes[0]
	}
	return f.Fix(id)
}

// digestInput returns a text that differs between decisions that lead to different edits.
func (d Decision) digestInput() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %d %q", d.Verdict, d.Fix, d.Level, d.Reason)
	for _, name := range slices.Sorted(maps.Keys(d.Params)) {
		fmt.Fprintf(&b, " %q=%q", name, d.Params[name])
	}
	return b.String()
}

// batchID sums up a batch on one snapshot: which findings, decided how. The
// edits follow from these.
func batchID(batch []selected, decisions map[fixer.Key]Decision) [sha256.Size]byte {
	h := sha256.New()
	for _, s := range batch {
		k := s.finding.Key()
		for _, part := range []string{k.Rule, k.File, k.Path, decisions[k].digestInput()} {
			hashString(h, part)
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func hashString(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}
