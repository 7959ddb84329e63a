package fixer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Draft collects the edits of one fix. A fix describes what it wants; the
// draft turns it into bytes and records which data the fix declared it would
// change, against which the result is verified.
type Draft struct {
	Snapshot *Snapshot
	File     string // of the finding, which edits are of unless they say otherwise
	Params   Params

	unverified bool
	listed     map[string][]string // by kustomization
	yaml       map[docRef][]yamldoc.Op
	order      []docRef
	changes    map[string]*FileChange
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

	// Adds are those of Paths at which the edits only add to what holds.
	Adds []yamldoc.Path

	// Contract are the fields of a Dockerfile's runtime contract that the
	// edits may alter.
	Contract []dockerfile.Field

	// Documents are put after the last one of a YAML file, whole lines without
	// the --- that starts each. Edits has neither them nor Definitions nor Lines:
	// [FileChange.AllEdits].
	Documents []string

	// Definitions are added to lists at the top of YAML documents.
	Definitions []Definition

	// Lines are put after the last one of a file of lines.
	Lines []string

	// Subjects names what the documents are about.
	Subjects []string

	// Patterns are those that the edits add at the end of an ignore file.
	Patterns []string

	// Settings hold the result of edits of a configuration file against what it was: the
	// error says what else they would change.
	Settings []func(before, after []byte) error

	// Comment marks edits that add a comment and may alter no data at all.
	Comment bool

	// Moved says that the edits change which stages there are: how places of
	// findings begin, and how they may begin afterwards. No other fix of the file
	// is made in the same pass, and decisions follow their places.
	Moved map[string][]string
}

// Param returns the chosen value of a parameter, or its default.
func (d *Draft) Param(name string) string { return d.Params[name] }

// At returns the edits of another file than the finding's.
func (d *Draft) At(path string) FileDraft { return FileDraft{d, path} }

// YAML adds operations on one document of the finding's file.
func (d *Draft) YAML(doc *yamldoc.Doc, ops ...yamldoc.Op) { d.At(d.File).YAML(doc, ops...) }

// Document adds a new document to the finding's file.
func (d *Draft) Document(content string, about ...string) { d.At(d.File).Document(content, about...) }

// Dockerfile adds edits of the finding's file.
func (d *Draft) Dockerfile(edits []text.Edit, alters ...dockerfile.Field) {
	d.At(d.File).Dockerfile(edits, alters...)
}

// Comment adds comments to the finding's file.
func (d *Draft) Comment(edits []text.Edit) { d.At(d.File).Comment(edits) }

// A FileDraft collects the edits that one fix makes in one file.
type FileDraft struct {
	draft *Draft
	path  string
}

// YAML adds operations on one document. Operations of several calls on the
// same document are made in the order of the calls.
func (f FileDraft) YAML(doc *yamldoc.Doc, ops ...yamldoc.Op) {
	d, ref := f.draft, docRef{f.path, doc.Index}
	if d.yaml == nil {
		d.yaml = map[docRef][]yamldoc.Op{}
	}
	if _, ok := d.yaml[ref]; !ok {
		d.order = append(d.order, ref)
	}
	d.yaml[ref] = append(d.yaml[ref], ops...)
}

// Text adds edits of one document of a YAML file that were worked out by its bytes,
// because they reach into the comment at the end of a line, and declares the data
// that they alter.
func (f FileDraft) Text(doc int, edits []text.Edit, alters ...yamldoc.Path) {
	c := f.draft.change(f.path)
	c.Edits = append(c.Edits, edits...)
	if c.Paths == nil {
		c.Paths = map[int][]yamldoc.Path{}
	}
	c.Paths[doc] = append(c.Paths[doc], alters...)
}

// Document adds a new document after the last one of a YAML file, and after
// those added before: whole lines, without the --- that starts it. A file
// that is one JSON value cannot hold another.
//
// about names what the document is about. Of several fixes with documents about
// one thing one is made, and the others are drafted again on what it makes.
func (f FileDraft) Document(content string, about ...string) {
	c := f.draft.change(f.path)
	c.Documents = append(c.Documents, content)
	c.Subjects = append(c.Subjects, about...)
}

// Resource adds a file to the resources of a kustomization, by its path from there.
func (f FileDraft) Resource(entry string) {
	if f.draft.listed == nil {
		f.draft.listed = map[string][]string{}
	}
	f.draft.listed[f.path] = append(f.draft.listed[f.path], entry)
}

// Dockerfile adds edits of a Dockerfile and declares the fields of its
// runtime contract that they alter.
func (f FileDraft) Dockerfile(edits []text.Edit, alters ...dockerfile.Field) {
	c := f.draft.change(f.path)
	c.Edits = append(c.Edits, edits...)
	c.Contract = append(c.Contract, alters...)
}

// Stages adds edits of a Dockerfile that change which stages there are. moved says
// what becomes of the beginnings of places: "stage 0" may be "stage build" or
// "stage 1" afterwards.
func (f FileDraft) Stages(edits []text.Edit, moved map[string][]string, alters ...dockerfile.Field) {
	f.Dockerfile(edits, alters...)
	f.draft.change(f.path).Moved = moved
}

// Alone says that no other fix of the file is made in the pass of this one, whether or
// not this one edits the file: what it changes elsewhere decides what the others write.
func (f FileDraft) Alone() {
	if c := f.draft.change(f.path); c.Moved == nil {
		c.Moved = map[string][]string{}
	}
}

// Settings adds edits of a configuration file of the repository, whose form the contract
// does not know: verify holds the result against what it was.
func (f FileDraft) Settings(edits []text.Edit, verify func(before, after []byte) error) {
	c := f.draft.change(f.path)
	c.Edits = append(c.Edits, edits...)
	c.Settings = append(c.Settings, verify)
}

// Comment adds edits that only add comments.
func (f FileDraft) Comment(edits []text.Edit) {
	c := f.draft.change(f.path)
	c.Edits = append(c.Edits, edits...)
	c.Comment = true
}

// EditYAML is the edit of a fix that is made of fixed operations on one
// document of the finding's file, as most are.
func EditYAML(doc *yamldoc.Doc, ops ...yamldoc.Op) func(*Draft) error {
	return func(d *Draft) error {
		d.YAML(doc, ops...)
		return nil
	}
}

// EditDockerfile is the edit of a fix that is made of some edits of the
// finding's file, which is a Dockerfile. They are worked out when they are
// needed.
func EditDockerfile(edits func() ([]text.Edit, error), alters ...dockerfile.Field) func(*Draft) error {
	return func(d *Draft) error {
		e, err := edits()
		if err != nil {
			return err
		}
		d.Dockerfile(e, alters...)
		return nil
	}
}

// Exclude adds patterns at the end of an ignore file, which is created where
// there is none.
func (d *Draft) Exclude(path string, patterns []string) {
	file := d.Snapshot.File(path)
	if file == nil {
		d.Create(path, Dockerignore, []byte(strings.Join(patterns, "\n")+"\n"))
	} else {
		c := d.change(path)
		c.Edits = append(c.Edits, buildcontext.Append(file.Data, patterns)...)
	}
	c := d.change(path)
	c.Patterns = append(c.Patterns, patterns...)
}

// AddLines adds lines at the end of a file of lines ([Kind.IsLines]), which is made
// where there is none.
func (d *Draft) AddLines(path string, kind Kind, lines ...string) {
	file := d.Snapshot.File(path)
	if file == nil {
		d.Create(path, kind, []byte(strings.Join(lines, "\n")+"\n"))
		return
	}
	c := d.change(path)
	c.Lines = append(c.Lines, lines...)
}

// Create adds a new file of the given kind.
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
	changes, err := f.DraftParts(snap, chosen)
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if changes[i].Edits, err = changes[i].AllEdits(snap.File(changes[i].Path)); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// DraftParts is [Fix.Draft] with what is added at an end separate from the edits, so
// that several changes of one file can be merged.
func (f *Fix) DraftParts(snap *Snapshot, chosen Params) ([]FileChange, error) {
	return f.draft(snap, chosen, false)
}

// DraftUnverified is [Fix.DraftParts] without reading what the edits make of a YAML
// document, and so without looking for another way of writing it: for a caller
// who reads the result of many fixes at once.
func (f *Fix) DraftUnverified(snap *Snapshot, chosen Params) ([]FileChange, error) {
	return f.draft(snap, chosen, true)
}

func (f *Fix) draft(snap *Snapshot, chosen Params, unverified bool) (changes []FileChange, err error) {
	defer func() { // a defect of one fix must not end the run, nor stay silent
		if v := recover(); v != nil {
			changes, err = nil, Refuse("this fix failed: %v", v)
		}
	}()
	params, err := f.Resolve(chosen)
	if err != nil {
		return nil, err
	}
	d := &Draft{Snapshot: snap, File: f.file, Params: params, unverified: unverified}
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
		if d.unverified {
			edit = file.YAML.Docs[ref.doc].EditUnverified
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
		c.Adds = append(c.Adds, change.Adds...)
	}
	for _, path := range slices.Sorted(maps.Keys(d.listed)) {
		if err := d.list(path, d.listed[path]); err != nil {
			return nil, err
		}
	}
	var out []FileChange
	for _, path := range slices.Sorted(maps.Keys(d.changes)) {
		c := d.changes[path]
		file := d.Snapshot.File(path)
		if err := c.define(file, d.unverified); err != nil {
			return nil, err
		}
		switch {
		case c.Create != nil && file != nil:
			return nil, Refuse("%s exists already", path)
		case c.Create != nil && d.Snapshot.isOutside(path):
			return nil, Refuse("the fix would create %s, outside the given paths", path)
		case c.Create == nil && file == nil:
			return nil, fmt.Errorf("no file %s", path)
		case file != nil && file.Context:
			return nil, Refuse("the fix would also change %s, which is outside the given paths", path)
		case file != nil && file.Generated != "":
			return nil, Refuse("%s is not edited: the file is generated (%s), so the change would be lost", path, file.Generated)
		case file != nil && file.Skip != nil && len(d.listed[path]) == 0:
			return nil, Refuse("%s is not edited: %s", path, file.Skip.Reason)
		case len(c.Documents) > 0 && (file == nil || file.YAML == nil):
			return nil, Refuse("documents cannot be added to %s", path)
		case len(c.Documents) > 0 && file.YAML.JSON:
			return nil, Refuse("%s is JSON, which cannot contain another document", path)
		}
		text.Sort(c.Edits)
		if c.Changes() || c.Moved != nil {
			out = append(out, *c)
		}
	}
	if !slices.ContainsFunc(out, func(c FileChange) bool { return c.Changes() }) {
		return nil, Refuse("there is nothing to change")
	}
	return out, nil
}

// list adds entries to the resources of a kustomization, which is read for it: nothing
// else of one is ever edited.
func (d *Draft) list(path string, entries []string) error {
	file := d.Snapshot.File(path)
	if file == nil || file.Kind != Kustomize {
		return Refuse("%s is not a kustomization", path)
	}
	parsed, err := yamldoc.Parse(file.Data)
	if err != nil || len(parsed.Docs) != 1 {
		return Refuse("%s cannot be edited: it does not parse as one document", path)
	}
	listed := parsed.Docs[0].Root.Get("resources").Texts()
	var ops []yamldoc.Op
	for _, entry := range entries {
		if !slices.Contains(listed, entry) {
			ops = append(ops, yamldoc.Append(yamldoc.P("resources"), entry))
		}
	}
	change, err := parsed.Docs[0].Edit(ops...)
	if err != nil {
		return err
	}
	c := d.change(path)
	c.Edits = append(c.Edits, change.Edits...)
	c.Paths = map[int][]yamldoc.Path{0: change.Paths}
	return nil
}

// withDocuments adds the documents to edits: at the end of the file, in its own line
// endings, and with a final newline where it has one. An edit that reaches the end
// already takes them along, because two edits cannot meet there.
func (c *FileChange) withDocuments(file *File, edits []text.Edit) []text.Edit {
	if len(c.Documents) == 0 {
		return edits
	}
	edits = slices.Clone(edits)
	text.Sort(edits)
	end := len(file.Data)
	last := text.Insert(end, "")
	if n := len(edits); n > 0 && edits[n-1].End == end {
		last, edits = edits[n-1], edits[:n-1]
	}
	added := "---\n" + strings.Join(c.Documents, "---\n")
	added = strings.ReplaceAll(added, "\n", file.YAML.EOL)
	if !bytes.HasSuffix(file.Data, []byte("\n")) {
		added = file.YAML.EOL + strings.TrimSuffix(added, file.YAML.EOL)
	}
	last.New += added
	return append(edits, last)
}

// Merge lays the edits of another fix of the same file beside those of c. The
// caller has made sure that they do not meet.
func (m *FileChange) Merge(c FileChange) {
	m.Edits = append(m.Edits, c.Edits...)
	m.Contract = append(m.Contract, c.Contract...)
	m.Settings = append(m.Settings, c.Settings...)
	m.Documents = append(m.Documents, c.Documents...)
	m.Definitions = append(m.Definitions, c.Definitions...)
	m.Lines = append(m.Lines, c.Lines...)
	m.Adds = append(m.Adds, c.Adds...)
	m.Patterns = append(m.Patterns, c.Patterns...)
	m.Comment = m.Comment && c.Comment
	if c.Moved != nil {
		m.Moved = c.Moved // such a change is alone
	}
	for doc, paths := range c.Paths {
		if m.Paths == nil {
			m.Paths = map[int][]yamldoc.Path{}
		}
		m.Paths[doc] = append(m.Paths[doc], paths...)
	}
}
