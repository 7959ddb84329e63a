package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

func itoa(n int) string { return strconv.Itoa(n) }

// printer collects text and keeps the first error of the writer.
type printer struct {
	w   io.Writer
	st  Style
	err error

	tight      bool                 // no blank line after a section
	lastAdvice map[fixer.Key]string // the last advice by rule and file
	written    map[string]bool      // fields that are written once
}

// line writes one line. The caller makes its parts visible-safe.
func (p *printer) line(parts ...string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, strings.TrimRight(strings.Join(parts, ""), " ")+"\n")
	}
}

// field writes a label and wrapped text, indented: the text beside the label,
// or below one that leaves it less than half the width.
func (p *printer) field(indent, label, s string) {
	label = text.VisibleLine(label) + ":"
	rest := strings.Repeat(" ", utf8.RuneCountInString(label)+1)
	head := p.st.paint(dim, label) + " "
	if width := textWidth - len(indent); len(rest) > width/2 {
		p.line(indent, head)
		head, rest = "    ", "    "
	}
	for i, l := range wrap(s, textWidth-len(indent)-len(rest)) {
		if i == 0 {
			p.line(indent, head, l)
			continue
		}
		p.line(indent, rest, l)
	}
}

// adviceField writes what a person can do, in full only once for each rule and file.
func (p *printer) adviceField(indent string, f *fixer.Finding, advice string) {
	at := fixer.Key{Rule: f.Rule, File: f.File}
	if p.lastAdvice[at] == advice {
		advice = "as above"
	} else {
		if p.lastAdvice == nil {
			p.lastAdvice = map[fixer.Key]string{}
		}
		p.lastAdvice[at] = advice
	}
	p.field(indent, "to do", advice)
}

// Text writes the scan for people: findings by file with what they depend on and
// what can be done, then everything that is no open finding, then the count
// and the score. How to verify a fix is written when it was made, see [Fix.Text].
func (s *Scan) Text(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	file := ""
	for i, f := range s.byFile() {
		if f.File != file || i == 0 {
			if i > 0 {
				p.line()
			}
			p.line(st.paint(bold, f.File))
			file = f.File
		}
		p.finding(f)
	}
	if len(s.Findings) > 0 {
		p.line()
	}
	p.nonFindings(s)
	p.summary(s)
	return p.err
}

const (
	placeWidth    = 5
	severityWidth = 8
	indent        = "                 " // the columns before a message
)

func (p *printer) finding(f *fixer.Finding) {
	for i, l := range wrap(f.Message, textWidth-len(indent)) {
		if i == 0 {
			p.line(fmt.Sprintf("%*d  ", placeWidth, f.Line), p.st.severity(f.Severity, severityWidth), "  ", l)
			continue
		}
		p.line(indent, l)
	}
	place := p.st.paint(cyan, f.Rule)
	if f.Path != "" {
		place += p.st.paint(dim, " in "+f.Path)
	}
	p.line(indent, place)
	for i, e := range f.Evidence {
		if !slices.Contains(f.Evidence[:i], e) { // two sources may give one fact
			p.field(indent, "evidence", e.String())
		}
	}
	for i, fix := range f.Fixes {
		label := "fix"
		if i > 0 {
			label = "or"
		}
		p.field(indent, label+" ("+fix.Level.String()+")", fix.Title)
		if fix.Breaks != "" && fix.Level != fixer.Safe {
			p.field(indent, "breaks if", fix.Breaks)
		}
		for _, x := range fix.Params {
			p.field(indent, "--set "+x.Name+"="+x.Default, x.Meaning)
		}
	}
	if f.Advice != "" {
		p.adviceField(indent, f, f.Advice)
	}
}

// nonFindings writes what is no open finding and must not stay silent.
func (p *printer) nonFindings(s *Scan) {
	p.section("suppressed", len(s.Suppressed), func(i int) (string, string) {
		x := s.Suppressed[i]
		reason := x.By.Reason
		if reason == "" {
			reason = "(no reason given)"
		}
		return place(x.Finding.File, x.Finding.Line), x.Finding.Rule + ": " + reason
	})
	p.section("suppressions that match nothing", len(s.Unused), func(i int) (string, string) {
		u := s.Unused[i]
		return place(u.File, u.Line), strings.Join(u.Rules, ",") + ": " + s.unusedReason(u)
	})
	skipped := s.skippedRows()
	p.section("skipped", len(skipped), func(i int) (string, string) { return skipped[i].where, skipped[i].what })
	p.section("rules that failed (a defect of oakum)", len(s.Problems), func(i int) (string, string) {
		x := s.Problems[i]
		return x.File, x.Rule + ": " + x.Reason
	})
}

func (p *printer) section(title string, n int, row func(i int) (where, what string)) {
	if n == 0 {
		return
	}
	p.line(p.st.paint(bold, title))
	for i := range n {
		where, what := row(i)
		if where != "" {
			where = p.st.paint(dim, where) + "  "
		}
		p.line("  ", where, text.VisibleLine(what))
	}
	if !p.tight {
		p.line()
	}
}

func place(file string, line int) string { return file + ":" + itoa(line) }

func (p *printer) summary(s *Scan) {
	looked := len(s.Files) - len(s.Skipped())
	if len(s.Findings) == 0 {
		p.line("no findings in ", text.Count(looked, "file", "files"), s.hidden())
	} else {
		p.line(text.Count(len(s.Findings), "finding", "findings"), " in ", filesOf(s.Findings, looked), ": ",
			severities(s.Findings), s.hidden())
		p.line(levels(s.Findings))
	}
	if looked == 0 {
		return // nothing was checked
	}
	p.line("score ", p.st.paint(bold, itoa(s.Score)), " of 100 (", engine.Grade(s.Score), ")")
	if pods := fixer.CountLevels(s.Pods); pods != "" {
		p.line("pods by the Pod Security Standards: ", pods)
	}
}

// filesOf counts the files that have findings, of those looked into.
func filesOf(list []*fixer.Finding, looked int) string {
	with := map[string]bool{}
	for _, f := range list {
		with[f.File] = true
	}
	if len(with) < looked {
		return fmt.Sprintf("%d of %d files", len(with), looked)
	}
	return text.Count(len(with), "file", "files")
}

func (s *Scan) hidden() string {
	if s.Hidden == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d below the smallest severity asked for)", s.Hidden)
}

// severities counts findings by severity, the worst first: "1 high, 2 low".
func severities(list []*fixer.Finding) string {
	n := map[fixer.Severity]int{}
	for _, f := range list {
		n[f.Severity]++
	}
	var out []string
	for s := fixer.Critical; s >= fixer.Low; s-- {
		if n[s] > 0 {
			out = append(out, itoa(n[s])+" "+s.String())
		}
	}
	return strings.Join(out, ", ")
}

// levels counts findings by what can be done about them.
func levels(list []*fixer.Finding) string {
	n := map[fixer.Level]int{}
	for _, f := range list {
		n[f.Level()]++
	}
	var out []string
	for l, words := range []string{fixer.Safe: "can be fixed safely", fixer.Review: "can be fixed after review", fixer.Manual: "to be done by hand"} {
		if n[fixer.Level(l)] > 0 {
			out = append(out, itoa(n[fixer.Level(l)])+" "+words)
		}
	}
	return strings.Join(out, ", ")
}
