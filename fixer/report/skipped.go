package report

import (
	"path"

	"github.com/oakum-sec/oakum/fixer"
)

// A skippedRow is one line about files that were not looked into.
type skippedRow struct {
	where string // a file, or the directory of several
	what  string
}

// skippedRows says why files were not looked into: one line each, but one for
// all files of a Helm chart or a kustomization, which are many and skipped for
// one reason.
func (s *Scan) skippedRows() []skippedRow {
	type group struct {
		dir  string
		code fixer.SkipCode
	}
	files := s.Skipped()
	groupRoots := map[group]bool{}
	for _, f := range files {
		if isGroupRoot(f) {
			groupRoots[group{path.Dir(f.Path), f.Skip.Code}] = true
		}
	}
	// A file is part of the nearest directory above it that holds what makes it a
	// chart or a kustomization, else to its own.
	groupOf := func(f *fixer.File) group {
		own := group{path.Dir(f.Path), f.Skip.Code}
		for g := own; ; g.dir = path.Dir(g.dir) {
			if groupRoots[g] {
				return g
			}
			if g.dir == path.Dir(g.dir) {
				return own
			}
		}
	}
	groups := map[group][]*fixer.File{}
	for _, f := range files {
		groups[groupOf(f)] = append(groups[groupOf(f)], f)
	}
	var out []skippedRow
	for _, f := range files {
		g := groupOf(f)
		members := groups[g]
		what, grouped := groupNames[f.Skip.Code]
		switch {
		case !grouped || len(members) == 1:
			out = append(out, skippedRow{f.Path, string(f.Skip.Code) + ": " + f.Skip.Reason})
		case members[0] == f:
			out = append(out, skippedRow{g.dir, itoa(len(members)) + " files of " + what})
		}
	}
	return out
}

var groupNames = map[fixer.SkipCode]string{
	fixer.SkipHelm:      "a Helm chart (rendering charts is not supported yet)",
	fixer.SkipKustomize: "a kustomization, read for what they change and not checked themselves",
}

func isGroupRoot(f *fixer.File) bool {
	name := path.Base(f.Path)
	if f.Skip.Code == fixer.SkipHelm {
		return name == "Chart.yaml"
	}
	return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization"
}
