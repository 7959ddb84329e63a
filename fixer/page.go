package fixer

import (
	"fmt"
	"strings"
)

// A Page is a rule's documentation, read from its Markdown. The texts are
// plain: code spans have lost their backticks.
type Page struct {
	Name    string // the rule's, from the title line
	Summary string // one sentence: what is wrong, and what to do
	What    string // what the rule looks at, and what it leaves alone
	Why     string // what an attacker gains, or what fails
	Breaks  string // what can stop working when it is fixed
	Verify  string // a command or a look that shows the fix works
	Bad     string // a short example of a finding
	Good    string // the same example, fixed
}

// The headings of a page, in their order.
var pageHeadings = []string{"What is reported", "Why", "What can break", "How to check", "Example"}

// ParsePage reads a page:
//
//	# KIND/NAME
//
//	One sentence that says what is wrong and what to do.
//
//	## What is reported
//	## Why
//	## What can break
//	## How to check
//	## Example
//
//	Bad:
//
//	```yaml
//	```
//
//	Good:
//
//	```yaml
//	```
//
// Every part is required, in this order, and nothing else is allowed. With an
// error comes as much of the page as could be read.
func ParsePage(markdown string) (*Page, error) {
	p := &Page{}
	head, rest, _ := strings.Cut(markdown, "\n## ")
	title, summary, _ := strings.Cut(head, "\n")
	p.Name = strings.TrimSpace(strings.TrimPrefix(title, "#"))
	p.Summary = plain(summary)
	if !strings.HasPrefix(title, "# ") || p.Summary == "" || strings.Contains(p.Summary, "\n") {
		return p, fmt.Errorf("a page begins with the line # KIND/NAME and a summary of one line")
	}
	var example string
	into := []*string{&p.What, &p.Why, &p.Breaks, &p.Verify, &example}
	for i, want := range pageHeadings {
		var part string
		part, rest, _ = cutOutsideFences(rest)
		heading, text, _ := strings.Cut(part, "\n")
		if heading != want {
			return p, fmt.Errorf("heading %q, want %q", heading, want)
		}
		if *into[i] = strings.Trim(text, "\n"); *into[i] == "" {
			return p, fmt.Errorf("nothing under %q", want)
		}
	}
	if rest != "" {
		return p, fmt.Errorf("text after the example: %.40q", rest)
	}
	for _, text := range into[:4] {
		*text = plain(*text)
	}
	var err error
	p.Bad, p.Good, err = parseExample(example)
	return p, err
}

// cutOutsideFences cuts at the next heading of the second level that is no
// line of an example.
func cutOutsideFences(s string) (before, after string, found bool) {
	fence, at := "", 0
	for line := range strings.Lines(s) {
		switch {
		case fence != "":
			if strings.TrimRight(line, "\n") == fence {
				fence = ""
			}
		case strings.HasPrefix(line, "```"):
			fence = line[:len(line)-len(strings.TrimLeft(line, "`"))]
		case strings.HasPrefix(line, "## ") && at > 0:
			return s[:at], s[at+len("## "):], true
		}
		at += len(line)
	}
	return s, "", false
}

func parseExample(s string) (bad, good string, err error) {
	for _, part := range []struct {
		label string
		into  *string
	}{{"Bad:", &bad}, {"Good:", &good}} {
		text, ok := strings.CutPrefix(strings.TrimLeft(s, "\n"), part.label+"\n\n```")
		if !ok {
			return bad, good, fmt.Errorf("an example is Bad: and Good:, each with a fenced block")
		}
		fence := "```" + text[:len(text)-len(strings.TrimLeft(text, "`"))]
		_, text, _ = strings.Cut(text, "\n")
		if strings.HasPrefix(text, fence) {
			return bad, good, fmt.Errorf("an empty example")
		}
		body, rest, ok := strings.Cut(text, "\n"+fence)
		if !ok {
			return bad, good, fmt.Errorf("the block of %s does not end", part.label)
		}
		*part.into, s = body+"\n", rest
	}
	if strings.Trim(s, "\n") != "" {
		return bad, good, fmt.Errorf("text after the example: %.40q", s)
	}
	return bad, good, nil
}

// ExampleSection returns the last section of a page for these examples.
// Language is that of the blocks, for those who highlight them.
func ExampleSection(language, bad, good string) string {
	return "## " + pageHeadings[len(pageHeadings)-1] + "\n\nBad:\n\n" + fenced(language, bad) + "\nGood:\n\n" + fenced(language, good)
}

// fenced puts a text between fences longer than any in it.
func fenced(language, s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(s, "\n") + "\n" + fence + "\n"
}

func plain(s string) string { return strings.ReplaceAll(strings.Trim(s, "\n"), "`", "") }
