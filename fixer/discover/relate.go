package discover

import (
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
)

// relate follows what sources say of other files: Compose files include and
// extend others, kustomizations name patches.
func (l *loader) relate() {
	var compose, kustomize []string
	for p, s := range l.sources {
		switch {
		case s.Skip == nil && s.Kind == fixer.Compose:
			compose = append(compose, p)
		case s.Kind == fixer.Kustomize && s.Data != nil:
			kustomize = append(kustomize, p)
		}
	}
	sort.Strings(compose)
	sort.Strings(kustomize)
	// The list grows while it is walked: an included file may include more.
	// Each path enters it once, so circles end.
	for i := 0; i < len(compose); i++ {
		src := l.sources[compose[i]]
		includes, extends := composeRefs(src.Data)
		for k, ref := range slices.Concat(includes, extends) {
			verb := "includes "
			if k >= len(includes) {
				verb = "extends a service of "
			}
			if added := l.follow(src.Path, ref, verb); added != nil && added.Skip == nil && added.Kind == fixer.Compose {
				compose = append(compose, added.Path)
			}
		}
	}
	for _, p := range compose {
		l.missingBases(p)
	}
	for _, p := range kustomize {
		for _, ref := range kustomizeRefs(l.sources[p].Data) {
			l.markPatch(p, ref)
		}
	}
}

// missingBases notes services that others extend and that are not where they should be:
// Compose does not load such a file.
func (l *loader) missingBases(p string) {
	for _, b := range basesIn(l.sources[p].Data) {
		in := l.sources[p]
		if b.file != "" {
			at, problem := l.locate(p, b.file)
			if in = l.sources[at]; problem != "" || in == nil || in.Skip != nil {
				continue // what became of the file is said
			}
		}
		if !strings.Contains(b.service, "$") && !hasService(in.Data, b.service) {
			l.addNote(p, "service "+b.of+" extends "+b.service+", which is not in "+in.Path)
		}
	}
}

// follow loads a Compose file that another one names, as verb says, unless it is there
// already; the result is nil when nothing was added. It is loaded even where
// .gitignore names it: it is part of what runs.
func (l *loader) follow(from, ref, verb string) *fixer.Source {
	switch {
	case strings.Contains(ref, "$"):
		l.addNote(from, verb+ref+", which depends on a variable and was not read")
		return nil
	case isRemote(ref):
		l.addNote(from, verb+ref+", which is remote and was not fetched")
		return nil
	}
	p, problem := l.locate(from, ref)
	if problem != "" {
		l.addNote(from, verb+ref+", which "+problem)
		return nil
	}
	if old := l.sources[p]; old != nil {
		return nil
	}
	src := identify(l.root, candidate{path: p, hint: nameHint{kind: fixer.Compose, sure: true}}, l.opts.MaxBytes)
	if src == nil {
		return nil
	}
	src.Context = !l.isSelected(p)
	l.sources[p] = src
	return src
}

// markPatch turns the source of a patch that a kustomization names into what
// it is: a part of a manifest, in which nothing is missing.
func (l *loader) markPatch(from, ref string) {
	p, problem := l.locate(from, ref)
	if problem != "" {
		return // kustomize will say so; here it changes nothing
	}
	src := l.sources[p]
	if src == nil {
		data, skip := disk.Read(l.root, p, l.opts.MaxBytes)
		if skip != nil {
			return // a directory, mostly: its own kustomization describes it
		}
		src = &fixer.Source{Path: p, Data: data, Context: !l.isSelected(p)}
		l.sources[p] = src
	}
	if src.Kind == fixer.Kustomize {
		return
	}
	src.Kind = fixer.Kustomize
	src.Skip = &fixer.Skip{Code: fixer.SkipKustomize, Reason: "Kustomize patch of " + from + ": only part of a manifest"}
}

// locate resolves a name found in the file from. The problem, when there is
// one, continues a sentence about the name.
func (l *loader) locate(from, ref string) (p, problem string) {
	abs := ref
	if !path.IsAbs(ref) {
		abs = path.Join(filepath.ToSlash(l.base), path.Dir(from), ref)
	}
	// Checked before links are followed: nothing outside is to be looked at,
	// not even whether it exists.
	if !disk.Inside(l.base, filepath.Clean(filepath.FromSlash(abs))) {
		return "", "is outside the scanned directory and was not read"
	}
	real, err := filepath.EvalSymlinks(filepath.FromSlash(abs))
	if err != nil {
		return "", "was not found"
	}
	rel, err := filepath.Rel(l.base, real)
	if err != nil || !disk.Inside(l.base, real) {
		return "", "is outside the scanned directory and was not read"
	}
	return filepath.ToSlash(rel), ""
}

func isRemote(ref string) bool {
	return strings.Contains(ref, "://") || strings.HasPrefix(ref, "git@") || strings.HasPrefix(ref, "oci:") || strings.HasPrefix(ref, "github.com/")
}

func (l *loader) isSelected(p string) bool {
	for _, dir := range l.selected {
		if dir == "." || strings.HasPrefix(p, dir+"/") {
			return true
		}
	}
	return false
}

func (l *loader) addNote(p, message string) {
	if n := (fixer.Note{Path: p, Text: message}); !slices.Contains(l.notes, n) {
		l.notes = append(l.notes, n)
	}
}
