package yamldoc

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/text"
)

// corpusFiles calls f for every YAML and JSON file of the corpus.
func corpusFiles(t *testing.T, f func(path string, src []byte)) {
	t.Helper()
	corpus := corpustest.Root(t)
	if testing.Short() {
		t.Skip("-short: reading the whole corpus takes a while")
	}
	err := filepath.WalkDir(corpus, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil || len(src) > 1<<20 {
			return nil
		}
		f(strings.TrimPrefix(path, corpus+"/"), src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCorpusSpans checks that every node's bytes are its own: nested, in
// order, and between them nothing but structure and comments.
func TestCorpusSpans(t *testing.T) {
	files, bad, nodes := 0, 0, 0
	corpusFiles(t, func(path string, src []byte) {
		files++
		f, err := Parse(src)
		if err != nil {
			bad++
			if strings.Contains(err.Error(), "cannot find") || strings.Contains(err.Error(), "failed") || strings.Contains(err.Error(), "second document") {
				t.Errorf("%s: %v", path, err)
			}
			return
		}
		checkFile(t, path, f)
		for _, d := range f.Docs {
			walk(d.Root, func(*Node) { nodes++ })
		}
	})
	t.Logf("%d files, %d not parsable, %d nodes", files, bad, nodes)
}

// checkFile asserts the contract of spans for a whole file.
func checkFile(t *testing.T, path string, f *File) {
	t.Helper()
	at := 0
	lines := text.NewLines(f.Source)
	for _, d := range f.Docs {
		if d.Start != at || d.End < d.Start {
			t.Fatalf("%s: document %d starts at %d, not at %d", path, d.Index, d.Start, at)
		}
		at = d.End
		if _, err := d.comments(nil); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		walk(d.Root, func(n *Node) {
			lo, hi := d.Start, d.End
			if n.Parent != nil {
				lo, hi = n.Parent.Start, n.Parent.End
			}
			if n.Start < lo || n.End > hi || n.End < n.Start || n.content() < n.Start || n.content() > n.End {
				t.Errorf("%s: %s spans [%d,%d), outside [%d,%d)", path, n.Path(), n.Start, n.End, lo, hi)
			}
			if want := lines.At(n.Start); n.Line != want && !n.isEmpty() {
				t.Errorf("%s: %s starts on line %d, not %d", path, n.Path(), want, n.Line)
			}
			if want := lines.At(max(n.End-1, n.Start)); n.EndLine != want && !n.isEmpty() {
				t.Errorf("%s: %s ends on line %d, not %d", path, n.Path(), want, n.EndLine)
			}
			pos := n.content()
			for _, c := range children(n) {
				if c.Start < pos || c.Parent != n {
					t.Errorf("%s: %s starts at %d inside its neighbour", path, c.Path(), c.Start)
				}
				pos = c.End
			}
		})
	}
	if at != len(f.Source) {
		t.Errorf("%s: documents end at %d of %d", path, at, len(f.Source))
	}
}

func children(n *Node) []*Node {
	out := slices.Clone(n.Items())
	for _, e := range n.Entries() {
		out = append(out, e.Key, e.Value)
	}
	return out
}

// tally counts refusals by code and keeps one example of each.
type tally struct {
	count   map[RefusalCode]int
	example map[RefusalCode][]string
	done    int
}

func newTally() *tally {
	return &tally{count: map[RefusalCode]int{}, example: map[RefusalCode][]string{}}
}

func (c *tally) refused(t *testing.T, path string, op Op, err error) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Errorf("%s: %v is no refusal", path, err)
		return
	}
	c.count[r.Code]++
	if len(c.example[r.Code]) < 12 {
		c.example[r.Code] = append(c.example[r.Code], path+" "+op.path.String()+": "+err.Error())
	}
	if r.Code == RefuseInternal {
		t.Errorf("%s: %s: %v", path, op.path, err)
	}
}

func (c *tally) log(t *testing.T) {
	t.Helper()
	t.Logf("%d done", c.done)
	for _, k := range slices.Sorted(maps.Keys(c.count)) {
		t.Logf("%s: %d, such as\n\t%s", k, c.count[k], strings.Join(c.example[k], "\n\t"))
	}
}

// apply makes a change and parses the result; nil when it was refused.
func (c *tally) apply(t *testing.T, path string, f *File, doc int, op Op) *File {
	t.Helper()
	ch, err := f.Docs[doc].Edit(op)
	if err != nil {
		c.refused(t, path, op, err)
		return nil
	}
	out, err := text.Apply(f.Source, ch.Edits)
	if err != nil {
		t.Errorf("%s: %s: %v", path, op.path, err)
		return nil
	}
	after, err := Parse(out)
	if err != nil {
		t.Errorf("%s: %s: %v", path, op.path, err)
		return nil
	}
	if err := Equal(f, after, doc, ch.Paths); err != nil {
		t.Errorf("%s: %s: declared %v: %v", path, op.path, ch.Paths, err)
	}
	c.done++
	return after
}

// everyNode calls g for the nodes of a file, at most limit of each document,
// spread evenly: big files are full of repetition.
func everyNode(f *File, limit int, g func(d *Doc, n *Node)) {
	for _, d := range f.Docs {
		total := 0
		walk(d.Root, func(*Node) { total++ })
		stride, i := max(1, total/limit), 0
		walk(d.Root, func(n *Node) {
			if i%stride == 0 {
				g(d, n)
			}
			i++
		})
	}
}

// perDocument is how many nodes of each document are tried. OAKUM_CORPUS=full
// tries nearly all and takes minutes.
var perDocument = map[bool]int{false: 6, true: 60}[os.Getenv("OAKUM_CORPUS") == "full"]

// TestCorpusSetRemove adds a fresh key to mappings and takes it away again:
// the bytes must be the first ones.
func TestCorpusSetRemove(t *testing.T) {
	c := newTally()
	corpusFiles(t, func(path string, src []byte) {
		f, err := Parse(src)
		if err != nil {
			return
		}
		everyNode(f, perDocument, func(d *Doc, n *Node) {
			op, undo := Set(n.Path().Join("oakum-test"), true), Remove(n.Path().Join("oakum-test"))
			switch {
			case n.key:
				return
			case n.Kind == Sequence:
				op, undo = Append(n.Path(), "oakum-test"), Remove(n.Path().Join(n.Len()))
			case n.Kind != Mapping:
				return
			}
			after := c.apply(t, path, f, d.Index, op)
			if after == nil {
				return
			}
			back := c.apply(t, path, after, d.Index, undo)
			if back != nil && !bytes.Equal(back.Source, src) && !sealed(src, after.Source) && !oddEmpty(n) {
				t.Errorf("%s: %s: not the bytes of before:\n%s", path, op.path, text.Unified("x", src, back.Source, 1))
			}
		})
	})
	c.log(t)
}

// sealed reports whether an edit had to change the header of a block scalar
// that ends the file: that stays when the edit is taken back.
func sealed(src, after []byte) bool {
	return !bytes.HasSuffix(src, []byte("\n")) && (bytes.Contains(after, []byte("|-")) || bytes.Contains(after, []byte(">-")))
}

// oddEmpty reports whether a collection is empty in a way an edit does not
// bring back: { } or {} on a line below its key.
func oddEmpty(n *Node) bool {
	return n.Len() == 0 && (n.End-n.content() != 2 || n.Parent != nil && n.Parent.Kind == Mapping && n.Line != n.Parent.Entries()[n.index()].Key.Line)
}

// TestCorpusSetScalar replaces scalars; only their lines may change.
func TestCorpusSetScalar(t *testing.T) {
	c := newTally()
	corpusFiles(t, func(path string, src []byte) {
		f, err := Parse(src)
		if err != nil {
			return
		}
		everyNode(f, perDocument/2, func(d *Doc, n *Node) {
			if n.key || n.Kind != Scalar {
				return
			}
			after := c.apply(t, path, f, d.Index, Set(n.Path(), "oakum: #test"))
			if after == nil {
				return
			}
			if got, _ := after.Docs[d.Index].Root.At(n.Path()).Str(); got != "oakum: #test" {
				t.Errorf("%s: %s is %q", path, n.Path(), got)
			}
			if !bytes.HasPrefix(after.Source, src[:n.Start]) || !bytes.HasSuffix(after.Source, src[n.End:]) {
				t.Errorf("%s: %s: bytes around the scalar changed", path, n.Path())
			}
		})
	})
	c.log(t)
}

// TestCorpusRemove takes out every kind of child.
func TestCorpusRemove(t *testing.T) {
	c := newTally()
	corpusFiles(t, func(path string, src []byte) {
		f, err := Parse(src)
		if err != nil {
			return
		}
		everyNode(f, perDocument/2, func(d *Doc, n *Node) {
			if !n.key && n.Parent != nil {
				c.apply(t, path, f, d.Index, Remove(n.Path()))
			}
		})
	})
	c.log(t)
}

// TestCorpusReplace puts a block where a value was, and a scalar where a block was.
func TestCorpusReplace(t *testing.T) {
	c := newTally()
	corpusFiles(t, func(path string, src []byte) {
		f, err := Parse(src)
		if err != nil {
			return
		}
		everyNode(f, perDocument/3, func(d *Doc, n *Node) {
			if n.key || n.Parent == nil {
				return
			}
			var v any = Map{{"oakum", []any{"test", Map{{"a", 1}}}}}
			if n.Kind != Scalar {
				v = "oakum"
			}
			c.apply(t, path, f, d.Index, Set(n.Path(), v))
		})
	})
	c.log(t)
}
