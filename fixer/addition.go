package fixer

import (
	"maps"
	"slices"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Definition is an entry that a fix adds to a list at the top of a YAML document:
// a secret or a network of a Compose file, which services name.
type Definition struct {
	Doc   int
	Path  yamldoc.Path
	Value any

	edits []text.Edit // of it alone
}

// Define adds an entry to a list at the top of the document, which is made where it is
// absent. Definitions of several fixes are written in one pass, one after the
// other, because nothing is said by their order; two of one path are not.
func (f FileDraft) Define(doc int, path yamldoc.Path, value any) {
	c := f.draft.change(f.path)
	c.Definitions = append(c.Definitions, Definition{Doc: doc, Path: path, Value: value})
}

// define works out what each definition comes to by itself, and declares it. One that
// stands there already is dropped.
func (c *FileChange) define(file *File, unverified bool) error {
	var all []Definition
	for _, def := range c.Definitions {
		if file == nil || file.YAML == nil || def.Doc >= len(file.YAML.Docs) {
			return Refuse("%s has no document %d", c.Path, def.Doc)
		}
		edit := file.YAML.Docs[def.Doc].Edit
		if unverified {
			edit = file.YAML.Docs[def.Doc].EditUnverified
		}
		change, err := edit(yamldoc.Set(def.Path, def.Value))
		if err != nil {
			return err
		}
		if len(change.Edits) == 0 {
			continue
		}
		def.edits = change.Edits
		all = append(all, def)
		if c.Paths == nil {
			c.Paths = map[int][]yamldoc.Path{}
		}
		c.Paths[def.Doc] = append(c.Paths[def.Doc], change.Paths...)
	}
	c.Definitions = all
	return nil
}

// Changes reports whether the change does anything to the file.
func (c *FileChange) Changes() bool {
	return c.Create != nil || len(c.Edits)+len(c.Lines)+len(c.Definitions)+len(c.Documents) > 0
}

// Meets reports whether a further change of the same file cannot be laid beside c,
// because edits of the two share bytes or a place, or because both add the same.
func (c *FileChange) Meets(next FileChange) bool {
	if text.Conflict(c.Edits, next.Edits) || slices.ContainsFunc(next.Lines, func(line string) bool { return slices.Contains(c.Lines, line) }) {
		return true
	}
	for _, a := range c.Definitions {
		if text.Conflict(a.edits, next.Edits) {
			return true
		}
	}
	for _, b := range next.Definitions {
		if text.Conflict(c.Edits, b.edits) ||
			slices.ContainsFunc(c.Definitions, func(a Definition) bool { return a.Doc == b.Doc && slices.Equal(a.Path, b.Path) }) {
			return true
		}
	}
	return false
}

// AllEdits returns the edits of a change with all that it adds.
func (c *FileChange) AllEdits(file *File) ([]text.Edit, error) {
	edits := c.Edits
	if len(c.Lines) > 0 {
		edits = append(slices.Clone(edits), buildcontext.Append(file.Data, c.Lines)...)
	}
	if len(c.Definitions) > 0 {
		var err error
		if edits, err = c.withDefinitions(file, edits); err != nil {
			return nil, err
		}
	}
	return c.withDocuments(file, edits), nil
}

// withDefinitions adds the edits that the definitions come to, after the others.
func (c *FileChange) withDefinitions(file *File, edits []text.Edit) ([]text.Edit, error) {
	alone := slices.Clone(edits)
	operations := c.definitions()
	for _, doc := range slices.Sorted(maps.Keys(operations)) {
		change, err := file.YAML.Docs[doc].EditUnverified(operations[doc]...)
		if err != nil {
			return nil, err
		}
		if text.Conflict(alone, change.Edits) {
			return c.definedAfter(file, edits)
		}
		alone = append(alone, change.Edits...)
	}
	return alone, nil
}

// definedAfter adds the definitions to what the edits make, where the two meet: at the
// end of a file whose last service is changed too.
func (c *FileChange) definedAfter(file *File, edits []text.Edit) ([]text.Edit, error) {
	buf := text.NewBuffer(file.Data)
	if err := buf.Apply(edits); err != nil {
		return nil, err
	}
	operations := c.definitions()
	for _, doc := range slices.Sorted(maps.Keys(operations)) {
		parsed, err := yamldoc.Parse(buf.Bytes())
		if err != nil {
			return nil, err
		}
		if doc >= len(parsed.Docs) {
			return nil, Refuse("%s has no document %d after the other edits", c.Path, doc)
		}
		change, err := parsed.Docs[doc].EditUnverified(operations[doc]...)
		if err != nil {
			return nil, err
		}
		if err := buf.Apply(change.Edits); err != nil {
			return nil, err
		}
	}
	return buf.Edits(), nil
}

// definitions returns the operations of the definitions, by document.
func (c *FileChange) definitions() map[int][]yamldoc.Op {
	out := map[int][]yamldoc.Op{}
	for _, def := range c.Definitions {
		out[def.Doc] = append(out[def.Doc], yamldoc.Set(def.Path, def.Value))
	}
	return out
}
