package report

import (
	"fmt"
	"io"
	"strings"

	"oakum/fixer"
)

// RulesText writes the rules as a table: name, severity and title.
func RulesText(w io.Writer, rules []*fixer.Rule, st Style) error {
	p := &printer{w: w, st: st}
	width := 0
	for _, r := range rules {
		width = max(width, len(r.Name))
	}
	for _, r := range rules {
		p.line(st.paint(cyan, pad(r.Name, width)), "  ", st.severity(r.Severity, severityWidth), "  ", r.Title)
	}
	return p.err
}

type jsonRule struct {
	Name     string  `json:"name"`
	Title    string  `json:"title"`
	Severity string  `json:"severity"`
	Kind     string  `json:"kind"` // empty for rules that look at files together
	Doc      jsonDoc `json:"doc"`
}

type jsonDoc struct {
	What       string          `json:"what"`
	Why        string          `json:"why"`
	Breaks     string          `json:"breaks"`
	Verify     string          `json:"verify"`
	Bad        string          `json:"bad"`
	Good       string          `json:"good"`
	References []jsonReference `json:"references"`
}

type jsonReference struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	URL    string `json:"url,omitempty"`
}

// RulesJSON writes the rules with their documentation.
func RulesJSON(w io.Writer, rules []*fixer.Rule) error {
	list := []jsonRule{}
	for _, r := range rules {
		j := jsonRule{Name: r.Name, Title: r.Title, Severity: r.Severity.String(), Kind: string(r.Kind), Doc: jsonDoc{
			What: r.Doc.What, Why: r.Doc.Why, Breaks: r.Doc.Breaks, Verify: r.Doc.Verify, Bad: r.Doc.Bad, Good: r.Doc.Good,
			References: []jsonReference{},
		}}
		for _, ref := range r.Doc.References {
			j.Doc.References = append(j.Doc.References, jsonReference(ref))
		}
		list = append(list, j)
	}
	return writeJSON(w, struct {
		Version int        `json:"version"`
		Rules   []jsonRule `json:"rules"`
	}{JSONVersion, list})
}

// RulesMarkdown writes the rules as a page: a table, then a section for each.
func RulesMarkdown(w io.Writer, rules []*fixer.Rule) error {
	var b strings.Builder
	b.WriteString("# Rules\n\n| rule | severity | |\n|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.Name, anchor(r.Name), r.Severity, strings.ReplaceAll(r.Title, "|", `\|`))
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n%s. Severity: %s.\n", r.Name, capital(r.Title), r.Severity)
		for _, s := range sections(r) {
			if s.verbatim {
				fmt.Fprintf(&b, "\n### %s\n\n%s\n", s.heading, fenced(s.text))
				continue
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s\n", s.heading, strings.TrimSpace(s.text))
		}
		if len(r.Doc.References) > 0 {
			b.WriteString("\n### References\n\n")
		}
		for _, ref := range r.Doc.References {
			name := ref.Source + " " + ref.ID
			if ref.URL != "" {
				name = "[" + name + "](" + ref.URL + ")"
			}
			b.WriteString("- " + name + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fenced puts an example between fences longer than any in it.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "\n" + strings.Trim(s, "\n") + "\n" + fence
}

// anchor is what a heading's link is on the usual hosts: letters, digits and
// hyphens.
func anchor(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
