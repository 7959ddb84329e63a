package report

import (
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// section is one part of a rule's documentation.
type section struct {
	heading  string
	text     string
	verbatim bool // an example, not to be wrapped
	checks   bool // pairs of a command and what to expect of it
}

func sections(r *fixer.Rule) []section {
	page := r.Page()
	return []section{
		{heading: "Why", text: page.Why},
		{heading: "What can break", text: page.Breaks},
		{heading: "How to check", text: page.Verify, checks: true},
		{heading: "Example", text: page.Bad, verbatim: true},
		{heading: "Fixed", text: page.Good, verbatim: true},
		{heading: "What is reported", text: page.What},
	}
}

// explainWidth is where documentation is wrapped.
const explainWidth = 80

// Explain writes the documentation of one rule, wrapped at 80 columns.
func Explain(w io.Writer, r *fixer.Rule, st Style) error {
	p := &printer{w: w, st: st}
	p.line(st.paint(bold, r.Name), ": ", r.Title)
	p.line("severity: ", st.severity(r.Severity, 0))
	if summary := r.Page().Summary; summary != "" {
		p.line()
		for _, l := range wrap(text.Visible(summary), explainWidth) {
			p.line(l)
		}
	}
	for _, s := range sections(r) {
		p.heading(s.heading)
		if s.verbatim {
			for line := range strings.SplitSeq(strings.Trim(text.Visible(s.text), "\n"), "\n") {
				p.line("    ", line)
			}
			continue
		}
		if s.checks {
			p.explainChecks(s.text)
			continue
		}
		p.prose(s.text)
	}
	if len(r.Params) > 0 {
		p.heading("Values (--set)")
	}
	for _, param := range r.Params {
		p.line("  --set ", r.Name, ".", param.Name, "=…")
		for _, l := range wrap(param.Meaning, explainWidth-6) {
			p.line("      ", l)
		}
	}
	p.heading("References")
	for _, c := range fixer.Cite(r.References) {
		if c.URL != "" && len(c.Text)+len(c.URL) <= explainWidth-4 {
			p.line("  ", c.Text, "  ", c.URL)
			continue
		}
		for _, l := range wrap(c.Text, explainWidth-2) {
			p.line("  ", l)
		}
		if c.URL != "" {
			p.line("    ", c.URL)
		}
	}
	p.heading("Suppress this rule")
	p.prose(suppression(r))
	return p.err
}

func (p *printer) heading(s string) {
	p.line()
	p.line(p.st.paint(bold, s))
}

// explainChecks writes each command on a line of its own, so that it can be
// pasted, and below it what to expect.
func (p *printer) explainChecks(s string) {
	for _, c := range fixer.ParseVerify(text.Visible(s)) {
		indent := "  "
		if c.Command != "" {
			p.line("  ", p.st.paint(cyan, c.Command))
			indent = "      "
		}
		for _, l := range wrap(c.Expect, explainWidth-len(indent)) {
			p.line(indent, l)
		}
	}
}

// prose wraps paragraphs. Lines that are indented, and lists, keep their
// breaks: they are commands and examples.
func (p *printer) prose(s string) {
	var paragraph []string
	flush := func() {
		for _, l := range wrap(strings.Join(paragraph, " "), explainWidth-2) {
			p.line("  ", l)
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(strings.Trim(text.Visible(s), "\n"), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			p.line()
		case strings.HasPrefix(line, " "), strings.HasPrefix(line, "\t"), strings.HasPrefix(line, "- "):
			flush()
			p.line("  ", strings.ReplaceAll(line, "\t", "    "))
		default:
			paragraph = append(paragraph, line)
		}
	}
	flush()
}

// suppression describes how findings of a rule are suppressed.
func suppression(r *fixer.Rule) string {
	where := "At the end of the line or on the line before:"
	if r.Kind == fixer.Dockerfile {
		where = "On the line before:"
	}
	return where + "\n    # oakum: ignore " + r.Name + " REASON\nFor a whole file, above its first line of content:\n    # oakum: ignore-file " +
		r.Name + " REASON\nFor one run: --ignore " + r.Name
}
