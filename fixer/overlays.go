package fixer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kustomize"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An overlay is one form in which kustomizations build a manifest.
type overlay struct {
	*kustomize.Rendering
	look *Inspection // of the file in this form; nil where the file is built as it stands
}

// findOverlays returns the forms in which the file is built; none where it is
// only used as it stands.
func (i *Inspection) findOverlays() []*overlay {
	if i.file == nil || i.file.Kind != Kubernetes || i.file.origin != nil {
		return nil
	}
	var out []*overlay
	changed := false
	for _, r := range i.snap.Renderings(i.file) {
		o := &overlay{Rendering: r}
		if !r.AsWritten() {
			changed = true
			o.look = NewInspection(i.snap, i.file.rendered(r), i.facts)
		}
		out = append(out, o)
	}
	if !changed {
		return nil
	}
	return out
}

// rendered is the file with its objects as kustomizations build them. Its bytes
// are those of the file: that is where fixes are written.
func (f *File) rendered(r *kustomize.Rendering) *File {
	out := &File{Path: f.Path, Kind: f.Kind, Data: f.Data, Context: f.Context, Generated: f.Generated, Was: f.Was, YAML: f.YAML}
	for _, o := range r.Objects {
		if o != nil {
			out.Objects = append(out.Objects, o)
		}
	}
	out.lines, out.suppressions, out.origin = f.lines, f.suppressions, r.Origin
	out.podLevels = out.evaluatePods
	return out
}

// A verdict is what a rule finds in one place of a manifest in one form.
type verdict struct {
	*overlay
	finding *Finding // nil where the form has no such finding
}

// judge asks a rule about each form of the file, and makes the weakest of the
// answers the finding. Found is what it reports of the file as it stands: a
// finding that no form has is none, and what only a form has is written elsewhere.
func (i *Inspection) judge(rule *Rule, found []Finding, deps *Deps) ([]Finding, *Deps, error) {
	answers := make([]map[string]*Finding, len(i.overlays())) // by path
	for n, o := range i.overlays() {
		list := found
		if o.look != nil {
			other, more, err := o.look.run(rule)
			if err != nil {
				return nil, deps, err
			}
			list = other
			deps.add(more)
			for _, at := range o.Files() {
				deps.addFile(at, i.snap.File(at))
			}
		}
		answers[n] = map[string]*Finding{}
		for k := range list {
			answers[n][list[k].Path] = &list[k]
		}
	}
	var out []Finding
	for _, f := range found {
		object := i.objectOf(f)
		if object < 0 || f.File != i.file.Path {
			out = append(out, f)
			continue
		}
		var verdicts []verdict
		changed := false
		for n, o := range i.overlays() {
			if o.Objects[object] == nil {
				continue // it is not built
			}
			changed = changed || len(o.ChangesOf(object)) > 0 || o.Rest > 0
			verdicts = append(verdicts, verdict{o, answers[n][f.Path]})
		}
		if !changed && len(verdicts) > 0 {
			out = append(out, f)
		} else if merged, ok := i.weakest(f, object, verdicts); ok {
			out = append(out, merged)
		}
	}
	return out, deps, nil
}

// objectOf returns the number of the object that a finding is about, -1 for none.
func (i *Inspection) objectOf(f Finding) int {
	best, length := -1, -1
	for n, o := range i.file.Objects {
		rest, ok := strings.CutPrefix(f.Path, o.ID())
		if ok && (rest == "" || strings.ContainsRune(" :#", rune(rest[0]))) && len(o.ID()) > length {
			best, length = n, len(o.ID())
		}
	}
	return best
}

// weakest makes one finding of the verdicts on one place. ok is false when none
// has it.
func (i *Inspection) weakest(raw Finding, object int, verdicts []verdict) (out Finding, ok bool) {
	present := slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool { return v.finding == nil })
	if len(present) == 0 {
		return Finding{}, false
	}
	worst := present[0]
	for _, v := range present[1:] {
		if v.finding.Level() > worst.finding.Level() || v.finding.Level() == worst.finding.Level() && v.look == nil {
			worst = v
		}
	}
	out = *worst.finding
	out.Start, out.End, out.Line, out.EndLine = raw.Start, raw.End, raw.Line, raw.EndLine
	for _, v := range present {
		out.Severity = max(out.Severity, v.finding.Severity)
	}
	out.Fixes, out.Evidence = nil, slices.Clone(out.Evidence)
	m := merging{i: i, raw: raw, object: object, verdicts: verdicts, present: present, worst: worst}
	for _, fix := range worst.finding.Fixes {
		if fix, ok := m.fix(fix); ok {
			out.Fixes = append(out.Fixes, fix)
		}
	}
	if len(out.Fixes) == 0 && m.advice != "" {
		out.Advice = m.advice
	}
	slices.SortStableFunc(out.Fixes, func(a, b Fix) int { return cmp.Compare(a.Level, b.Level) })
	if !m.agreed || !sameWords(raw, out) || out.Level() != raw.Level() {
		out.Evidence = append(out.Evidence, m.evidence()...)
	}
	return out, true
}

func sameWords(a, b Finding) bool { return a.Message == b.Message && a.Advice == b.Advice }

// merging makes one fix of those that the verdicts have.
type merging struct {
	i                 *Inspection
	raw               Finding
	object            int
	verdicts, present []verdict
	worst             verdict

	agreed bool
	advice string // for a finding that is left without a fix
}

// fix is a fix that resolves the finding in every form that has it. ok is false
// where there is none.
func (m *merging) fix(fix Fix) (Fix, bool) {
	m.agreed = true
	for _, v := range m.present {
		other := v.finding.Fix(fix.ID)
		if other == nil || !other.same(&fix) {
			m.agreed = false
			m.advice = fmt.Sprintf("Write this in patches of %s and %s separately: the two kustomizations build the object differently", m.worst.Root, v.Root)
			return fix, false
		}
		if other.Level > fix.Level {
			fix.Level, fix.Breaks = other.Level, other.Breaks
		}
	}
	original := m.raw.Fix(fix.ID)
	if moved := m.worst.look != nil && m.worst.Moved(m.object); moved || m.worst.look == nil {
		if original == nil || !original.same(&fix) {
			m.agreed = false
			m.advice = "Write this in a patch of " + m.worst.Root + ", which inserts or removes list items"
			return fix, false
		}
		fix.Edit = original.Edit
	}
	m.agreed = original != nil && original.same(&fix)
	ops := m.operations(fix)
	for _, v := range m.verdicts {
		for _, c := range v.ChangesOf(m.object) {
			switch {
			case !c.Known && fix.Level == Safe:
				fix.Level, fix.Breaks = Review, "The kustomization change at "+c.Place+" is not understood and may conflict"
			case c.Kind == kustomize.Tested && slices.ContainsFunc(ops, func(op yamldoc.Op) bool { return meets(c, op) }):
				m.advice = fmt.Sprintf("Write this in a patch of %s. The patch at %s tests the value of %s, so that %s no longer builds once the manifest has another one", v.Root, c.Place, c.Path, v.Root)
				return fix, false
			case c.Known && v.finding != nil && slices.ContainsFunc(ops, func(op yamldoc.Op) bool { return meets(c, op) }):
				m.advice = fmt.Sprintf("Write this in the patch at %s. The patch also changes %s, so %s would build only a part of the fix", c.Place, c.Path, v.Root)
				return fix, false
			}
		}
		if v.finding == nil && fix.Level == Safe && !m.isLost(ops, v) {
			fix.Level, fix.Breaks = Review, v.Root+" already solves this in its own way, and the fix is added to that"
		}
		if v.Rest > 0 && fix.Level == Safe {
			fix.Level, fix.Breaks = Review, fmt.Sprintf("%d more kustomizations build this object and were not checked", v.Rest)
		}
	}
	return fix, true
}

// same reports whether two fixes do the same, as far as they say.
func (f *Fix) same(other *Fix) bool {
	return f.Title == other.Title && slices.EqualFunc(f.Params, other.Params, func(a, b Param) bool { return a.Name == b.Name && a.Default == b.Default })
}

// operations returns what the fix does to the document of the object.
func (m *merging) operations(fix Fix) []yamldoc.Op {
	return m.i.operations(&m.raw, &fix)[docRef{m.raw.File, m.i.file.Objects[m.object].Doc.Index}]
}

// meets reports whether a kustomization changes the place that an operation
// writes, so that what is written is lost, or the change no longer fits.
func meets(c kustomize.Change, op yamldoc.Op) bool {
	if c.Kind == kustomize.Added && !c.Strict {
		return false
	}
	if c.Kind == kustomize.Tested {
		return op.Path().HasPrefix(c.Path) || !op.Appends() && c.Path.HasPrefix(op.Path())
	}
	if op.Appends() {
		return c.Kind != kustomize.Added && op.Path().HasPrefix(c.Path)
	}
	if c.Kind == kustomize.Added {
		return c.Path.HasPrefix(op.Path()) && len(c.Path) > len(op.Path())
	}
	return op.Path().HasPrefix(c.Path) || c.Path.HasPrefix(op.Path())
}

// isLost reports whether a form overrides all that a fix writes.
func (m *merging) isLost(ops []yamldoc.Op, v verdict) bool {
	return !slices.ContainsFunc(ops, func(op yamldoc.Op) bool {
		return !slices.ContainsFunc(v.ChangesOf(m.object), func(c kustomize.Change) bool {
			return (c.Kind == kustomize.Replaced || c.Kind == kustomize.Removed) && (op.Path().HasPrefix(c.Path) || c.Path.HasPrefix(op.Path()))
		})
	})
}

// evidence names the kustomizations that a finding rests on, and what they
// change of the object.
func (m *merging) evidence() []Evidence {
	const most = 3
	var out []Evidence
	for _, v := range m.verdicts {
		changes := slices.DeleteFunc(slices.Clone(v.ChangesOf(m.object)), func(c kustomize.Change) bool { return c.Kind == kustomize.Tested })
		if len(changes) == 0 || len(out) == most {
			continue
		}
		text := fmt.Sprintf("%s changes %s of %s", v.Root, changed(changes), m.i.file.Objects[m.object].ID())
		if v.finding == nil {
			text += ", and already solves this"
		}
		out = append(out, Evidence{Kind: FromManifest, Place: mainChange(changes).Place, Text: text})
	}
	return out
}

// changed lists what changes are about, by the keys of the object.
func changed(changes []kustomize.Change) string {
	var words []string
	for _, c := range changes {
		word := subject(c.Path)
		if !c.Known {
			word = "fields that oakum does not understand (" + cmp.Or(word, "any") + ")"
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	const most = 6
	if n := len(words); n > most+1 {
		words = append(words[:most], fmt.Sprintf("%d more", n-most))
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// subject is the last key of a path, or for what is in the metadata the key
// below that.
func subject(p yamldoc.Path) string {
	for i, s := range p {
		if s.Key == "metadata" && i+1 < len(p) {
			return p[i+1].Key
		}
	}
	for _, s := range slices.Backward(p) {
		if !s.IsIndex {
			return s.Key
		}
	}
	return ""
}

// mainChange is the change that is named as the place: one below a spec, if there
// is one.
func mainChange(changes []kustomize.Change) kustomize.Change {
	for _, c := range changes {
		if !slices.ContainsFunc(c.Path, func(s yamldoc.Step) bool { return s.Key == "metadata" }) {
			return c
		}
	}
	return changes[0]
}
