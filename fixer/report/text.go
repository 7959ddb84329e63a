package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

func itoa(n int) string { return strconv.Itoa(n) }

// printer collects text and keeps the first error of the writer.
type printer struct {
	w   io.Writer
	st  Style
	err error

	tight      bool                 // no blank line after a section
	most       int                  // rows of a section, 0 for all
	lastAdvice map[fixer.Key]string // the last advice by rule and file
	written    map[string]bool      // fields that are written once
	near       map[string]bool      // what was written of the rule at hand
}

// line writes one line. The caller makes its parts visible-safe.
func (p *printer) line(parts ...string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, strings.TrimRight(strings.Join(parts, ""), " ")+"\n")
	}
}

// text writes text that is made already.
func (p *printer) text(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
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

// fieldOnce writes a field, unless it was written with the same words before.
func (p *printer) fieldOnce(indent, label, s string) {
	entry := label + ": " + s
	if s == "" || p.written[entry] {
		return
	}
	if p.written == nil {
		p.written = map[string]bool{}
	}
	p.written[entry] = true
	p.field(indent, label, s)
}

// fieldNear writes a field, or that it says what was said a few lines above.
func (p *printer) fieldNear(indent, label, s string) {
	if p.near[s] {
		s = "as above"
	}
	if p.near == nil {
		p.near = map[string]bool{}
	}
	p.near[s] = true
	p.field(indent, label, s)
}

// Text writes the scan for people: a summary, then the findings by rule, the most
// severe first, each with the line it is about. What several have in common is said
// once. Of many findings the worst are shown, and the others counted, so that the report
// fits onto a screen. [Scan.Full] writes all there is.
func (s *Scan) Text(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	p.headline(s)
	all, few := p.inFull(s)
	if few {
		p.tables(s, mostRows)
		p.notChecked(s)
		p.text(all)
	} else {
		p.most = mostAside
		p.counts("By file", "file", byFileTallies(s), p.fileName, digestRows)
		p.worst(s)
		p.notChecked(s)
	}
	p.leftAlone(s)
	p.vulnerabilities(s.Vulnerabilities)
	if len(s.Findings) > 0 {
		p.fromRoot()
	}
	p.next(s)
	if !few {
		p.line("Every finding with its evidence: ", p.st.paint(cyan, "oakum scan --full"+s.Arguments),
			"   One a line: ", p.st.paint(cyan, "oakum scan --format concise"+s.Arguments))
	}
	return p.err
}

// Full writes the scan with everything that is known: the summary, then findings by
// file with all their evidence, parameters and references, then everything that is no
// open finding. How to check a fix is written when it was made, see [Fix.Text].
func (s *Scan) Full(w io.Writer, st Style) error {
	p := &printer{w: w, st: st}
	p.headline(s)
	p.tables(s, mostRows)
	file := ""
	for i, f := range s.byFile() {
		if f.File != file || i == 0 {
			if i > 0 {
				p.line()
			}
			p.line(st.place(bold, f.File, 0))
			file = f.File
		}
		p.finding(s, f)
	}
	if len(s.Findings) > 0 {
		p.line()
	}
	p.nonFindings(s)
	p.vulnerabilities(s.Vulnerabilities)
	if len(s.Findings) > 0 {
		p.fromRoot()
	}
	p.next(s)
	return p.err
}

// leastLevel is the level of the most trusted fix of all findings.
func (s *Scan) leastLevel() fixer.Level {
	least := fixer.Manual
	for _, f := range s.Findings {
		least = min(least, f.Level())
	}
	return least
}

// next ends a long report with what to do about it, as its summary is out of sight.
func (p *printer) next(s *Scan) {
	if len(s.Findings) == 0 {
		return
	}
	var ways []string
	way := func(what, command string) { ways = append(ways, what+": "+p.st.paint(cyan, command)) }
	switch least := s.leastLevel(); least {
	case fixer.Safe:
		way("Safe fixes", "oakum fix"+s.Arguments)
	case fixer.Review:
		way("Fixes that need a look", "oakum fix --level review --diff"+s.Arguments)
	}
	way("One at a time", "oakum"+s.OneByOne)
	way("About a rule", "oakum explain RULE")
	p.line(text.Count(len(s.Findings), "finding", "findings"), ". ", strings.Join(ways, "   "))
}

const (
	placeWidth    = 5
	severityWidth = 8
	indent        = "                 " // the columns before a message
)

func (p *printer) finding(s *Scan, f *fixer.Finding) {
	for i, l := range wrap(f.Message, textWidth-len(indent)) {
		if i == 0 {
			p.line(fmt.Sprintf("%*d  ", placeWidth, f.Line), p.st.severity(f.Severity, severityWidth), "  ", l)
			continue
		}
		p.line(indent, l)
	}
	if e, ok := s.excerptOf(f); ok {
		p.line(indent, p.st.paint(dim, "| "), e.text)
	}
	place := p.st.paint(cyan, f.Rule)
	if f.Path != "" {
		place += p.st.paint(dim, " in "+f.Path)
	}
	p.line(indent, place)
	for i, e := range f.Evidence {
		if !slices.Contains(f.Evidence[:i], e) { // two sources may give one fact
			p.field(indent, "evidence", p.st.evidence(e))
		}
	}
	for i, fix := range f.Fixes {
		label := "fix"
		if i > 0 {
			label = "or"
		}
		p.field(indent, label+" ("+fix.Level.String()+")", fix.Title)
		if fix.Breaks != "" && fix.Level != fixer.Safe {
			p.field(indent, "can break", fix.Breaks)
		}
		for _, x := range fix.Params {
			p.field(indent, "--set "+x.Name+"="+x.Default, x.Meaning)
		}
	}
	if f.Advice != "" {
		p.adviceField(indent, f, f.Advice)
	}
	if r := s.rules[f.Rule]; r != nil {
		var names []string
		for _, c := range fixer.Cite(r.References) {
			names = append(names, c.Text)
		}
		if len(names) > 0 {
			p.field(indent, "references", strings.Join(names, "; "))
		}
	}
}

// leftAlone writes what is no open finding and was not in the summary.
func (p *printer) leftAlone(s *Scan) {
	short := *s
	short.Files = nil
	p.nonFindings(&short)
}

// fileName is a file as the reader calls it.
func (p *printer) fileName(path string) string { return text.VisibleLine(p.st.name(path)) }

// nonFindings writes what is no open finding and must not stay silent.
func (p *printer) nonFindings(s *Scan) {
	p.section("Suppressed", len(s.Suppressed), func(i int) (string, string) {
		x := s.Suppressed[i]
		reason := x.By.Reason
		if reason == "" {
			reason = "(no reason given)"
		}
		return p.st.place(dim, x.Finding.File, x.Finding.Line), x.Finding.Rule + ": " + reason
	})
	p.section("Suppressions that match nothing", len(s.Unused), func(i int) (string, string) {
		u := s.Unused[i]
		return p.st.place(dim, u.File, u.Line), strings.Join(u.Rules, ",") + ": " + s.unusedReason(u)
	})
	skipped := s.skippedRows()
	p.section("Skipped", len(skipped), func(i int) (string, string) {
		return p.st.paint(dim, p.st.name(skipped[i].where)), skipped[i].what
	})
	p.section("Rules that failed (a defect of oakum)", len(s.Problems), func(i int) (string, string) {
		x := s.Problems[i]
		return p.st.place(dim, x.File, 0), x.Rule + ": " + x.Reason
	})
}

func (p *printer) section(title string, n int, row func(i int) (where, what string)) { // where is visible-safe
	if n == 0 {
		return
	}
	p.line(p.st.paint(bold, title))
	shown := n
	if p.most > 0 && n > p.most {
		shown = p.most
	}
	for i := range shown {
		where, what := row(i)
		if where != "" {
			where += "  "
		}
		p.line("  ", where, text.VisibleLine(what))
	}
	if n > shown {
		p.line("  and ", itoa(n-shown), " more (oakum scan --full lists them)")
	}
	if !p.tight {
		p.line()
	}
}

func place(file string, line int) string { return file + ":" + itoa(line) }

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
	return fmt.Sprintf(" (%d below --min-severity)", s.Hidden)
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
