package report_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/report"
)

func TestExplain(t *testing.T) {
	rule := fakeRules()[0]
	got := written(t, func(w io.Writer) error { return report.Explain(w, rule, report.Style{}) })
	want := `compose/fixable: fixable | title
severity: medium

An example line is wrong; write another.

Why
  Because of:
  - one
  - two

What can break
  nothing

How to check
  docker compose exec web a-command --with-a-long-flag --and-another-one --that-is-never-wrapped
      prints nothing

Example
    a:
      b: 1

Fixed
    a:
      b: ` + "```" + `2

What is reported
  Lines.

  A second paragraph that is long enough to be wrapped somewhere before its
  eightieth column ends.

References
  Web 5.4  https://example.org/5.4
  Kubesec DockerSock

Suppress this rule
  At the end of the line or on the line before:
      # oakum: ignore compose/fixable REASON
  For a whole file, above its first line of content:
      # oakum: ignore-file compose/fixable REASON
  For one run: --ignore compose/fixable
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestRulesInEveryForm(t *testing.T) {
	rules := fakeRules()
	text := written(t, func(w io.Writer) error { return report.RulesText(w, rules, report.Style{}) })
	if want := "compose/hopeless  critical  hopeless | title\n"; !strings.Contains(text, want) || strings.Count(text, "\n") != len(rules) {
		t.Errorf("no %q in:\n%s", want, text)
	}
	page := written(t, func(w io.Writer) error { return report.RulesMarkdown(w, rules) })
	for _, want := range []string{
		"| [compose/risky](#composerisky) | high | risky \\| title |\n", // a bar would end the cell
		"\n## compose/risky\n\nRisky | title. Severity: high.\n\nAn example line is wrong; write another.\n\n### What is reported\n\nLines.\n",
		"\n````yaml\na:\n  b: ```2\n````\n", // a fence longer than the one inside
		"- [Web 5.4](https://example.org/5.4)\n- Kubesec DockerSock\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in:\n%s", want, page)
		}
	}
	var v struct {
		Version int
		Rules   []struct {
			Name, Severity, Kind string
			Doc                  struct {
				What, Why, Breaks, Verify, Bad, Good string
				References                           []struct{ Source, ID, URL string }
			}
		}
	}
	if err := json.Unmarshal([]byte(written(t, func(w io.Writer) error { return report.RulesJSON(w, rules) })), &v); err != nil {
		t.Fatal(err)
	}
	if v.Version != report.JSONVersion || len(v.Rules) != len(rules) || v.Rules[0].Doc.Bad != rules[0].Page().Bad || len(v.Rules[0].Doc.References) != 2 {
		t.Errorf("%+v", v)
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"kubernetes/privileged", "compose/privileged", "compose/docker-socket", "kubernetes/run-as-non-root", "dockerfile/runs-as-root"}
	for given, want := range map[string]string{
		"":                           "",
		"kubernetes/privilegd":       ": did you mean kubernetes/privileged?",
		"privileged":                 ": did you mean compose/privileged or kubernetes/privileged?",
		"Privileged":                 ": did you mean compose/privileged or kubernetes/privileged?",
		"docker-sokcet":              ": did you mean compose/docker-socket?",
		"runs-as-root":               ": did you mean dockerfile/runs-as-root?",
		"kubernetes/run-as-nonroot":  ": did you mean kubernetes/run-as-non-root?",
		"kubernetes":                 ": did you mean kubernetes/privileged or kubernetes/run-as-non-root?",
		"something-else-altogether":  "",
		strings.Repeat("a", 1000000): "",
	} {
		if got := report.DidYouMean(given, names); got != want {
			t.Errorf("DidYouMean(%.40q) = %q, want %q", given, got, want)
		}
	}
	long := strings.Repeat("a", 200)
	if got := report.DidYouMean(long, []string{long + "b"}); got != "" {
		t.Errorf("names of 200 characters are compared: %.40q", got)
	}
	if got := report.DidYouMean("abc", []string{"abd", "abe", "abf", "abg", "abd"}); got != ": did you mean abd, abe or abf?" {
		t.Errorf("of many: %q", got)
	}
}
