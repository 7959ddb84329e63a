package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
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
	Kind     string  `json:"kind"` // "manifests" for Compose and Kubernetes, empty for rules that look at all files together
	Phase    string  `json:"phase"`
	Doc      jsonDoc `json:"doc"`

	Params []jsonRuleParam `json:"params"`
}

// A jsonRuleParam is a parameter that fixes of the rule may take.
type jsonRuleParam struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

type jsonDoc struct {
	Summary    string          `json:"summary"`
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
	Title  string `json:"title,omitempty"`
	URL    string `json:"url,omitempty"`
}

// RulesJSON writes the rules with their documentation.
func RulesJSON(w io.Writer, rules []*fixer.Rule) error {
	list := []jsonRule{}
	for _, r := range rules {
		page := r.Page()
		j := jsonRule{Name: r.Name, Title: r.Title, Severity: r.Severity.String(), Kind: string(r.Kind), Phase: r.Phase.String(), Params: []jsonRuleParam{}, Doc: jsonDoc{
			Summary: page.Summary, What: page.What, Why: page.Why, Breaks: page.Breaks, Verify: page.Verify, Bad: page.Bad, Good: page.Good,
			References: []jsonReference{},
		}}
		for _, ref := range r.References {
			j.Doc.References = append(j.Doc.References, jsonReference{ref.Source.Name, ref.ID, ref.Title, ref.URL()})
		}
		for _, p := range r.Params {
			j.Params = append(j.Params, jsonRuleParam{p.Name, p.Meaning})
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
		fmt.Fprintf(&b, "\n## %s\n\n%s. Severity: %s.\n", r.Name, capitalize(r.Title), r.Severity)
		b.WriteString(demoteHeadings(r.Doc))
		if len(r.References) > 0 {
			b.WriteString("\n### References\n\n")
		}
		for _, c := range fixer.Cite(r.References) {
			name := c.Text
			if c.URL != "" {
				name = "[" + name + "](" + c.URL + ")"
			}
			b.WriteString("- " + name + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// demoteHeadings returns a rule's page for a place under a heading of the second level:
// without its title line, and its headings one level lower.
func demoteHeadings(page string) string {
	_, page, _ = strings.Cut(page, "\n")
	return strings.ReplaceAll(page, "\n## ", "\n### ")
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

func capitalize(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
