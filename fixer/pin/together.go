package pin

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A StalePlace is a place with what there is to say of it alone.
type StalePlace struct {
	Place
	Finding  fixer.Finding
	Embedded *fixer.Embedded // the Dockerfile inside another file that has the place; nil for none
}

// mostPlaces is how many places of one image are named.
const mostPlaces = 12

// StaleTogether makes one finding of all places that name one image by one digest and
// that can be moved, with one fix for all: what one file takes, the others take as
// well. A place that no fix moves is a finding of its own, and so is one with a comment
// that suppresses it.
func StaleTogether(p *fixer.Pass, all []StalePlace) []fixer.Finding {
	var out []fixer.Finding
	groups := map[string][]StalePlace{}
	var order []image.Reference
	for _, s := range all {
		ref, ok := s.pulled(p)
		if !ok || suppressed(p, &s.Finding) {
			out = append(out, s.Finding)
			continue
		}
		key := ref.String()
		if groups[key] == nil {
			order = append(order, ref)
		}
		groups[key] = append(groups[key], s)
	}
	for _, ref := range order {
		moved, left := movable(groups[ref.String()])
		for _, s := range left {
			out = append(out, s.Finding)
		}
		if len(moved) > 0 {
			out = append(out, together(p, ref, moved))
		}
	}
	return out
}

// suppressed reports whether a comment suppresses the finding.
func suppressed(p *fixer.Pass, f *fixer.Finding) bool {
	return slices.ContainsFunc(p.Snapshot.File(f.File).Suppressions(), func(s fixer.Suppression) bool { return s.Covers(f) })
}

// together makes one finding of those about one image.
func together(p *fixer.Pass, ref image.Reference, places []StalePlace) fixer.Finding {
	f := places[0].Finding
	f.Path = tagged(ref).Familiar() + "@" + short(ref.Digest)
	if len(places) == 1 {
		return f
	}
	alone := places[0].Place
	alone.Subject = ""
	said, _ := Stale(p, alone)
	f.Message = fmt.Sprintf("%s (%d places)", said.Message, len(places))
	f.Evidence = placesOf(places)
	for _, e := range said.Evidence {
		if e.Kind == fixer.FromRegistry {
			f.Evidence = append(f.Evidence, e)
		}
	}
	f.Fixes = []fixer.Fix{moveTogether(places)}
	return f
}

// movable parts the places that a fix can move from the others.
func movable(group []StalePlace) (moved, left []StalePlace) {
	inside := map[*fixer.Embedded]int{}
	for _, s := range group {
		inside[s.Embedded]++
	}
	for _, s := range group {
		// Two edits of one text in a Compose file cannot be made at once.
		if len(s.Finding.Fixes) == 0 || s.Embedded != nil && inside[s.Embedded] > 1 {
			left = append(left, s)
		} else {
			moved = append(moved, s)
		}
	}
	return moved, left
}

// placesOf lists the places.
func placesOf(places []StalePlace) []fixer.Evidence {
	var out []fixer.Evidence
	for i, s := range places {
		if i == mostPlaces {
			out = append(out, fixer.Evidence{Kind: fixer.FromRepository, Text: text.Count(len(places)-i, "further place names", "further places name") + " the image"})
			break
		}
		what := "The image is pinned to the digest"
		if s.Subject != "" {
			what = s.Subject + " uses the pinned image"
		}
		out = append(out, fixer.Evidence{Kind: s.Kind, Place: fmt.Sprintf("%s:%d", s.Finding.File, s.Finding.Line), Text: what})
	}
	return out
}

// moveTogether is the fix that moves all of the places.
func moveTogether(places []StalePlace) fixer.Fix {
	type edit struct {
		file string
		make func(*fixer.Draft) error
	}
	fix := places[0].Finding.Fixes[0]
	var edits []edit
	for _, s := range places {
		one := s.Finding.Fixes[0]
		fix.Level = max(fix.Level, one.Level)
		edits = append(edits, edit{s.Finding.File, one.Edit})
	}
	fix.Title += fmt.Sprintf(" in %d places", len(edits))
	fix.Edit = func(d *fixer.Draft) error {
		own := d.File
		defer func() { d.File = own }()
		for _, e := range edits {
			d.File = e.file
			if err := e.make(d); err != nil {
				return err
			}
		}
		return nil
	}
	return fix
}
