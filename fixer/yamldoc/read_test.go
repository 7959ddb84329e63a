package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func parse(t testing.TB, src string) *File {
	t.Helper()
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, src)
	}
	return f
}

func TestSpans(t *testing.T) {
	for _, tt := range []struct{ name, src, path, want string }{
		{"plain", "a: b c # d\n", "a", "b c"},
		{"plain over lines", "a: one\n  two\n\n  three\nb: 1\n", "a", "one\n  two\n\n  three"},
		{"single quoted", "a: 'x''y' # c\n", "a", "'x''y'"},
		{"double quoted over lines", "a: \"x\\\"\n  y\" # c\n", "a", "\"x\\\"\n  y\""},
		{"literal", "a: |\n  x\n\n  y\n\nb: 1\n", "a", "|\n  x\n\n  y"},
		{"literal kept", "a: |+\n  x\n\nb: 1\n", "a", "|+\n  x\n"},
		{"literal with an indicator", "a: |1\n   x\n  y\nb: 1\n", "a", "|1\n   x\n  y"},
		{"literal with an indicator, deeper", "a:\n  b: |1\n     x\n    y\n  c: 1\n", "a.b", "|1\n     x\n    y"},
		{"tag with a comma", "a: !t,u b\n", "a", "!t,u b"},
		{"literal, lesser comment", "a:\n  b: |\n    x\n  # c\n", "a.b", "|\n    x"},
		{"literal, blank line deeper than the text", "a: |\n  x\n     \nb: 1\n", "a", "|\n  x\n     "},
		{"literal without text", "a: |\nb: 1\n", "a", "|"},
		{"literal at the end", "a: >-\n  x", "a", ">-\n  x"},
		{"literal in a list", "- |\n x\n- y\n", "[0]", "|\n x"},
		{"anchor and tag", "a: &x !!str b\n", "a", "&x !!str b"},
		{"anchor on a line of its own", "a: &x\n  b: 1\n", "a", "&x\n  b: 1"},
		{"anchor of the first key", "a:\n  &x b: 1\n", "a", "&x b: 1"},
		{"anchor without value", "a: &x\nb: 1\n", "a", "&x"},
		{"alias", "a: &x 1\nb: *x # c\n", "b", "*x"},
		{"nothing", "a: # c\nb: 1\n", "a", ""},
		{"flow", "a: {b: [1, 2, ], c: } # d\n", "a", "{b: [1, 2, ], c: }"},
		{"flow with comments", "a: [ # }\n  1, # ]\n]\n", "a", "[ # }\n  1, # ]\n]"},
		{"flow pair", "a: [b: c, d]\n", "a[0]", "b: c"},
		{"mapping", "a:\n  b: 1 # c\n\n# d\ne: 2\n", "a", "b: 1"},
		{"list at its key's column", "a:\n- b\n- c: 1\n  d: 2\ne: 1\n", "a", "- b\n- c: 1\n  d: 2"},
		{"item", "a:\n- b\n- c: 1\n  d: 2\ne: 1\n", "a[1]", "c: 1\n  d: 2"},
		{"after wide characters", "{é: '日本', x: y}\n", "x", "y"},
		{"behind a BOM", "\ufeffa: b\n", "a", "b"},
		{"crlf", "a:\r\n  b: |\r\n    x\r\nc: 1\r\n", "a.b", "|\r\n    x"},
		{"explicit key", "? a\n: b\n", "a", "b"},
		{"after dashes on the line", "--- # c\na: b\n", "a", "b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parse(t, tt.src)
			p, err := ParsePath(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			n := f.Docs[0].Root.At(p)
			if p.String() == "b" && strings.Contains(tt.src, "*x") {
				n = f.Docs[0].Root.Entries()[1].Value // the alias itself
			}
			if n == nil {
				t.Fatal("nothing there")
			}
			if got := tt.src[n.Start:n.End]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			checkFile(t, tt.name, f)
		})
	}
}

const merged = `
base: &base
  user: "10"
  list: [a]
  nested: {x: 1}
other: &other {user: b, more: c}
service:
  <<: [*base, *other]
  user: own
  yes: on
plain: {<<: *base}
mode: 0440
alias: *base
`

func TestRead(t *testing.T) {
	root := parse(t, merged).Docs[0].Root
	s := root.Get("service")
	if v, _ := s.Get("user").Str(); v != "own" {
		t.Errorf("user is %q: a key's own value goes before merges", v)
	}
	if v, _ := s.Get("more").Str(); v != "c" {
		t.Errorf("more is %q, want c", v)
	}
	if s.Own("list") != nil || !s.Merged("list") || s.Merged("user") || s.Merged("none") {
		t.Error("list comes by merge, user does not, none not at all")
	}
	if v, _ := root.Get("plain").Get("user").Str(); v != "10" {
		t.Errorf("plain.user is %q", v)
	}
	if v, _ := root.At(P("alias", "list", 0)).Str(); v != "a" {
		t.Errorf("alias.list[0] is %q", v)
	}
	if v, ok := s.Get("yes").Bool(); !v || !ok {
		t.Error("on is true")
	}
	if v, ok := root.Get("mode").Int(); v != 0o440 || !ok {
		t.Errorf("mode is %o", v)
	}
	if _, ok := root.Get("base").Get("user").Int(); ok {
		t.Error(`"10" is a string`)
	}
	var keys []string
	for k := range s.All() {
		keys = append(keys, k)
	}
	if want := []string{"user", "yes", "list", "nested", "more"}; !slices.Equal(keys, want) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	if got := s.Get("list").Path().String(); got != "base.list" {
		t.Errorf("path %s: a merged value's path is where it stands", got)
	}
	if d, err := s.Get("nested").Data(); err != nil || fmt.Sprint(d) != "[{x 1}]" {
		t.Errorf("data %v, %v", d, err)
	}
	// All of it on nothing.
	var none *Node
	if none.Get("a").At(P("b", 0)).Item(3).Own("c") != nil || none.Len() != 0 || none.Is(Mapping) || !none.Null() || none.Merged("x") || len(none.List()) != 0 {
		t.Error("an absent node has nothing")
	}
	if _, ok := none.Str(); ok {
		t.Error("an absent node has no text")
	}
}

func TestDocuments(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want []string // text of each document
	}{
		{"", []string{""}},
		{"# c\n", []string{"# c\n"}},
		{"# c\n---\na: 1\n", []string{"# c\n---\na: 1\n"}},
		{"%YAML 1.1\n---\na: 1\n", []string{"%YAML 1.1\n---\na: 1\n"}},
		{"a: 1\n--- # x\nb: 2\n", []string{"a: 1\n", "--- # x\nb: 2\n"}},
		{"---\n---\na: 1\n", []string{"---\n", "---\na: 1\n"}},
		{"a: 1\n...\n# end\n", []string{"a: 1\n...\n# end\n"}},
		{"a: 1\n...\n# next\n---\nb: 1\n", []string{"a: 1\n...\n", "# next\n---\nb: 1\n"}},
		{"a: |\n  ---\n  x\n# ---\n---\nb: 1", []string{"a: |\n  ---\n  x\n# ---\n", "---\nb: 1"}},
		{"---a: 1\n", []string{"---a: 1\n"}},
		{"a: 1\r\n---\r\nb: 2\r\n", []string{"a: 1\r\n", "---\r\nb: 2\r\n"}},
	} {
		f := parse(t, tt.src)
		var got []string
		for _, d := range f.Docs {
			got = append(got, tt.src[d.Start:d.End])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: documents %q, want %q", tt.src, got, tt.want)
		}
	}
	f := parse(t, "---\n# only this\n---\na: 1\n---\n~\n")
	if f.Docs[0].Root != nil || f.Docs[1].Root == nil || f.Docs[2].Root == nil {
		t.Error("a document without content has no root, any other has one")
	}
	if n := f.Docs[1].Root; n.Line != 4 || f.Docs[1].Line != 3 {
		t.Errorf("root on line %d of a document on line %d", n.Line, f.Docs[1].Line)
	}
}

func TestSyntaxErrors(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2)
	for _, tt := range []struct {
		name, src, want string
		line            int
	}{
		{"unterminated quote", "a: 1\nb: 'x\n", "unexpected end", 2},
		{"tab", "a:\n\tb: 1\n", "a tab stands in the indentation", 2},
		{"tab behind a dash", "- a\n-\tb: 1\n", "a tab stands in the indentation", 2},
		{"NUL", "a: 1\nb: \x00\n", "NUL", 2},
		{"not UTF-8", "a: 1\nb: \xff\n", "0xff", 2},
		{"UTF-16", "\xff\xfea\x00", "NUL", 1},
		{"unknown anchor", "a: *b\n", "unknown anchor", 1},
		{"deep", deep, "levels deep", 1},
		{"deeper than the reader goes", strings.Repeat("[", 20000), "depth", 1},
		{"in the second document", "a: 1\n---\nb: [\n", "", 3},
		{"not a document of its own", "{a: b} c\n", "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.src))
			var s *SyntaxError
			if !errors.As(err, &s) {
				t.Fatalf("got %v, want a syntax error", err)
			}
			if !strings.Contains(s.Reason, tt.want) || s.Line < tt.line || s.Line > tt.line+1 {
				t.Errorf("got %v, want line %d: …%s…", err, tt.line, tt.want)
			}
			if strings.Contains(s.Error(), "\n") {
				t.Errorf("%q is not one line", s.Error())
			}
		})
	}
	_, err := Parse([]byte("{{- if .x }}\na: 1\n{{ end }}\n"))
	var s *SyntaxError
	if !errors.As(err, &s) || !s.Template {
		t.Errorf("%v: a template is known as one", err)
	}
}

// TestHostile reads what is made to be expensive.
func TestHostile(t *testing.T) {
	bomb := "a0: &a0 {x: 1}\n"
	for i := 1; i < 60; i++ {
		bomb += fmt.Sprintf("a%d: &a%d {<<: [*a%d, *a%d], l: [*a%d, *a%d]}\n", i, i, i-1, i-1, i-1, i-1)
	}
	f := parse(t, bomb)
	root := f.Docs[0].Root
	if root.Get("a59").Get("none") != nil {
		t.Error("nothing there")
	}
	if v, _ := root.Get("a59").Get("x").Int(); v != 1 {
		t.Error("x is at the bottom")
	}
	if _, err := root.Get("a59").Data(); err == nil {
		t.Error("a bomb is not copied")
	}
	if err := Equal(f, parse(t, bomb), 0, []Path{P("a0")}); err != nil {
		t.Error(err)
	}
	self := parse(t, "a: &a [*a]\nb: &b {<<: *b, c: *b}\n").Docs[0].Root
	if self.At(P("a", 0, 0, 0)) != nil {
		t.Error("a list in itself has no items")
	}
	if self.Get("b").Get("none") != nil {
		t.Error("a mapping merged into itself has its own keys")
	}
	for _, src := range []string{
		strings.Repeat("a", 1<<20), "[" + strings.Repeat("x,", 1<<17) + "]", strings.Repeat("- ", 900) + "x",
		strings.Repeat("é: ", 3) + "x", "\"" + strings.Repeat("é", 1<<18) + "\"", strings.Repeat("#\r", 1<<17),
		"a: |\n" + strings.Repeat("\n", 1<<18) + "b: 1\n",
	} {
		if f, err := Parse([]byte(src)); err == nil {
			checkFile(t, "hostile", f)
		}
	}
}

func TestDuplicates(t *testing.T) {
	f := parse(t, "a:\n  b: 1\n  c: 2\n  b: 3\n---\nd: 1\n")
	if d := f.Docs[0].Duplicates; len(d) != 1 || d[0].Path.String() != "a.b" || d[0].First != 2 || d[0].Line != 4 {
		t.Errorf("duplicates %v", d)
	}
	if v, _ := f.Docs[0].Root.At(P("a", "b")).Int(); v != 3 {
		t.Errorf("a.b is %d: the last one counts", v)
	}
	if len(f.Docs[1].Duplicates) != 0 {
		t.Error("the second document has none")
	}
	var many bytes.Buffer
	for i := range 40 {
		fmt.Fprintf(&many, "k%d: 1\n", i%39)
	}
	if d := parse(t, many.String()).Docs[0].Duplicates; len(d) != 1 || d[0].Line != 40 {
		t.Errorf("duplicates %v", d)
	}
}

func TestOutline(t *testing.T) {
	src := "# c\n---\napiVersion: apps/v1 # x\nkind: \"Deployment\"\nspec:\n  kind: no\nlist:\n- kind: no\n--- {kind: Pod, spec: {kind: no}}\n---\n  a: 1\n  b: 2\n"
	o := Outlines([]byte(src))
	if len(o) != 3 {
		t.Fatalf("%d outlines", len(o))
	}
	if v, _ := o[0].Value("apiVersion"); v != "apps/v1" {
		t.Errorf("apiVersion %q", v)
	}
	if v, _ := o[0].Value("kind"); v != "Deployment" || !o[0].Has("spec", "list") || o[0].Has("none") {
		t.Errorf("outline %+v", o[0])
	}
	if v, _ := o[1].Value("kind"); v != "Pod" || len(o[1].Keys) != 2 {
		t.Errorf("outline %+v", o[1])
	}
	if !o[2].Has("a", "b") || o[2].Keys[1].Line != 12 {
		t.Errorf("outline %+v", o[2])
	}
	f, err := ParseWhere([]byte(src+"---\nbad: [\n"), func(o Outline) bool { return o.Has("kind") })
	if err != nil {
		t.Fatal(err)
	}
	if f.Docs[0].Skipped || !f.Docs[2].Skipped || !f.Docs[3].Skipped || f.Docs[2].Root != nil {
		t.Error("only documents with a kind are read")
	}
}

// TestOutlineNamesAll checks on real files that the cheap look misses no key.
func TestOutlineNamesAll(t *testing.T) {
	corpusFiles(t, func(path string, src []byte) {
		f, err := Parse(src)
		if err != nil {
			return
		}
		o := Outlines(src)
		for i, d := range f.Docs {
			if d.Root == nil || d.Root.Kind != Mapping {
				continue
			}
			for _, e := range d.Root.Entries() {
				if e.Key.Kind == Scalar && !o[i].Has(e.Key.Value) && !strings.ContainsAny(e.Key.Value, "'\"\\") {
					t.Errorf("%s: document %d: key %q is not in the outline", path, i, e.Key.Value)
				}
			}
		}
	})
}

func TestPath(t *testing.T) {
	for _, tt := range []struct {
		path Path
		want string
	}{
		{nil, ""},
		{P("spec", "containers", 0, "labels", "app.kubernetes.io/name"), `spec.containers[0].labels["app.kubernetes.io/name"]`},
		{P(0, 1, "a"), "[0][1].a"},
		{P("", "a b", `q"`, "ü\n"), `[""]["a b"]["q\""]["ü\n"]`},
		{P("0", "x-y_z"), "0.x-y_z"},
	} {
		if got := tt.path.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		back, err := ParsePath(tt.want)
		if err != nil || !back.Equal(tt.path) {
			t.Errorf("%s reads back as %v, %v", tt.want, back, err)
		}
	}
	for _, bad := range []string{".a", "a..b", "a.", "a[", "a[x]", "a[-1]", `a["x`, `a["x"`, "a b", "[0]a", "a]"} {
		if p, err := ParsePath(bad); err == nil {
			t.Errorf("%q reads as %v", bad, p)
		}
	}
	p := P("a", "b")
	if p.Join("c"); !p.HasPrefix(P("a")) || p.HasPrefix(P("a", "b", "c")) || !p.Parent().Equal(P("a")) {
		t.Error("prefixes")
	}
	x, y := p.Parent().Join("x"), p.Parent().Join("y")
	if x.String() != "a.x" || y.String() != "a.y" || p.String() != "a.b" {
		t.Error("paths share memory")
	}
}

// TestAllReadsFewAndManyKeysAlike: a small mapping is read without a table of its keys, and in
// the same way.
func TestAllReadsFewAndManyKeysAlike(t *testing.T) {
	for _, src := range []string{"a: 1\nb: 2\na: 3\nc: 4\nb: 5\n", "a: 1\n? [x]\n: 2\nb: &k c\n*k : 3\nc: 4\n", "'<<': 1\na: 2\n", "{}\n"} {
		read := func(src string) (out []string) {
			f, err := Parse([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			for key, value := range f.Docs[0].Root.All() {
				if !strings.HasPrefix(key, "more") {
					out = append(out, key+"="+value.Text())
				}
			}
			return out
		}
		many := src
		if src == "{}\n" {
			many = ""
		}
		for i := range fewEntries + 1 {
			many += fmt.Sprintf("more%d: x\n", i)
		}
		if few, want := read(src), read(many); !slices.Equal(few, want) {
			t.Errorf("%q is read as %q, among many keys as %q", src, few, want)
		}
	}
}
