package yamldoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer/text"
)

// MaxDepth is how deep collections may nest. It bounds every walk over a
// document; no file written by people comes near.
const MaxDepth = 1000

// A File is a parsed YAML or JSON file. It is immutable.
type File struct {
	Source []byte
	Docs   []*Doc // at least one; their ranges tile Source
	EOL    string // "\n" or "\r\n", by the first line
	JSON   bool   // the whole file is one JSON value
}

// A Doc is one document of a file.
type Doc struct {
	File  *File
	Index int
	Root  *Node // nil when there is nothing but comments, or the document was skipped

	// Start and End delimit the document in the file: from its --- line (or the
	// start of the file, comments before the first --- included) to the next.
	Start, End int
	Line       int // of Start

	// Skipped is set when [ParseWhere] was not to look inside.
	Skipped bool

	// Duplicates lists keys that occur twice in one mapping. Reading goes on,
	// editing the document is refused.
	Duplicates []Duplicate

	marker   int   // offset after "---", or -1 when the document has no marker
	template *Node // the first {{ … }} that parsed as YAML, or nil
	nodes    int   // how many there are
	linked   bool  // there are anchors or aliases
	own      bool  // between two operations of one edit, which alone has the tree

	habits atomic.Pointer[habits]
}

// A Duplicate is a key that a mapping has more than once.
type Duplicate struct {
	Path        Path // of the key
	First, Line int  // the lines of the first one and of this one
}

// Parse reads every document of a file. src is kept and must not change
// afterwards. Files of up to some 20 MB are expected: reading takes memory in
// proportion, some fifteen times the size; callers cap what they read.
//
// The error is a *[SyntaxError]. Not read: UTF-16, control characters, and JSON
// strings with surrogate pairs written as escapes (YAML does not allow them).
func Parse(src []byte) (*File, error) { return ParseWhere(src, nil) }

// ParseWhere is [Parse] for the documents keep accepts; the others are cut out
// by a cheap look, are not parsed, and have Skipped set. Errors inside them
// stay unseen. A nil keep accepts all.
func ParseWhere(src []byte, keep func(Outline) bool) (*File, error) {
	if err := readable(src); err != nil {
		return nil, err
	}
	f := &File{Source: src, EOL: text.EOL(src)}
	line := 1
	for i, p := range split(src) {
		d := &Doc{File: f, Index: i, Start: p.start, End: p.end, Line: line, marker: p.marker}
		line += bytes.Count(src[p.start:p.end], []byte{'\n'})
		f.Docs = append(f.Docs, d)
		if keep != nil && !keep(outline(src, p, d.Line)) {
			d.Skipped = true
			continue
		}
		if err := d.parse(src[p.start:p.end], nil, 0); err != nil {
			return nil, err
		}
	}
	f.JSON = len(f.Docs) == 1 && f.Docs[0].Root.isFlow() && json.Valid(bytes.TrimPrefix(src, bom))
	return f, nil
}

var bom = []byte("\ufeff")

// readable refuses what the YAML reader would read as other bytes than these
// (UTF-16), or name badly.
func readable(src []byte) error {
	at, reason := -1, ""
	if i := bytes.IndexByte(src, 0); i >= 0 {
		at, reason = i, "a NUL byte: the file is binary or not UTF-8"
	} else if !utf8.Valid(src) {
		for i := 0; i < len(src); {
			r, n := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && n <= 1 {
				at, reason = i, fmt.Sprintf("byte 0x%02x is not valid UTF-8", src[i])
				break
			}
			i += n
		}
	}
	if at < 0 {
		return nil
	}
	start := bytes.LastIndexByte(src[:at], '\n') + 1
	return &SyntaxError{Line: bytes.Count(src[:at], []byte{'\n'}) + 1, Column: at - start + 1, Reason: reason}
}

// parse reads the document's bytes and fills Root, whose place may be in a tree
// that others read: below parent, depth levels down.
func (d *Doc) parse(src []byte, parent *Node, depth int) (err error) {
	defer func() {
		// The YAML reader is not known to panic, but what it is given comes
		// from anywhere; a file must never end the run.
		if r := recover(); r != nil {
			err = &SyntaxError{Line: d.Line, Reason: fmt.Sprintf("the YAML reader failed: %v", r)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(src))
	var top yaml.Node
	switch err := dec.Decode(&top); {
	case err == io.EOF:
		return nil // nothing but comments
	case err != nil:
		return d.syntaxError(err)
	}
	switch err := dec.Decode(new(yaml.Node)); {
	case err == nil:
		return &SyntaxError{Line: d.Line, Reason: "a second document starts without a --- line"}
	case err != io.EOF:
		return d.syntaxError(err)
	}
	if len(top.Content) != 1 {
		return nil
	}
	return d.build(top.Content[0], parent, depth)
}

// syntaxError turns the reader's "yaml: line 3: …" into a place in the file.
func (d *Doc) syntaxError(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	out := &SyntaxError{Line: d.Line, Reason: msg, Template: hasTemplateMark(d.File.Source[d.Start:d.End])}
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		num, reason, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(num); err == nil {
			out.Line, out.Reason = d.Line+n-1, reason
		}
	}
	// Tabs before a block collection never get past the reader, which is why no
	// edit has to check them; but it does not say what is wrong.
	if strings.Contains(out.Reason, "cannot start any token") {
		l := text.NewLines(d.File.Source).Text(out.Line)
		if t := strings.TrimLeft(l, " -?\t"); strings.Contains(l[:len(l)-len(t)], "\t") {
			out.Reason = "a tab stands in the indentation, where YAML allows only spaces"
		}
	}
	return out
}

// hasTemplateMark reports whether {{ or }} stands outside lines that are comments.
func hasTemplateMark(src []byte) bool {
	for line := range bytes.Lines(src) {
		if t := bytes.TrimLeft(line, " \t"); len(t) > 0 && t[0] == '#' {
			continue
		}
		if bytes.Contains(line, []byte("{{")) || bytes.Contains(line, []byte("}}")) {
			return true
		}
	}
	return false
}

// Template returns the first {{ … }} that stands outside quotes and parsed all the
// same, because it also spells a mapping whose key is a mapping; nil when there is none.
func (d *Doc) Template() *Node { return d.template }

func (n *Node) isFlow() bool { return n != nil && n.Style == Flow }
