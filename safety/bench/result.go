package bench

import "cmp"

// A Column is one of the faults that are counted.
type Column string

// The faults, in the order of the table.
const (
	CommentsLost Column = "comments lost"
	APIErrors    Column = "new API errors"
	FilesBroken  Column = "files broken"
	Breakages    Column = "certain breakages"
	SecondRun    Column = "second-run changes"
	Deceptive    Column = "deceptive fixes"
)

// Opened is a finding that the change opened. It is printed with the faults and is
// none by itself: a deceptive fix is one that opened as much as it closed.
const Opened Column = "new finding"

// Columns lists the faults.
func Columns() []Column {
	return []Column{CommentsLost, APIErrors, FilesBroken, Breakages, SecondRun, Deceptive}
}

// An Incident is one fault, with its place in the files after the fixer; of what
// is gone, in the files before.
type Incident struct {
	Column Column `json:"column"`
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // from 1, 0 where it is about the whole file
	Says   string `json:"says"`
}

func compareIncidents(a, b Incident) int {
	return cmp.Or(cmp.Compare(order(a.Column), order(b.Column)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Says, b.Says))
}

func order(c Column) int {
	for i, other := range Columns() {
		if c == other {
			return i
		}
	}
	return len(Columns())
}

// Counts are the numbers of one repository, or of all.
type Counts struct {
	Pods             int `json:"pods"` // objects that make pods, before
	RestrictedBefore int `json:"restrictedBefore"`
	RestrictedAfter  int `json:"restrictedAfter"`

	Findings int `json:"findings"` // of oakum's rules, before
	Gone     int `json:"gone"`     // of these, those that are not there after it
	Opened   int `json:"opened"`   // those that are there after it alone

	Files  int `json:"files"`  // that changed, of those that are looked at
	Lines  int `json:"lines"`  // removed and added
	Values int `json:"values"` // that differ

	Faults map[Column]int `json:"faults"`
}

// A Result is what is said of one repository.
type Result struct {
	Name string `json:"name"`
	Counts
	RanAgain  bool       `json:"ranAgain"` // the second run is known
	Note      string     `json:"note,omitempty"`
	Incidents []Incident `json:"incidents"`
}

func (r *Result) add(c Column, file string, line int, says string) {
	r.Faults[c]++
	r.Incidents = append(r.Incidents, Incident{Column: c, File: file, Line: line, Says: says})
}

// Total adds up results.
func Total(results []*Result) *Result {
	out := &Result{Name: "total", Counts: Counts{Faults: map[Column]int{}}}
	for _, r := range results {
		out.Pods += r.Pods
		out.RestrictedBefore += r.RestrictedBefore
		out.RestrictedAfter += r.RestrictedAfter
		out.Findings += r.Findings
		out.Gone += r.Gone
		out.Opened += r.Opened
		out.Files += r.Files
		out.Lines += r.Lines
		out.Values += r.Values
		out.RanAgain = out.RanAgain || r.RanAgain
		for c, n := range r.Faults {
			out.Faults[c] += n
		}
	}
	return out
}
