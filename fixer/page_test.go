package fixer_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

var page = strings.Join([]string{
	"# dockerfile/a-rule", "One sentence with `code`.", "## What is reported", "Steps with `rm *`.", "Twice.", "## Why", "Because.", "## What can break", "Little.",
	"## How to check", "`docker build .`   builds", fixer.ExampleSection("dockerfile", "FROM a\n## Why\n```\n", "FROM b\n"),
}, "\n\n")

func TestPage(t *testing.T) {
	p, err := fixer.ParsePage(page)
	if err != nil {
		t.Fatal(err)
	}
	want := fixer.Page{
		Name: "dockerfile/a-rule", Summary: "One sentence with code.", What: "Steps with rm *.\n\nTwice.", Why: "Because.", Breaks: "Little.",
		Verify: "docker build .   builds", Bad: "FROM a\n## Why\n```\n", Good: "FROM b\n",
	}
	if *p != want {
		t.Errorf("%+v\nwant %+v", *p, want)
	}
	r := &fixer.Rule{Doc: page}
	if first, again := r.Page(), r.Page(); first.Why != "Because." || first != again {
		t.Error("the page of a rule is not that of its text, or is read again")
	}
}

func TestPageRefuses(t *testing.T) {
	for name, edit := range map[string][2]string{
		"no title":          {"# dockerfile", "dockerfile"},
		"no summary":        {"One sentence with `code`.", ""},
		"two lines":         {"One sentence", "One\nsentence"},
		"another heading":   {"## Why", "## Because"},
		"a heading missing": {"## What can break\n\n", ""},
		"an empty part":     {"Little.", ""},
		"one more":          {"## How to check", "## More\n\nText.\n\n## How to check"},
		"no good example":   {"Good:", "Better:"},
		"an open fence":     {"FROM b\n```", "FROM b\n"},
	} {
		text := strings.Replace(page, edit[0], edit[1], 1)
		if text == page {
			t.Fatalf("%s: %q is not there", name, edit[0])
		}
		if _, err := fixer.ParsePage(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := fixer.ParsePage(page + "\nafter"); err == nil {
		t.Error("text after the example is accepted")
	}
	if _, err := fixer.ParsePage(""); err == nil {
		t.Error("an empty page is accepted")
	}
}
