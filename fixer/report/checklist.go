package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/checklist"
	"github.com/oakum-sec/oakum/fixer/text"
)

// mostExcerpts bounds the findings that are listed below one item of a checklist.
const mostExcerpts = 3

// stateWords are what people read of a state.
var stateWords = map[checklist.State]string{
	checklist.Holds: "holds", checklist.Fails: "does not hold", checklist.Unseen: "cannot be seen", checklist.Absent: "no such files",
}

// StateWords are what people read of a state.
func StateWords(s checklist.State) string { return stateWords[s] }

// stateMarks are the same in the lists of Markdown.
var stateMarks = map[checklist.State]string{checklist.Holds: "- [x] ", checklist.Fails: "- [ ] "}

// StateWidth is the widest of the words, in cells.
const StateWidth = len("cannot be seen")

// Checklist writes the answers as text: each with its state, and below what does not hold the
// first findings and what does something about them.
func (s *Scan) Checklist(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	answers, section := s.Answers(), ""
	for _, a := range answers {
		if a.Section != section {
			if section != "" {
				p.line()
			}
			section = a.Section
			p.line(st.paint(bold, section))
		}
		code := map[checklist.State]string{checklist.Holds: green, checklist.Fails: red, checklist.Unseen: yellow, checklist.Absent: dim}[a.State]
		p.line("  ", st.paint(code, pad(stateWords[a.State], StateWidth)), "  ", a.Text, shownBy(st, a))
		indent := strings.Repeat(" ", 2+StateWidth+2)
		for _, f := range a.Findings[:min(len(a.Findings), mostExcerpts)] {
			p.line(indent, st.severity(f.Severity, severityWidth), "  ", st.place("0", f.File, f.Line), "  ", text.VisibleLine(f.Message))
		}
		if more := len(a.Findings) - mostExcerpts; more > 0 {
			p.line(indent, "and ", text.Count(more, "other finding", "other findings"))
		}
		if next := s.Next(a); next != "" {
			p.line(indent, st.paint(cyan, next))
		}
	}
	p.line()
	p.line(tallyOf(answers))
	return p.err
}

// ChecklistMarkdown writes the answers as a list of tasks.
func (s *Scan) ChecklistMarkdown(w io.Writer, st Style) error {
	p := &printer{w: w}
	answers, section := s.Answers(), ""
	p.line("# Checklist")
	for _, a := range answers {
		if a.Section != section {
			section = a.Section
			p.line()
			p.line("## ", section)
			p.line()
		}
		mark, ok := stateMarks[a.State]
		if !ok {
			mark = "- "
		}
		note := shownBy(Style{Name: st.Name}, a)
		if !ok {
			note = " (" + stateWords[a.State] + ")"
		}
		p.line(mark, a.Text, plain(note))
		for _, f := range a.Findings[:min(len(a.Findings), mostExcerpts)] {
			p.line("  - ", f.Severity.String(), ", ", code(place(st.name(f.File), f.Line)), ": ", plain(f.Message))
		}
		if more := len(a.Findings) - mostExcerpts; more > 0 {
			p.line("  - and ", text.Count(more, "other finding", "other findings"))
		}
		if next := s.Next(a); next != "" {
			if a.State == checklist.Fails {
				next = code(next)
			}
			p.line("  - ", next)
		}
	}
	p.line()
	p.line(tallyOf(answers))
	return p.err
}

type jsonItem struct {
	Section  string      `json:"section"`
	Text     string      `json:"text"`
	State    string      `json:"state"` // holds, fails, unseen or absent
	Place    string      `json:"place,omitempty"`
	Findings []jsonFound `json:"findings"`
	Next     string      `json:"next,omitempty"` // a command, or advice
}

// ChecklistJSON writes the answers as one object, with every finding.
func (s *Scan) ChecklistJSON(w io.Writer) error {
	out := struct {
		Version int        `json:"version"`
		Root    string     `json:"root"`
		Items   []jsonItem `json:"items"`
	}{Version: JSONVersion, Root: s.Root}
	for _, a := range s.Answers() {
		one := jsonItem{Section: a.Section, Text: a.Text, State: string(a.State), Place: a.Place, Findings: []jsonFound{}, Next: s.Next(a)}
		for _, f := range a.Findings {
			one.Findings = append(one.Findings, jsonFound{f.Rule, f.Severity.String(), f.File, f.Message})
		}
		out.Items = append(out.Items, one)
	}
	return writeJSON(w, out)
}

// Answers are the items of the checklist with what is known of each.
func (s *Scan) Answers() []checklist.Answer {
	return checklist.Answers(s.Findings, s.Files, slices.Collect(maps.Values(s.rules)), s.allowed)
}

// shownBy names the file that shows that an item holds, or the files in which nothing looks
// for it.
func shownBy(st Style, a checklist.Answer) string {
	switch {
	case a.Place != "":
		return " (" + text.VisibleLine(st.name(a.Place)) + ")"
	case len(a.Unchecked) > 0:
		var kinds []string
		for _, k := range a.Unchecked {
			kinds = append(kinds, kindNames[k])
		}
		return " (not checked in " + strings.Join(kinds, ", ") + ")"
	}
	return ""
}

// kindNames are what people call files, several of them.
var kindNames = map[fixer.Kind]string{
	fixer.Dockerfile: "Dockerfiles", fixer.Compose: "Compose files", fixer.Kubernetes: "manifests", fixer.Workflow: "CI workflows",
}

// Next is what to do about an item: a command, or advice; "" where it holds.
func (s *Scan) Next(a checklist.Answer) string {
	switch a.State {
	case checklist.Unseen:
		return cmp.Or(a.Advice, "No rule looks for it in these files")
	case checklist.Fails:
	default:
		return ""
	}
	level := fixer.Safe
	var fixable, manual []string
	for _, f := range a.Findings {
		switch {
		case f.Level() == fixer.Manual && !f.AsksRegistry:
			manual = append(manual, f.Rule)
		default:
			fixable = append(fixable, f.Rule)
			if f.Level() != fixer.Safe {
				level = fixer.Review
			}
		}
	}
	if len(fixable) == 0 {
		slices.Sort(manual)
		return "oakum explain " + manual[0]
	}
	slices.Sort(fixable)
	command := "oakum fix"
	if level == fixer.Review {
		command += " --level review"
	}
	return command + " --diff --select " + strings.Join(slices.Compact(fixable), ",") + s.Arguments
}

// tallyOf counts the answers by their states.
func tallyOf(answers []checklist.Answer) string {
	n := map[checklist.State]int{}
	for _, a := range answers {
		n[a.State]++
	}
	return fmt.Sprintf("Holds: %d. Does not hold: %d. Cannot be seen from files: %d. No such files: %d.",
		n[checklist.Holds], n[checklist.Fails], n[checklist.Unseen], n[checklist.Absent])
}
