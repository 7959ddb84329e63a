package tui

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A row is one line of the list: a finding, a question that several findings ask,
// or something else that a person should know about. Rows of findings are made with
// the plan, off the Update goroutine, and never changed.
type row struct {
	key     string          // unique, and the same while the thing is the same
	outcome *engine.Outcome // nil for what is no finding
	number  int             // of the finding in the plan
	now     *fixer.Finding  // as it is after the accepted fixes: its severity, level and fixes
	service string          // that the finding belongs to, "" for none
	ask     string          // what is asked: findings with the same can be answered together; "" for none

	title  string // what is wrong; visible-safe
	object string // with what; visible-safe, "" where the file says it
	alike  bool   // other files have the base name of the finding's file
	text   string // of what is no finding, in full
	calm   bool   // of what is no finding and needs no look
	words  string // what the filter looks at, lower case
	width  int    // cells of title and object

	places []*row // of a question: the findings that ask it
	under  string // of a finding that is listed below its question: the key of that
}

// done reports whether the finding needs no more attention.
func (r *row) done() bool {
	switch r.outcome.Result {
	case engine.Fixed, engine.Closed, engine.NewlySuppressed, engine.Skipped, engine.AlreadySuppressed:
		return true
	}
	return false
}

// makeRows makes the rows of a plan, findings first.
func makeRows(plan *engine.Plan, titles map[string]string, notes []string) []*row {
	made := make([]row, len(plan.Outcomes))
	rows := make([]*row, 0, len(plan.Outcomes)+8)
	services, bases := plan.Before.Services(), baseNames(plan.Before)
	asked := map[string]string{} // one copy of each
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		f := plan.Final.Finding(o.Finding.Key())
		if f == nil {
			f = o.Finding
		}
		r := &made[i]
		*r = row{
			key: f.Key().String(), outcome: o, number: i, now: f,
			title: text.VisibleLine(titleOf(f, titles)), object: objectOf(plan.Before, f), alike: bases[path.Base(f.File)] > 1,
			words: rowWords(f, titles, o.Result),
		}
		if v := services.Of(f.Key()); v != nil {
			r.service = v.Name
		}
		if ask := review.Question(o, f); ask != "" {
			if known, ok := asked[ask]; ok {
				ask = known
			} else {
				asked[ask] = ask
			}
			r.ask = ask
		}
		r.width = widget.Width(r.title) + widget.Width(r.object)
		rows = append(rows, r)
	}
	const calm = "calm"
	add := func(kind, what, why string) {
		title := text.VisibleLine(what) + " " + text.VisibleLine(why)
		rows = append(rows, &row{key: kind + " " + what + " " + why, title: title, calm: kind == calm, text: what + ": " + why, words: strings.ToLower(title)})
	}
	switch {
	case plan.Before.Len() == 0:
		add(calm, "No findings.", "There is no Dockerfile, Compose file, Kubernetes manifest or CI workflow here.")
	case len(plan.Outcomes) == 0:
		add(calm, "No findings.", "All rules pass.")
	}
	for f := range plan.Before.Files() {
		if f.Skip != nil && !f.Context {
			add("skip", f.Path, "Skipped: "+f.Skip.Reason)
		}
	}
	for _, u := range plan.Baseline.Unused {
		add("unused", fmt.Sprintf("%s:%d", u.File, u.Line), "this comment suppresses nothing: "+strings.Join(u.Rules, ", "))
	}
	for _, p := range plan.Baseline.Problems {
		add("problem", p.Rule, "failed on "+p.File+", a defect of oakum: "+p.Reason)
	}
	for _, n := range notes {
		add("note", "note", n)
	}
	return rows
}

// baseNames counts the files by the last part of their path.
func baseNames(snap *fixer.Snapshot) map[string]int {
	n := map[string]int{}
	for f := range snap.Files() {
		if !f.Context {
			n[path.Base(f.Path)]++
		}
	}
	return n
}

// objectOf is what a finding is about. The only stage of a Dockerfile is no object of its
// own: the file is.
func objectOf(snap *fixer.Snapshot, f *fixer.Finding) string {
	if file := snap.File(f.File); file != nil && file.Dockerfile != nil && len(file.Dockerfile.Stages) == 1 && strings.HasPrefix(f.Path, "stage ") {
		return ""
	}
	return placeWord(f.Path)
}

// titleOf is the title of a finding's rule.
func titleOf(f *fixer.Finding, titles map[string]string) string {
	if t := titles[f.Rule]; t != "" {
		return t
	}
	return ruleWord(f.Rule)
}

// rowWords is what a filter looks at.
func rowWords(f *fixer.Finding, titles map[string]string, result engine.Result) string {
	return strings.ToLower(strings.Join([]string{f.Rule, titleOf(f, titles), f.File, f.Path, f.Message, f.Severity.String(), f.Level().String(), string(result)}, " "))
}

// mark is the sign of a finding's state, and whether the plan still has to
// agree.
func (d *model) mark(o *engine.Outcome) (sign string, pending bool) {
	m := &d.theme.Marks
	v, decided := d.decision(o.Finding.Key())
	if !d.fresh() {
		switch {
		case decided && v.Verdict == engine.Accept && !settled(o.Result):
			return m.Accepted, true
		case decided && v.Verdict == engine.Suppress && o.Result != engine.NewlySuppressed:
			return m.Ignored, true
		case decided && v.Verdict == engine.Skip && o.Result != engine.Skipped:
			return m.Skipped, true
		case !decided && (o.Result == engine.Fixed || o.Result == engine.NewlySuppressed || o.Result == engine.Skipped || o.Result == engine.Blocked || o.Result == engine.Refused):
			return m.Open, true
		}
	}
	switch o.Result {
	case engine.Fixed:
		return m.Accepted, false
	case engine.Closed:
		return m.Closed, false
	case engine.NewlySuppressed, engine.AlreadySuppressed:
		return m.Ignored, false
	case engine.Skipped:
		return m.Skipped, false
	case engine.Blocked, engine.Refused:
		return m.Blocked, false
	case engine.ManualWork:
		return m.Manual, false
	}
	return m.Open, false
}

// settled reports whether a result is one an accepted finding can have.
func settled(r engine.Result) bool {
	return r == engine.Fixed || r == engine.Closed || r == engine.Blocked || r == engine.Refused
}
