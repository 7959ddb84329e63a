package yamldoc

import (
	"errors"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// edit applies operations to a document and returns the new source. It checks
// what must hold for every edit: the declared paths cover the change.
func edit(t *testing.T, src string, doc int, ops ...Op) (string, error) {
	t.Helper()
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatalf("parse %q: %v", src, err)
	}
	c, err := f.Docs[doc].Edit(ops...)
	if err != nil {
		var r *Refusal
		if !errors.As(err, &r) || r.Reason == "" {
			t.Fatalf("error %v is no refusal with a reason", err)
		}
		return "", err
	}
	out, err := text.Apply([]byte(src), c.Edits)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse(out)
	if err != nil {
		t.Fatalf("the result does not parse: %v\n%s", err, out)
	}
	for i := range f.Docs {
		except := c.Paths
		if i != doc {
			except = nil
		}
		if err := Equal(f, after, i, except); err != nil {
			t.Fatalf("document %d differs outside %v: %v\n%s", i, c.Paths, err, out)
		}
	}
	return string(out), nil
}

func TestEdit(t *testing.T) {
	drop := Map{{"drop", []string{"ALL"}}}
	for _, tt := range []struct {
		name, src string
		op        Op
		want      string
	}{
		{"last key, comments of the next one stay with it",
			"a:\n  b: 1 # one\n\n# about c\nc: 2\n", Set(P("a", "x"), true),
			"a:\n  b: 1 # one\n  x: true\n\n# about c\nc: 2\n"},
		{"what is commented out of the last child stays with it",
			"s:\n  l:\n  - n: 1\n    # about e\n\n    # e:\n  # about v\nt: 2\n", Set(P("s", "v"), 3),
			"s:\n  l:\n  - n: 1\n    # about e\n\n    # e:\n  v: 3\n  # about v\nt: 2\n"},
		{"a comment of its own depth does not", "s:\n  - n: 1\n    # e:\n", Set(P("s", 0, "m"), 3), "s:\n  - n: 1\n    m: 3\n    # e:\n"},
		{"commented out at the end, no final newline", "s:\n  n: 1\n  # e:", Set(P("t"), 3), "s:\n  n: 1\n  # e:\nt: 3"},
		{"blank lines at the end are no comment", "s:\n  n: 1\n\n\n", Set(P("t"), 3), "s:\n  n: 1\nt: 3\n\n\n"},
		{"no final newline", "a:\n  b: 1", Set(P("a", "x"), true), "a:\n  b: 1\n  x: true"},
		{"crlf", "a:\r\n  b: 1\r\nc: 2\r\n", Set(P("a", "x"), Map{{"k", 1}}), "a:\r\n  b: 1\r\n  x:\r\n    k: 1\r\nc: 2\r\n"},
		{"crlf, no final newline", "a:\r\n  b: 1", Set(P("a", "x"), 1), "a:\r\n  b: 1\r\n  x: 1"},
		{"bom", "\ufeffa: 1\n", Set(P("x"), true), "\ufeffa: 1\nx: true\n"},
		{"quotes of a text stay", "a: \"x\" # one\nb: 'y'\nc: z\n", Set(P("a"), "u"), "a: \"u\" # one\nb: 'y'\nc: z\n"},
		{"single quotes stay, in flow", "a: {b: 'y', c: z}\n", Set(P("a", "b"), "u"), "a: {b: 'u', c: z}\n"},
		{"quotes stay, in a list", "a:\n- x\n- \"y\"\n", Set(P("a", 1), "u"), "a:\n- x\n- \"u\"\n"},
		{"what is no text takes no quotes", "a: \"x\"\nb: y\n", Set(P("a"), true), "a: true\nb: y\n"},
		{"nor does what a mapping holds", "a: \"x\"\nb: y\n", Set(P("a"), Map{{"k", "v"}}), "a:\n  k: v\nb: y\n"},
		{"bom, replace", "\ufeffa: 1\n", Set(P("a"), 2), "\ufeffa: 2\n"},
		{"list item mapping", "l:\n- name: x\n  image: y\n- name: z\n", Set(P("l", 0, "s", "t"), true),
			"l:\n- name: x\n  image: y\n  s:\n    t: true\n- name: z\n"},
		{"list item mapping, wide dash", "l:\n  -   name: x\n  -   name: z\n", Set(P("l", 1, "u"), "a"),
			"l:\n  -   name: x\n  -   name: z\n      u: a\n"},
		{"lists at the column of their key", "a:\n- x\nb:\n  c: 1\n", Set(P("b", "l"), []any{"v"}), "a:\n- x\nb:\n  c: 1\n  l:\n  - v\n"},
		{"lists deeper than their key", "a:\n    - x\nb:\n    c: 1\n", Set(P("b", "l"), []any{"v"}), "a:\n    - x\nb:\n    c: 1\n    l:\n        - v\n"},
		{"missing parents", "a:\n    b: 1\n", Set(P("a", "s", "capabilities"), drop),
			"a:\n    b: 1\n    s:\n        capabilities:\n            drop:\n                - ALL\n"},
		{"flow mapping", "a: {b: 1}\n", Set(P("a", "x"), true), "a: {b: 1, x: true}\n"},
		{"flow mapping, padded", "a: { b: 1 } # c\n", Set(P("a", "x"), Map{{"k", 1}}), "a: { b: 1, x: { k: 1 } } # c\n"},
		{"flow mapping, trailing comma", "a: {b: 1,}\n", Set(P("a", "x"), true), "a: {b: 1, x: true,}\n"},
		{"flow over lines", "a: {\n  b: 1, # one\n  c: 2 # two\n}\n", Set(P("a", "x"), true), "a: {\n  b: 1, # one\n  c: 2, # two\n  x: true\n}\n"},
		{"flow over lines, trailing comma", "a: [\n  b, # one\n]\n", Append(P("a"), "x"), "a: [\n  b, # one\n  x,\n]\n"},
		{"flow over lines, bracket behind", "a: [b,\n    c]\n", Append(P("a"), "x"), "a: [b,\n    c,\n    x]\n"},
		{"empty flow becomes a block", "a: {} # c\nb: 1\n", Set(P("a", "x"), true), "a: # c\n  x: true\nb: 1\n"},
		{"empty list becomes a block", "a:\n  l: []\n", Append(P("a", "l"), "x"), "a:\n  l:\n    - x\n"},
		{"null becomes a block", "a: ~\n", Set(P("a", "x"), true), "a:\n  x: true\n"},
		{"nothing becomes a block", "a: # todo\n# more\nb: 1\n", Set(P("a", "x"), true), "a: # todo\n  x: true\n# more\nb: 1\n"},
		{"nothing, no final newline", "a:", Set(P("a", "x"), true), "a:\n  x: true"},
		{"empty in flow", "a: {b: {}, c: }\n", Set(P("a", "b", "x"), true), "a: {b: {x: true}, c: }\n"},
		{"null in flow", "a: {b: 1, c: }\n", Set(P("a", "c", "x"), 1), "a: {b: 1, c: {x: 1} }\n"},
		{"empty item", "a:\n  -\n  - b\n", Set(P("a", 0), "x"), "a:\n  - x\n  - b\n"},
		{"compact list in a list", "- - a\n  - b\n- - c\n", Append(P(0), "x"), "- - a\n  - b\n  - x\n- - c\n"},
		{"item with a mapping", "a:\n  - n: 1\n", Append(P("a"), Map{{"k", 2}, {"m", []any{1}}}), "a:\n  - n: 1\n  - k: 2\n    m:\n      - 1\n"},
		{"json", "{\n  \"a\": 1,\n  \"b\": {\"c\": 2}\n}\n", Set(P("x"), drop),
			"{\n  \"a\": 1,\n  \"b\": {\"c\": 2},\n  \"x\": {\n    \"drop\": [\n      \"ALL\"\n    ]\n  }\n}\n"},
		{"json, tabs", "{\n\t\"a\": {\n\t\t\"b\": []\n\t}\n}\n", Append(P("a", "b"), "x"), "{\n\t\"a\": {\n\t\t\"b\": [\n\t\t\t\"x\"\n\t\t]\n\t}\n}\n"},
		{"json on one line", `{"a":{"b":1}}`, Set(P("a", "x"), drop), `{"a":{"b":1,"x":{"drop":["ALL"]}}}`},
		{"document after a marker", "--- {a: 1}\n", Set(P("b"), 2), "--- {a: 1, b: 2}\n"},
		{"root by a block, after a marker", "--- text # c\n", Set(nil, Map{{"a", 1}, {"b", 2}}), "--- # c\na: 1\nb: 2\n"},
		{"root by a block, indented", " - x\n", Set(nil, []any{1, 2}), " - 1\n - 2\n"},
		{"null root", "---\n~ # c\n", Set(P("a"), 1), "---\na: 1 # c\n"},
		{"flow, the last value is nothing", "a: {0: }\n", Set(P("a", "x"), 1), "a: {0: , x: 1}\n"},
		{"flow, the last value is no more than its colon", "a: {\"b\":}\n", Set(P("a", "x"), 1), "a: {\"b\": , \"x\": 1}\n"},
		{"comment right behind a bracket", "a: {b: 1}#c\n", Set(P("a"), "x"), "a: x #c\n"},
		{"key that ends in a colon", "[{a, b:}]\n", Set(P(0, "x"), 1), "[{a, b:, x: 1}]\n"},
		{"empty document", "---\n# c\n", Set(P("a"), 1), "---\na: 1\n# c\n"},
		{"empty file", "", Set(P("a", "b"), 1), "a:\n  b: 1\n"},
		{"dots at the end", "a: 1\n...\n", Set(P("b"), 2), "a: 1\nb: 2\n...\n"},
		{"anchor of its own", "a: &x\n  b: 1\n", Set(P("a", "c"), 2), "a: &x\n  b: 1\n  c: 2\n"},
		{"defaults by merge", "x: &x\n  a: 1\ny:\n  <<: *x\nz: 1\n", Set(P("y", "a"), 2), "x: &x\n  a: 1\ny:\n  <<: *x\n  a: 2\nz: 1\n"},
		{"literal at the end", "a: |\n  text\nb: 1\n", Set(P("a"), "x"), "a: x\nb: 1\n"},
		{"behind a literal", "a:\n  b: |\n    text\n\n\nc: 1\n", Set(P("a", "x"), 1), "a:\n  b: |\n    text\n  x: 1\n\n\nc: 1\n"},
		{"behind a kept literal", "a:\n  b: |+\n    text\n\n\nc: 1\n", Set(P("a", "x"), 1), "a:\n  b: |+\n    text\n\n\n  x: 1\nc: 1\n"},
		{"behind a literal that ends the file without newline", "a: |\n  text", Set(P("x"), 1), "a: |-\n  text\nx: 1"},
		{"behind an indented literal", "a: |2\n    text\n", Set(P("x"), 1), "a: |2\n    text\nx: 1\n"},
		{"scalar below its key", "a:\n  long\n  text # c\nb: 1\n", Set(P("a"), "x"), "a:\n  x # c\nb: 1\n"},
		{"block by a scalar", "a: # c\n  b: 1\n  c: 2\nd: 1\n", Set(P("a"), false), "a: false # c\nd: 1\n"},
		{"scalar by a block", "a: x # c\nb: 1\n", Set(P("a"), Map{{"k", "z"}}), "a: # c\n  k: z\nb: 1\n"},
		{"list by a list", "a:\n  - x\n  - y\nb: 1\n", Set(P("a"), []string{"z"}), "a:\n  - z\nb: 1\n"},
		{"comment of a literal's header", "a: | # c\n  text\nb: 1\n", Set(P("a"), 1), "a: 1 # c\nb: 1\n"},
		{"neighbours' quotes", "a:\n  - \"x\"\n  - \"y\"\n", Append(P("a"), "z"), "a:\n  - \"x\"\n  - \"y\"\n  - \"z\"\n"},
		{"neighbours' needed quotes are no style", "a:\n  u: '10'\n  v: w\n", Set(P("a", "x"), "b"), "a:\n  u: '10'\n  v: w\n  x: b\n"},
		{"needed quotes as elsewhere", "a:\n  u: '10'\n", Set(P("a", "x"), "11"), "a:\n  u: '10'\n  x: '11'\n"},
		{"octal", "mode: 1\n", Set(P("mode"), Raw("0440")), "mode: 0440\n"},
		{"already so", "a: true # c\n", Set(P("a"), true), "a: true # c\n"},
		{"insert", "a: 1\n", Insert(P("b"), "x"), "a: 1\nb: x\n"},
		{"append makes the list", "a:\n  b: 1\n", Append(P("a", "l"), "x"), "a:\n  b: 1\n  l:\n    - x\n"},
		{"several lines of text", "a:\n  b: 1\n", Set(P("a", "t"), "one\n\ntwo\n"), "a:\n  b: 1\n  t: |\n    one\n\n    two\n"},
		{"several lines of text at an end without newline", "a: 1", Set(P("t"), "one\ntwo\n"), "a: 1\nt: \"one\\ntwo\\n\""},
		{"explicit keys", "? a\n: 1\n? b\n: 2\n", Set(P("c"), 3), "? a\n: 1\n? b\n: 2\nc: 3\n"},

		{"remove the first", "a: 1 # c\nb: 2\n", Remove(P("a")), "b: 2\n"},
		{"remove the last, no newline", "a: 1\nb: 2", Remove(P("b")), "a: 1"},
		{"remove the only one", "a:\n  b: 1\nc: 2\n", Remove(P("a", "b")), "a: {}\nc: 2\n"},
		{"remove the only item", "a:\n- b\nc: 2\n", Remove(P("a", 0)), "a: []\nc: 2\n"},
		{"remove the only one, anchor", "a: &x # c\n  b: 1\nc: 2\n", Remove(P("a", "b")), "a: &x {} # c\nc: 2\n"},
		{"remove behind a dash", "- a: 1\n  b: 2\n", Remove(P(0, "a")), "- b: 2\n"},
		{"remove behind a dash, comment between", "- a: 1\n  # c\n  b: 2\n", Remove(P(0, "a")), "-\n  # c\n  b: 2\n"},
		{"remove the only one behind a dash", "- a: 1\n- c: 2\n", Remove(P(0, "a")), "- {}\n- c: 2\n"},
		{"remove a block", "a:\n  - x\n  - y: 1\n    z: 2\n  - w\n", Remove(P("a", 1)), "a:\n  - x\n  - w\n"},
		{"remove in flow, first", "a: {b: 1, c: 2}\n", Remove(P("a", "b")), "a: {c: 2}\n"},
		{"remove in flow, last", "a: {b: 1, c: 2}\n", Remove(P("a", "c")), "a: {b: 1}\n"},
		{"remove in flow, only", "a: { b: 1 }\n", Remove(P("a", "b")), "a: {}\n"},
		{"remove in flow, a comment behind the comma before", "{a,#c\n1}\n", Remove(P("1")), "{a #c\n}\n"},
		{"remove in flow, bracket behind", "a: [b,\n    c]\n", Remove(P("a", 1)), "a: [b]\n"},
		{"remove in flow, several on a line", "a: [\n  b, c,\n  d\n]\n", Remove(P("a", 1)), "a: [\n  b, d\n]\n"},
		{"remove in flow, the only one beside a comment", "a: [ # c\n  b,\n]\n", Remove(P("a", 0)), "a: [ # c\n  \n]\n"},
		{"remove in json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", Remove(P("b")), "{\n  \"a\": 1\n}\n"},
		{"remove in json, first", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", Remove(P("a")), "{\n  \"b\": 2\n}\n"},
		{"remove behind a literal, no newline", "a: |\n  x\nb: 1", Remove(P("b")), "a: |\n  x\n"},
		{"remove a literal", "a: |\n  x\n\nb: 1\n", Remove(P("a")), "\nb: 1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := edit(t, tt.src, 0, tt.op)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%s\nfrom %q\ngot  %q\nwant %q", tt.op.path, tt.src, got, tt.want)
			}
		})
	}
}
