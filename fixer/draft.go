package fixer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
	"oakum/fixer/yamldoc"
)

// A Draft collects the edits of one fix. A fix describes what it wants; the
// draft turns it into bytes and remembers which data the fix declared it would
// change, which is what verification holds it to.
type Draft struct {
	Snapshot *Snapshot
	Params   Params

	quick   bool
	yaml    map[docRef][]yamldoc.Op
	order   []docRef
	beside  map[string][]string
	changes map[string]*FileChange
}

type docRef struct {
	file string
	doc  int
}

// A FileChange is what one fix does to one file.
type FileChange struct {
	Path  string
	Edits []text.Edit

	// Create holds the whole content of a file that does not exist yet, of
	// the given kind. Edits is empty then.
	Create []byte
	Kind   Kind

	// Paths are the data paths, per YAML document, that the edits may alter.
	Paths map[int][]yamldoc.Path

	// Contract are the fields of a Dockerfile's runtime contract that the
	// edits may alter.
	Contract []dockerfile.Field

	// Documents counts the YAML documents that the edits put after the last one.
	Documents int

	// Comment marks edits that add a comment and may alter no data at all.
	Comment bool
}

// Param returns the chosen value of a parameter, or its default.
func (d *Draft) Param(name string) string { return d.Params[name] }

// YAML asks for operations on one document of a file. Operations of several
// calls on the same document are made in the order of the calls.
func (d *Draft) YAML(file string, doc *yamldoc.Doc, ops ...yamldoc.Op) {
	ref := docRef{file, doc.Index}
	if d.yaml == nil {
		d.yaml = map[docRef][]yamldoc.Op{}
	}
	if _, ok := d.yaml[ref]; !ok {
		d.order = append(d.order, ref)
	}
	d.yaml[ref] = append(d.yaml[ref], ops...)
}

// Document asks for a new document after the last one of a YAML file, and after
// those asked for before: whole lines, without the --- that starts it. A file
// that is one JSON value cannot hold another.
func (d *Draft) Document(file, content string) {
	if d.beside == nil {
		d.beside = map[string][]string{}
	}
	d.beside[file] = append(d.beside[file], content)
}

// Dockerfile asks for edits of a Dockerfile and declares the fields of its
// runtime contract that they alter.
func (d *Draft) Dockerfile(file string, edits []text.Edit, alters ...dockerfile.Field) {
	c := d.change(file)
	c.Edits = append(c.Edits, edits...)
	c.Contract = append(c.Contract, alters...)
}

// Comment asks for edits that only add comments.
func (d *Draft) Comment(file string, edits []text.Edit) {
	c := d.change(file)
	c.Edits = append(c.Edits, edits...)
	c.Comment = true
}

// Create asks for a new file.
func (d *Draft) Create(path string, kind Kind, data []byte) {
	c := d.change(path)
	c.Create, c.Kind = data, kind
}

func (d *Draft) change(path string) *FileChange {
	if d.changes == nil {
		d.changes = map[string]*FileChange{}
	}
	c := d.changes[path]
	if c == nil {
		c = &FileChange{Path: path}
		d.changes[path] = c
	}
	return c
}

// Draft computes what a fix does to the snapshot with the chosen parameters.
// The result is sorted by path. An error says why the fix cannot be made here.
func (f *Fix) Draft(snap *Snapshot, chosen Params) ([]FileChange, error) {
	return f.draft(snap, chosen, false)
}

// draft leaves the reading of what it makes to the caller when quick is set.
func (f *Fix) draft(snap *Snapshot, chosen Params, quick bool) (changes []FileChange, err error) {
	defer func() { // a defect of one fix must not end the run, nor stay silent
		if v := recover(); v != nil {
			changes, err = nil, Refuse("this fix failed: %v", v)
		}
	}()
	params, err := f.Resolve(chosen)
	if err != nil {
		return nil, err
	}
	d := &Draft{Snapshot: snap, Params: params, quick: quick}
	if err := f.Edit(d); err != nil {
		return nil, err
	}
	return d.finish()
}

func (d *Draft) finish() ([]FileChange, error) {
	for _, ref := range d.order {
		file := d.Snapshot.File(ref.file)
		if file == nil || file.YAML == nil || ref.doc >= len(file.YAML.Docs) {
			return nil, Refuse("%s has no document %d", ref.file, ref.doc)
		}
		edit := file.YAML.Docs[ref.doc].Edit
		if d.quick {
			edit = file.YAML.Docs[ref.doc].Draft
		}
		change, err := edit(d.yaml[ref]...)
		if err != nil {
			return nil, err
		}
		c := d.change(ref.file)
		c.Edits = append(c.Edits, change.Edits...)
		if c.Paths == nil {
			c.Paths = map[int][]yamldoc.Path{}
		}
		c.Paths[ref.doc] = append(c.Paths[ref.doc], change.Paths...)
	}
	for _, path := range slices.Sorted(maps.Keys(d.beside)) {
		if err := d.addDocuments(path); err != nil {
			return nil, err
		}
	}
	var out []FileChange
	for _, path := range slices.Sorted(maps.Keys(d.changes)) {
		c := d.changes[path]
		file := d.Snapshot.File(path)
		switch {
		case c.Create != nil && file != nil:
			return nil, Refuse("%s exists already", path)
		case c.Create == nil && file == nil:
			return nil, fmt.Errorf("no file %s", path)
		case file != nil && file.Context:
			return nil, Refuse("%s is not among the files that were asked for, and would have to change too", path)
		case file != nil && file.Skip != nil:
			return nil, Refuse("%s is not edited: %s", path, file.Skip.Reason)
		}
		text.Sort(c.Edits)
		if c.Create != nil || len(c.Edits) > 0 {
			out = append(out, *c)
		}
	}
	if len(out) == 0 {
		return nil, Refuse("there is nothing to change")
	}
	return out, nil
}

// addDocuments puts the new documents of a file at its end, in its own line
// endings, and with a final newline where it has one. An edit that reaches the
// end already takes them along: two edits cannot meet there.
func (d *Draft) addDocuments(path string) error {
	file := d.Snapshot.File(path)
	switch {
	case file == nil || file.YAML == nil:
		return Refuse("%s is no file that documents can be added to", path)
	case file.YAML.JSON:
		return Refuse("%s is JSON, which cannot hold another document", path)
	}
	end := len(file.Data)
	last := text.Insert(end, "")
	c := d.change(path)
	text.Sort(c.Edits)
	if n := len(c.Edits); n > 0 && c.Edits[n-1].End == end {
		last, c.Edits = c.Edits[n-1], c.Edits[:n-1]
	}
	closed := bytes.HasSuffix(file.Data, []byte("\n"))
	added := ""
	for _, content := range d.beside[path] {
		added += "---\n" + content
	}
	added = strings.ReplaceAll(added, "\n", file.YAML.EOL)
	if !closed {
		added = file.YAML.EOL + strings.TrimSuffix(added, file.YAML.EOL)
	}
	last.New += added
	c.Edits = append(c.Edits, last)
	c.Documents += len(d.beside[path])
	return nil
}
