package yamldoc

import (
	"errors"
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	const shared = "base: &b\n  user: x\n  list: [a]\none: *b\ntwo:\n  <<: *b\n  own: 1\n"
	for _, tt := range []struct {
		name, src string
		op        Op
		code      RefusalCode
		want      string // in the reason
		line      int
	}{
		{"below an anchor with users", shared, Set(P("base", "x"), 1), RefuseAlias, "one (line 4)", 1},
		{"an anchor with users", shared, Set(P("base"), 1), RefuseAlias, "&b", 1},
		{"removing an anchor with users", shared, Remove(P("base")), RefuseAlias, "two", 1},
		{"removing what holds an anchor with users", "a:\n  b: &b 1\nc: *b\n", Remove(P("a")), RefuseAlias, "&b", 2},
		{"replacing what holds an anchor with users", "a:\n  b: &b 1\nc: *b\n", Set(P("a"), 1), RefuseAlias, "&b", 2},
		{"an alias", shared, Set(P("one"), 1), RefuseAlias, "*b", 4},
		{"below an alias", shared, Set(P("one", "user"), 1), RefuseAlias, "*b", 4},
		{"inside a merged value", shared, Set(P("two", "list", 0), "z"), RefuseMerge, "replace all of it", 6},
		{"appending to a merged list", shared, Append(P("two", "list"), "z"), RefuseMerge, "replace that list", 6},
		{"removing a merged key", shared, Remove(P("two", "user")), RefuseMerge, "removed", 6},
		{"inserting a merged key", shared, Insert(P("two", "user"), "z"), RefuseMerge, "already", 6},
		{"the merge key itself", shared, Set(P("two", "<<"), 1), RefuseMerge, "merge key", 6},
		{"removing the merge key", shared, Remove(P("two", "<<")), RefuseMerge, "merge key", 6},
		{"inserting what is there", "a: 1\n", Insert(P("a"), 2), RefuseExists, "already", 1},
		{"duplicate keys anywhere in the document", "a: 1\nb:\n  c: 1\n  c: 2\n", Set(P("a"), 2), RefuseDuplicate, "b.c", 4},
		{"a template that parses", "a: {{ .Values.x }}\nb: 1\n", Set(P("b"), 2), RefuseTemplate, "template", 1},
		{"a custom tag", "a: !reset null\n", Set(P("a"), 1), RefuseTag, "!reset", 1},
		{"a key in a list", "a: [1]\n", Set(P("a", "b"), 1), RefuseKind, "a is a list", 1},
		{"a key in an empty list", "a: []\n", Set(P("a", "b"), 1), RefuseKind, "a is a list", 1},
		{"an index in a mapping", "a: {b: 1}\n", Set(P("a", 0), 1), RefuseKind, "a is a mapping", 1},
		{"a key in a scalar", "a: text\n", Set(P("a", "b"), 1), RefuseKind, "a is a scalar", 1},
		{"appending to a mapping", "a: {b: 1}\n", Append(P("a"), 1), RefuseKind, "not a list", 1},
		{"beyond a list", "a: [1]\n", Set(P("a", 2), 1), RefuseAbsent, "1 items", 1},
		{"a new list that starts late", "a: 1\n", Set(P("b", 1), 1), RefuseAbsent, "starts at 0", 1},
		{"removing what is absent", "a: 1\n", Remove(P("b")), RefuseAbsent, "b is absent", 1},
		{"removing below what is absent", "a: 1\n", Remove(P("b", "c")), RefuseAbsent, "absent", 1},
		{"removing an item beyond", "a: [1]\n", Remove(P("a", 1)), RefuseAbsent, "absent", 1},
		{"removing everything", "a: 1\n", Remove(nil), RefuseUnsupported, "whole YAML document", 0},
		{"a pair without braces", "a: [b: 1]\n", Set(P("a", 0, "c"), 1), RefuseUnsupported, "braces", 1},
		{"the value of an explicit key", "? a\n: b: 1\n", Set(P("a"), Map{{"k", 1}}), RefuseUnsupported, "?", 1},
		{"a value of no YAML type", "a: 1\n", Set(P("b"), struct{}{}), RefuseValue, "struct", 0},
		{"a Go map, which has no order", "a: 1\n", Set(P("b"), map[string]any{}), RefuseValue, "map[string]", 0},
		{"a key twice in the value", "a: 1\n", Set(P("b"), Map{{"c", 1}, {"c", 2}}), RefuseValue, "twice", 0},
		{"a raw that is no scalar", "a: 1\n", Set(P("b"), Raw("{a}")), RefuseValue, "plain scalar", 0},
		{"text that is not UTF-8", "a: 1\n", Set(P("b"), "\xff"), RefuseValue, "UTF-8", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := edit(t, tt.src, 0, tt.op)
			var r *Refusal
			if !errors.As(err, &r) {
				t.Fatalf("not refused, but %q", out)
			}
			if r.Code != tt.code || !strings.Contains(r.Reason, tt.want) || r.Line != tt.line {
				t.Errorf("got %s on line %d: %s\nwant %s on line %d: …%s…", r.Code, r.Line, r.Reason, tt.code, tt.line, tt.want)
			}
		})
	}
}

// TestRefusedWhole checks that several operations are made together or not at all.
func TestRefusedWhole(t *testing.T) {
	f := parse(t, "a: 1\nb: [x]\n")
	c, err := f.Docs[0].Edit(Set(P("a"), 2), Set(P("b", "c"), 3))
	if err == nil || len(c.Edits) != 0 || len(c.Paths) != 0 {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestSkippedIsNotEdited(t *testing.T) {
	f, err := ParseWhere([]byte("a: 1\n"), func(Outline) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Docs[0].Edit(Set(P("a"), 2)); err == nil {
		t.Error("a document that was not read is edited")
	}
}
