package fixer

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// respect lowers the level of fixes that would change what a person has set on
// purpose: a switch that is turned the other way, a value with a
// comment beside it, one that a variable gives. Evidence may prove that a container
// does not notice; what the value is there for it does not tell.
func (i *Inspection) respect(rule *Rule, found []Finding) {
	for n := range found {
		f := &found[n]
		file := i.snap.File(f.File)
		if file == nil || file.YAML == nil || file.Kind != Kubernetes && rule.Kind == file.Kind {
			continue // rules for Compose files alone know more of what is set there
		}
		for k := range f.Fixes {
			fix := &f.Fixes[k]
			if fix.Level > Review || fix.OnlyAdds {
				continue
			}
			for ref, ops := range i.operations(f, fix) {
				if ref.file != f.File || ref.doc >= len(file.YAML.Docs) {
					continue
				}
				for _, op := range ops {
					n, why, decided := onPurpose(file, file.YAML.Docs[ref.doc].Root, op)
					if !decided {
						continue
					}
					if fix.Level == Safe {
						fix.Level, fix.Breaks = Review, why+", and the application may rely on the value"
					}
					setting := op.Path()[len(op.Path())-1].Key
					said := slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return setting != "" && strings.Contains(e.Text, setting) })
					if e := (Evidence{Kind: FromManifest, Place: file.PlaceOf(n), Text: why}); !said {
						f.Evidence = append(f.Evidence[:len(f.Evidence):len(f.Evidence)], e)
					}
				}
			}
		}
	}
}

// operations returns what a fix does to YAML documents with its own parameters. A
// fix that refuses does nothing; the fold says so when it is made.
func (i *Inspection) operations(f *Finding, fix *Fix) map[docRef][]yamldoc.Op {
	params, err := fix.Resolve(nil)
	if err != nil {
		return nil
	}
	d := &Draft{Snapshot: i.snap, File: f.File, Params: params}
	func() {
		defer func() { _ = recover() }() // the fold says what a fix fails with
		_ = fix.Edit(d)
	}()
	return d.yaml
}

// onPurpose says why the value that an operation changes looks like a decision.
func onPurpose(file *File, root *yamldoc.Node, op yamldoc.Op) (at *yamldoc.Node, why string, ok bool) {
	n := root.At(op.Path())
	if n == nil {
		return nil, "", false
	}
	last := op.Path()[len(op.Path())-1].Key
	if last == "apiVersion" || last == "kind" {
		return nil, "", false // what the object is, not what it is set to
	}
	on, isSwitch := n.Bool()
	if op.Removes() && !isSwitch {
		return nil, "", false // mostly moved to where it belongs now
	}
	switch {
	case hasComment(file.Data, n):
		return n, "A comment explains " + cmp.Or(last, "this value"), true
	case op.Appends():
		return nil, "", false
	case isSwitch && (op.Removes() || op.Turns(!on)):
		return n, last + " is set to " + n.Text() + " explicitly", true
	case strings.Contains(n.Text(), "$(") || strings.Contains(n.Text(), "${"):
		return n, "A variable sets " + last, true
	}
	return nil, "", false
}

// hasComment reports whether a comment follows a value on the line where it
// begins or ends, or its key on the line of that.
func hasComment(src []byte, n *yamldoc.Node) bool {
	line := func(from int) []byte {
		rest, _, _ := bytes.Cut(src[min(from, len(src)):], []byte("\n"))
		return bytes.TrimLeft(rest, " \t]},")
	}
	if n.Kind == yamldoc.Scalar || n.Style == yamldoc.Flow {
		return isNote(line(n.End))
	}
	key := n.KeyOrSelf()
	return key != n && isNote(bytes.TrimLeft(bytes.TrimPrefix(line(key.End), []byte(":")), " \t"))
}

// isNote reports whether text is a comment of a person: not one for this tool.
func isNote(text []byte) bool {
	note, ok := bytes.CutPrefix(text, []byte("#"))
	note = bytes.TrimSpace(note)
	return ok && len(note) > 0 && !bytes.HasPrefix(note, []byte("oakum:"))
}
