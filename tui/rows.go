package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A row is one line of the list: a finding, or something else that a person
// should know about. Rows are made with the plan, off the Update
// goroutine.
type row struct {
	key     string          // unique, and the same while the thing is the same
	outcome *engine.Outcome // nil for what is no finding
	index   int             // of the outcome in the plan
	service string          // that the finding belongs to, "" for none
	title   string          // visible-safe
	text    string          // of what is no finding, in full
	calm    bool            // of what is no finding and needs no look
	words   string          // what the filter looks at, lower case
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
func makeRows(plan *engine.Plan, titles map[string]string, notes []string) []row {
	rows := make([]row, 0, len(plan.Outcomes)+8)
	services := plan.Before.Services()
	for i := range plan.Outcomes {
		o := &plan.Outcomes[i]
		f := o.Finding
		title := titles[f.Rule]
		if title == "" {
			title = ruleWord(f.Rule)
		}
		if w := placeWord(f.Path); w != "" {
			title = w + ": " + title
		}
		service := ""
		if v := services.Of(f.Key()); v != nil {
			service = v.Name
		}
		rows = append(rows, row{
			key: f.Key().String(), outcome: o, index: i, title: text.VisibleLine(title), service: service,
			words: strings.ToLower(strings.Join([]string{f.Rule, title, f.File, f.Path, f.Message, f.Severity.String(), f.Level().String(), string(o.Result)}, " ")),
		})
	}
	const calm = "calm"
	add := func(kind, what, why string) {
		title := text.VisibleLine(what) + "  " + text.VisibleLine(why)
		rows = append(rows, row{key: kind + " " + what + " " + why, title: title, calm: kind == calm, text: what + ": " + why, words: strings.ToLower(title)})
	}
	switch {
	case plan.Before.Len() == 0:
		add(calm, "nothing found", "there is no Dockerfile, Compose file or Kubernetes manifest here")
	case len(plan.Outcomes) == 0:
		add(calm, "nothing found", "every rule is content")
	}
	for f := range plan.Before.Files() {
		if f.Skip != nil && !f.Context {
			add("skip", f.Path, "skipped: "+f.Skip.Reason)
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

// queueOf returns the findings of the rows in canonical order, those that came
// up later at the end, and the place of each.
func queueOf(rows []row, all int) ([]fixer.Key, map[fixer.Key]int) {
	shown := make([]*engine.Outcome, all)
	n := 0
	for i := range rows {
		if o := rows[i].outcome; o != nil && o.Result != engine.AlreadySuppressed {
			shown[rows[i].index] = o
			n++
		}
	}
	queue, spot := make([]fixer.Key, 0, n), make(map[fixer.Key]int, n)
	for _, o := range shown {
		if o != nil {
			k := o.Finding.Key()
			spot[k] = len(queue)
			queue = append(queue, k)
		}
	}
	return queue, spot
}

// A filter chooses rows.
type filter struct {
	words string      // all must be in the row; ! in front inverts
	level fixer.Level // 0 for all
}

func (f filter) zero() bool { return f == filter{} }

func (f filter) apply(rows []row) []row {
	if f.zero() {
		return slices.Clone(rows)
	}
	words, invert := strings.CutPrefix(strings.ToLower(strings.TrimSpace(f.words)), "!")
	want := strings.Fields(words)
	out := make([]row, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		if f.level != 0 && (r.outcome == nil || r.outcome.Finding.Level() != f.level) {
			continue
		}
		if len(want) > 0 {
			all := !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(r.words, w) })
			if all == invert {
				continue
			}
		}
		out = append(out, *r)
	}
	return out
}

func (f filter) levelWord() string {
	if f.level == 0 {
		return "all levels"
	}
	return f.level.String()
}

// String describes what is shown, for the rule above the list.
func (f filter) String() string {
	s := "all"
	if f.level != 0 {
		s = f.level.String()
	}
	if f.words != "" {
		s += " /" + text.VisibleLine(f.words)
	}
	return s
}

// grouping says what rows of the list have in common.
type grouping int

const (
	byFile grouping = iota
	bySeverity
	byRule
	byLevel
	byService
	groupings // how many there are
)

func (g grouping) next() grouping { return (g + 1) % groupings }

// String is the word for it.
func (g grouping) String() string {
	return [...]string{"file", "severity", "rule", "level", "service"}[g]
}

// name is the group of a row; what is no finding is in none.
func (g grouping) name(r *row) string {
	if r.outcome == nil {
		return ""
	}
	f := r.outcome.Finding
	switch g {
	case bySeverity:
		return f.Severity.String()
	case byRule:
		return f.Rule
	case byLevel:
		return f.Level().String()
	case byService:
		if r.service != "" {
			return r.service
		}
	}
	return f.File
}

// sort puts rows of one group next to each other; within a group they keep
// the canonical order, and what is no finding goes last.
func (g grouping) sort(rows []row) {
	slices.SortStableFunc(rows, func(a, b row) int {
		if a.outcome == nil || b.outcome == nil {
			return cmp.Compare(boolInt(a.outcome == nil), boolInt(b.outcome == nil))
		}
		x, y := a.outcome.Finding, b.outcome.Finding
		switch g {
		case bySeverity:
			return cmp.Compare(y.Severity, x.Severity)
		case byRule:
			return strings.Compare(x.Rule, y.Rule)
		case byLevel:
			return cmp.Compare(x.Level(), y.Level())
		case byService: // what belongs to none comes after them, under its file
			return cmp.Or(cmp.Compare(boolInt(a.service == ""), boolInt(b.service == "")), strings.Compare(a.service, b.service), strings.Compare(x.File, y.File))
		}
		return strings.Compare(x.File, y.File)
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
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

// drawRow draws one row of the list.
func drawRow(d *model, r *row, width int, cursor bool) string {
	t := &d.theme
	lead := "   "
	if cursor {
		lead = " " + t.Marks.Cursor + " "
	}
	if r.calm {
		return lead + t.Good.Paint(r.title)
	}
	if r.outcome == nil {
		return lead + t.Warn.Paint(t.Marks.Attention+" ") + t.Dim.Paint(r.title)
	}
	o := r.outcome
	sign, pending := d.mark(o)
	left := lead + sign + " " + severityWord(t, o.Finding.Severity) + " "
	if o.New {
		left += t.Warn.Paint("new ")
	}
	left += r.title
	if o.Result == engine.Closed && !pending {
		left += t.Dim.Paint("  closed by " + keyWords(o.By))
	}
	line := fmt.Sprintf(":%-5d", o.Finding.Line)
	if d.list.groupBy != byFile { // the heading does not name the file
		line = widget.CutLeft(fmt.Sprintf("%s:%d", visible(o.Finding.File), o.Finding.Line), width/3, t.Marks.Ellipsis)
	}
	if width < stackedWidth-20 {
		return widget.Spread(left, t.Dim.Paint(line), width, t.Marks.Ellipsis)
	}
	level := fmt.Sprintf("%-7s", o.Finding.Level())
	if pending {
		level = t.Dim.Paint(widget.Fit("wait"+t.Marks.Ellipsis, 7, ""))
	} else {
		level = t.Level(int(o.Finding.Level())).Paint(level)
	}
	alt := "  " + t.Marks.Dash + " "
	if n := len(o.Finding.Fixes); n > 0 {
		alt = fmt.Sprintf("%d/%d ", d.chosen(o.Finding)+1, n)
	}
	return widget.Spread(left, t.Dim.Paint(line)+" "+level+" "+widget.PadLeft(alt, 4), width, t.Marks.Ellipsis)
}

// chosen is the index of the alternative that was accepted, 0 without one.
func (d *model) chosen(f *fixer.Finding) int {
	if v, ok := d.decision(f.Key()); ok && v.Verdict == engine.Accept {
		for i := range f.Fixes {
			if f.Fixes[i].ID == v.Fix {
				return i
			}
		}
	}
	return 0
}
