package report

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Fix is the report of a plan: the files it changes and what
// became of every finding.
type Fix struct {
	Before   *Scan
	After    *Scan // what is left when the plan is written
	Outcomes []engine.Outcome
	Changes  []engine.Change

	// Uncommitted says that files with findings have changes that are not committed, which
	// a fix refuses to write over.
	Uncommitted bool

	// Offline says that no registry was to be asked.
	Offline bool

	// Recreated are the Jobs and Pods that have to be deleted before the change is applied.
	Recreated Recreation

	// Command is the command line that makes these fixes, for texts that name it; ""
	// names none.
	Command string

	veil Veil // over the changes where they are shown
}

// NewFix collects the report of a plan, after the filter.
func NewFix(root string, plan *engine.Plan, filter Filter) *Fix {
	f := &Fix{
		Before:  NewScan(root, plan.Before, plan.Baseline, filter),
		After:   NewScan(root, plan.After, plan.Final, filter),
		Changes: plan.Changes, Recreated: RecreationOf(plan),
		veil: *VeilOf(plan),
	}
	for _, o := range plan.Outcomes {
		if filter.wants(o.Finding.Rule) {
			f.Outcomes = append(f.Outcomes, o)
		}
	}
	return f
}

// ToReview are the files of the findings whose fixes need a look, each once.
func (f *Fix) ToReview() []string {
	var out []string
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		if o.Result == engine.Open && !slices.Contains(out, o.Finding.File) {
			out = append(out, o.Finding.File)
		}
	}
	return out
}

// JSON writes the scan as it was before the plan, with the outcomes, the
// changed files and the score after.
func (f *Fix) JSON(w io.Writer) error {
	out := struct {
		*jsonReport
		ScoreAfter jsonScore     `json:"scoreAfter"`
		PodsAfter  []jsonPod     `json:"podsAfter"`
		Outcomes   []jsonOutcome `json:"outcomes"`
		Changes    []jsonChange  `json:"changes"`
		Recreate   []string      `json:"recreate,omitempty"` // Jobs and Pods to delete before the change is applied
	}{f.Before.json(), jsonScore{f.After.Score, engine.Grade(f.After.Score)}, jsonPods(f.After.Pods), []jsonOutcome{}, []jsonChange{}, nil}
	for _, r := range f.Recreated {
		out.Recreate = append(out.Recreate, r.ID)
	}
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		out.Outcomes = append(out.Outcomes, jsonOutcome{
			Rule: o.Finding.Rule, File: o.Finding.File, Path: o.Finding.Path, Outcome: string(o.Result), Reason: reason(o),
			Title: o.Title, Level: levelName(o), New: o.New, Guesses: unconfirmed(o),
		})
	}
	for _, c := range f.Changes {
		out.Changes = append(out.Changes, jsonChange{Path: c.Path, Kind: string(c.Kind), New: c.Before == nil, Recreate: f.Recreated.in(c.Path)})
	}
	return writeJSON(w, out)
}

type jsonOutcome struct {
	Rule    string `json:"rule"`
	File    string `json:"file"`
	Path    string `json:"path"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Title   string `json:"title,omitempty"` // of the fix that was made or tried
	Level   string `json:"level,omitempty"`
	New     bool   `json:"new,omitempty"` // it appeared after other fixes

	Guesses []string `json:"guesses,omitempty"` // NAME=VALUE of parameters for which nothing is known
}

type jsonChange struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	New  bool   `json:"new,omitempty"`

	Recreate []string `json:"recreate,omitempty"` // Jobs and Pods in it to delete before the change is applied
}

func levelName(o *engine.Outcome) string {
	if o.Level == 0 {
		return ""
	}
	return o.Level.String()
}

// reason says in words why a finding came to its result; "" where the result
// is clear by itself.
func reason(o *engine.Outcome) string {
	switch {
	case o.Reason != "":
		return o.Reason
	case o.Result == engine.Closed && len(o.By) > 0:
		var names []string
		for _, k := range o.By {
			if !slices.Contains(names, k.Rule) {
				names = append(names, k.Rule)
			}
		}
		return "closed by the fix of " + strings.Join(names, ", ")
	case o.Result == engine.Open:
		switch l := o.Finding.Level(); l {
		case fixer.Safe:
			return "its safe fix was not selected"
		case fixer.Review:
			return "needs review (use --level review)"
		default:
			return "no file shows whether its fix is wanted; decide on it in oakum"
		}
	}
	return ""
}

// Full writes the outcome of every finding, by file. Lines are those of the files
// before the fixes. What a fix can break and how to check it is written once where
// several say the same.
func (f *Fix) Full(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	list := slices.Clone(f.Outcomes)
	slices.SortStableFunc(list, func(a, b engine.Outcome) int {
		return cmp.Or(strings.Compare(a.Finding.File, b.Finding.File), cmp.Compare(a.Finding.Line, b.Finding.Line))
	})
	file := ""
	for i := range list {
		o := &list[i]
		if o.Finding.File != file || i == 0 {
			if i > 0 {
				p.line()
			}
			file = o.Finding.File
			p.line(st.place(bold, file, 0))
		}
		p.outcome(o)
	}
	if len(list) > 0 {
		p.line()
	}
	return p.err
}

func (p *printer) outcome(o *engine.Outcome) {
	what := o.Finding.Message
	if o.Result == engine.Fixed {
		what = o.Title + " (" + o.Level.String() + ")"
	}
	p.line("  ", p.st.result(o.Result, 10), "  ", p.st.paint(cyan, o.Finding.Rule), p.st.paint(dim, location(o)))
	const indent = "              "
	p.line(indent, text.VisibleLine(what))
	switch r := reason(o); {
	case r == "":
	case o.Result == engine.ManualWork:
		p.adviceField(indent, o.Finding, r)
	case o.Result == engine.Open:
		p.field(indent, "not fixed", r)
	default:
		p.field(indent, "reason", r)
	}
	fix := madeFix(o)
	if fix == nil {
		return
	}
	if o.Level != fixer.Safe {
		p.fieldOnce(indent, "can break", fix.Breaks)
	}
	for _, v := range fixer.ParseVerify(fix.Verify) {
		p.fieldOnce(indent, "check", strings.TrimSpace(v.Command+" "+v.Expect))
	}
}

// madeFix is the fix that was made, nil where none was.
func madeFix(o *engine.Outcome) *fixer.Fix {
	if o.Result != engine.Fixed {
		return nil
	}
	return o.Finding.Fix(o.Fix)
}

// location says where a finding is, to distinguish it from others of its rule. One
// that appeared after other fixes has no line in the file as it was.
func location(o *engine.Outcome) string {
	s := ""
	if o.Finding.Path != "" {
		s = " in " + text.VisibleLine(o.Finding.Path)
	}
	if o.New {
		return s + ", appeared after other fixes"
	}
	return s + ", line " + itoa(o.Finding.Line)
}

func (st Style) result(r engine.Result, width int) string {
	code := dim
	switch r {
	case engine.Fixed, engine.Closed:
		code = green
	case engine.Blocked, engine.Refused:
		code = red
	case engine.Open, engine.ManualWork:
		code = yellow
	}
	return st.paint(code, pad(string(r), width))
}
