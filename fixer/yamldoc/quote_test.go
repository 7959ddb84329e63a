package yamldoc

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// TestQuoting writes strings as values, items and keys, in block and in flow
// style, and reads them back with a reader of YAML 1.2 and one of YAML 1.1.
func TestQuoting(t *testing.T) {
	plain := []string{"a", "a b", "nginx:1.25-alpine", "-XX:+UseG1GC", "--flag", "10s", "512m", "1.2.3", "/bin/sh", "a#b", "a:b", "a@b",
		"http://x/y?z=1", "$HOME", "${X:-y}", "~/x", "<a>", "a'b", `a"b`, "(x)", "éß日本", "0.5cpu", "1:2:x", "+x", "_1", ".5x", ".", "..", "1e", "2001-x", "v1", "a, b", "[a]"[1:]}
	quote := []string{"", " a", "a ", "yes", "No", "ON", "off", "true", "False", "null", "~", "NULL", "y", "N", "<<", "=",
		"1", "-1", "+1", "0", "00", "0440", "0o17", "0x1F", "0b11", "1_000", "1.5", "1.", ".5", "-.5", "1e3", "1E-3", "1.5e+10", ".inf", "-.INF", ".NaN", "22:22", "1:20:30.5", "190:20:30",
		"2001-01-01", "2001-1-1 10:00:00", "2001-12-14t21:59:43.10-05:00",
		"- a", "-", "---", "--- a", "...", "? a", "?", ": a", ":", "a:", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "[a", "{a", "]", "}", ",a", "'a", `"a`, "a\tb", "\ta", "a\nb", "a\r\n", "\n", "a\n", "\u0085", "\u2028x", "\ufeff", "\x01", "\x7f", "\u200b", "💥\u00a0"}
	for _, s := range plain {
		if s != "a, b" && s != "a]" && !plainSafe(s, false) {
			t.Errorf("%q needs no quotes", s)
		}
	}
	for _, s := range quote {
		if plainSafe(s, false) {
			t.Errorf("%q needs quotes", s)
		}
	}
	for _, s := range append(plain, quote...) {
		for _, src := range []string{"a:\n  b: c\n", "a: {b: c}\n", "{\"a\": {\"b\": \"c\"}}", "a:\n  b: 'c'\n  d: 'e'\n"} {
			for _, v := range []any{s, []any{s}, Map{{s, s}}} {
				out, err := edit(t, src, 0, Set(P("a", "x"), v))
				if err != nil {
					t.Errorf("%q in %q: %v", s, src, err)
					continue
				}
				for name, read := range map[string]func([]byte, any) error{
					"1.2": func(b []byte, v any) error { return yaml.Unmarshal(b, v) },
					"1.1": func(b []byte, v any) error { return sigs.Unmarshal(b, v) },
				} {
					var got map[string]map[string]any
					if err := read([]byte(out), &got); err != nil {
						t.Errorf("%q: %s reader: %v\n%s", s, name, err, out)
						continue
					}
					ok := false
					switch x := got["a"]["x"].(type) {
					case string:
						ok = x == s
					case []any:
						ok = len(x) == 1 && x[0] == s
					case map[string]any:
						ok = len(x) == 1 && x[s] == s
					}
					if !ok {
						t.Errorf("%q: %s reader: got %#v from\n%s", s, name, got["a"]["x"], out)
					}
				}
			}
		}
	}
}

func TestSeveralOps(t *testing.T) {
	src := "s:\n  a:\n    image: x\n  b:\n    image: y\n"
	out, err := edit(t, src, 0,
		Set(P("s", "a", "security_opt"), []string{"no-new-privileges:true"}),
		Append(P("s", "a", "security_opt"), "apparmor=x"),
		Set(P("s", "b", "read_only"), true),
		Remove(P("s", "a", "image")),
		Set(P("s", "a", "new"), 1),
		Remove(P("s", "a", "new")),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := "s:\n  a:\n    security_opt:\n      - no-new-privileges:true\n      - apparmor=x\n  b:\n    image: y\n    read_only: true\n"
	if out != want {
		t.Errorf("got\n%s", out)
	}
}

// TestSecondTimeNothing repeats operations: what is already so needs no edit.
func TestSecondTimeNothing(t *testing.T) {
	for _, v := range []any{true, 3, 1.5, "x", "10", nil, Raw("0440"), Map{}, []any{}, Map{{"k", []string{"ALL"}}}} {
		out, err := edit(t, "a:\n  b: c\n", 0, Set(P("a", "x"), v))
		if err != nil {
			t.Fatal(err)
		}
		c, err := parse(t, out).Docs[0].Edit(Set(P("a", "x"), v))
		if err != nil || len(c.Edits) != 0 || len(c.Paths) != 0 {
			t.Errorf("%v: %v, %v", v, c, err)
		}
	}
}

func TestOtherDocumentsStay(t *testing.T) {
	src := "# first\na: 1\n---\n# second\nb: 2\n---\nc: 3"
	for i, want := range []string{
		"# first\na: 1\nx: true\n---\n# second\nb: 2\n---\nc: 3",
		"# first\na: 1\n---\n# second\nb: 2\nx: true\n---\nc: 3",
		"# first\na: 1\n---\n# second\nb: 2\n---\nc: 3\nx: true",
	} {
		out, err := edit(t, src, i, Set(P("x"), true))
		if err != nil || out != want {
			t.Errorf("document %d: %v\n%s", i, err, out)
		}
	}
}

func TestEqualSeesDifferences(t *testing.T) {
	const src = "a: 0440 # one\nb: &x {c: 1, d: [1, 2]}\ne: *x\n# two\nf: 'g'\n"
	for _, tt := range []struct {
		from, to string // a replacement in src
		except   []Path
		want     string // in the error; empty when equal
	}{
		{"0440", "440", nil, "a was"},
		{"0440", "'0440'", nil, "!!int"},
		{"0440", "440", []Path{P("a")}, ""},
		{"'g'", "g", nil, ""},
		{"# two", "# too", nil, "two"},
		{"# one", "", nil, "one"},
		{"# one", "", []Path{P("a")}, ""},
		{"f: 'g'", "", nil, "f is gone"},
		{"f: 'g'", "f: 'g'\nh: 1", nil, "h appeared"},
		{"f: 'g'", "f: 'g'\nh: 1", []Path{P("h")}, ""},
		{"c: 1", "c: 2", nil, "b.c"},
		{"c: 1", "c: 2", []Path{P("b", "c")}, "*x"},
		{"c: 1", "c: 2", []Path{P("b", "c"), P("e")}, ""},
		{"e: *x", "e: {c: 1, d: [1, 2]}", nil, "alias"},
		{"&x", "&y", nil, ""},
		{"[1, 2]", "[1]", nil, "b.d[1]"},
		{"[1, 2]", "[2, 1]", nil, "b.d[0]"},
		{"[1, 2]", "[1, 2, 3]", []Path{P("b", "d", 2), P("e")}, ""},
		{"c: 1, d: [1, 2]", "d: [1, 2], c: 1", nil, "b"},
	} {
		after := strings.Replace(src, tt.from, tt.to, 1)
		if tt.to == "&y" {
			after = strings.Replace(after, "*x", "*y", 1)
			tt.want = "anchor"
		}
		err := Equal(parse(t, src), parse(t, after), 0, tt.except)
		switch {
		case err == nil && tt.want != "":
			t.Errorf("%s to %s except %v: equal", tt.from, tt.to, tt.except)
		case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s to %s except %v: %v, want …%s…", tt.from, tt.to, tt.except, err, tt.want)
		}
	}
	if Equal(parse(t, "a: 1"), parse(t, "a: 1\n---\nb: 1"), 0, nil) == nil {
		t.Error("another document appeared")
	}
}
