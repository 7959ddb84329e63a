package yamldoc

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/text"
)

var seeds = []string{
	"", "---\n", "# c\n---\na: 1\n...\n# d\n---\nb: [x, y]\n", "\ufeffa: 1\r\nb:\r\n  - c\r\n",
	"a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: |\n    text\n\n    more\nf: >-\n  folded\n  text",
	"- - a\n  - b: 1\n    c:\n- ? k\n  : v\n- !t [a: b, {c, d: }]\n",
	"{\n  \"a\": 1, # c\n  \"b\": [\"x\",\n  \"y\"],\n}\n", "{\"a\":{\"b\":[]}}",
	"a: one\n  two # c\nb: 'x''y\n\n  z'\nc: \"\\\"\\\n  \\u00e9\"\nd: !!str\ne: &a\nf: ~\n",
	"a: |2\n    x\n   y\n\n# c\nb: |+\n\n\nc: 1\n", "é: {ü: ö}\n\"日本\": - 1\n", "a: 1\rb: 2\u2028c: 3\n",
	"k: {{ .Values.x }}\n", "<<: {a: 1}\na:\n  b: 2\n", "a: 1\na: 2\n", "-\n-\n- \n", "a:\n- b\n- c:\n   d: e\n#f\ng: h",
	"%YAML 1.1\n--- !!map\na: 1\n", "[[[[{a: [}]]]]", "*a : b\n", "? |\n  x\n: - y\n", "a: &a [*a]\n", "a: |\n  x", "a:\t b\n",
	"\"unfinished \\", "0\n...\n#\n!0,000", "{0,#\n1}", "[{0,00:}]", "0: {0}#0", " -", "{0,1: [0,\n 0]}", "- -    - [0,{0: }]",
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		Outlines(src)
		file, err := Parse(src)
		if err != nil {
			var s *SyntaxError
			if !errors.As(err, &s) || s.Line < 1 || s.Reason == "" {
				t.Fatalf("%v is no syntax error with a place", err)
			}
			return
		}
		checkFile(t, "fuzz", file)
		for _, d := range file.Docs {
			walk(d.Root, func(n *Node) {
				// Reading must end, whatever aliases and merges do.
				for k, v := range n.All() {
					if !v.isInside(d.Root) || k != "" && n.Get(k) == nil {
						t.Errorf("%s: key %q is yielded and not found", n.Path(), k)
					}
				}
				n.Data()
				p, err := ParsePath(n.Path().String())
				if err != nil || !p.Equal(n.Path()) {
					t.Errorf("path %s reads back as %s: %v", n.Path(), p, err)
				}
			})
		}
		if err := Equal(file, file, 0, nil); err != nil {
			t.Errorf("a file is not equal to itself: %v", err)
		}
	})
}

func FuzzSetKeepsRest(f *testing.F) {
	for i, s := range seeds {
		for kind := range uint8(5) {
			f.Add([]byte(s), uint8(i+int(kind)), kind, "x: y")
		}
		for n, m := range corpustest.Mutations() {
			f.Add(m.Do([]byte(s), i), uint8(i+n), uint8(n), "x: y")
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, pick, kind uint8, value string) {
		file, err := Parse(src)
		if err != nil {
			return
		}
		var nodes []*Node
		var docs []*Doc
		for _, d := range file.Docs {
			walk(d.Root, func(n *Node) {
				if addressable(n) {
					nodes, docs = append(nodes, n), append(docs, d)
				}
			})
		}
		if len(nodes) == 0 {
			return
		}
		i := int(pick) % len(nodes)
		n, d := nodes[i], docs[i]
		var op Op
		switch kind % 5 {
		case 0:
			op = Set(n.Path(), value)
		case 1:
			op = Set(n.Path().Join("fresh"), Map{{value, []any{value, true, nil, 1.5}}})
		case 2:
			op = Append(n.Path(), value)
		case 3:
			op = Remove(n.Path())
		case 4:
			op = Set(n.Path(), []any{Map{{"k", value}, {"l", Map{}}}, 7})
		}
		change, err := d.Edit(op)
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) || r.Reason == "" {
				t.Fatalf("%v is no refusal with a reason", err)
			}
			return
		}
		checkKeeps(t, file, d, n, change)
	})
}

// addressable reports whether the node's path leads to it: nodes in keys that
// are collections have none of their own.
func addressable(n *Node) bool {
	for ; n != nil; n = n.Parent {
		if n.key {
			return false
		}
	}
	return true
}

// checkKeeps asserts that a change of node n or its children kept the rest.
func checkKeeps(t *testing.T, file *File, d *Doc, n *Node, change Change) {
	t.Helper()
	src := file.Source
	out, err := text.Apply(src, change.Edits)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse(out)
	if err != nil {
		t.Fatalf("does not parse: %v\n%q", err, out)
	}
	for i := range file.Docs {
		except := change.Paths
		if i != d.Index {
			except = nil
		}
		if err := Equal(file, after, i, except); err != nil {
			t.Errorf("document %d: %v\n%q", i, err, out)
		}
	}
	// Only the lines of the node and its siblings are touched; what is added comes
	// after comments that belong to them.
	e := &editor{src: src}
	around := n
	if n.Parent != nil {
		around = n.Parent
	}
	from, to := e.lineStart(around.entryStart()), max(nextLine(src, around.End), skipGap(src, around.End))
	for _, ed := range change.Edits {
		if ed.Start < e.breakBefore(from) || ed.End > to {
			t.Errorf("edit [%d,%d) leaves [%d,%d): %q becomes %q", ed.Start, ed.End, from, to, src, out)
		}
	}
	// A second opinion: what the YAML reader itself decodes, without the place.
	was, ok := decode(src[d.Start:d.End], change.Paths)
	if !ok {
		return
	}
	ad := after.Docs[d.Index]
	if now, ok := decode(out[ad.Start:ad.End], change.Paths); ok && !reflect.DeepEqual(was, now) {
		t.Errorf("decodes as other data:\n%#v\n%#v", was, now)
	}
}

// decode returns the decoded data with what stands at the paths blanked out.
func decode(src []byte, paths []Path) (v any, ok bool) {
	if bytes.Contains(src, []byte("<<")) || bytes.Contains(src, []byte("*")) || yaml.Unmarshal(src, &v) != nil {
		return nil, false
	}
	for _, p := range paths {
		if len(p) == 0 {
			return nil, false
		}
		cur := v
		for i, s := range p {
			lastStep := i == len(p)-1
			switch c := cur.(type) {
			case map[string]any:
				if lastStep {
					delete(c, s.Key)
				}
				cur = c[s.Key]
			case []any:
				if s.Index >= len(c) {
					return nil, false
				}
				if lastStep {
					c[s.Index] = nil
					// An item added at the end is not there before.
					return v, len(c)-1 != s.Index
				}
				cur = c[s.Index]
			default:
				return nil, false
			}
		}
	}
	return v, true
}
