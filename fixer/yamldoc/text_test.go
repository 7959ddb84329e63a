package yamldoc

import (
	"bytes"
	"testing"
)

func TestInScalar(t *testing.T) {
	src := "a: 1 # c\nb: |\n  # text\n'k # x': \"v # y\"\nl: [p, q] # d\n---\nkind: Skip\nx: 1 # e\n"
	f, err := ParseWhere([]byte(src), func(o Outline) bool { return !o.Has("kind") })
	if err != nil {
		t.Fatal(err)
	}
	for mark, want := range map[string]bool{"# c": false, "# text": true, "# x": true, "# y": true, "# d": false, "# e": true} {
		if got := f.InScalar(bytes.Index([]byte(src), []byte(mark))); got != want {
			t.Errorf("%q is in a scalar: %v, want %v", mark, got, want)
		}
	}
	if f.InScalar(len(src)) {
		t.Error("the end of the file is in no scalar")
	}
}

func TestTextTextsAndKeyOrSelf(t *testing.T) {
	f, err := Parse([]byte("a: x\nl: [p, {q: r}, 3]\nn: null\n"))
	if err != nil {
		t.Fatal(err)
	}
	root := f.Docs[0].Root
	if root.Get("a").Text() != "x" || root.Get("n").Text() != "" || root.Get("l").Text() != "" || root.Get("none").Text() != "" {
		t.Error("Text is that of scalars alone")
	}
	if got := root.Get("l").Texts(); len(got) != 3 || got[0] != "p" || got[1] != "" || got[2] != "3" {
		t.Errorf("Texts = %q", got)
	}
	if k := root.Get("a").KeyOrSelf(); k.Value != "a" {
		t.Errorf("the key of a value is %q", k.Value)
	}
	if item := root.Get("l").Item(0); item.KeyOrSelf() != item || root.KeyOrSelf() != root || (*Node)(nil).KeyOrSelf() != nil {
		t.Error("what is no value of a mapping is its own place")
	}
}

func TestEqualData(t *testing.T) {
	parse := func(s string) *File {
		f, err := Parse([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := parse("a: 1\nb: [2]\n")
	if err := EqualData(before, parse("# new\na: 1 # too\nb: [2]\n"), 0); err != nil {
		t.Errorf("comments count as data: %v", err)
	}
	for _, changed := range []string{"a: 2\nb: [2]\n", "a: 1\n", "a: '1'\nb: [2]\n", "a: 1\nb: [2]\nc: 3\n"} {
		if EqualData(before, parse(changed), 0) == nil {
			t.Errorf("%q counts as equal", changed)
		}
	}
	if EqualData(before, before, 1) == nil {
		t.Error("there is no second document")
	}
}
