package cross

import (
	"bytes"
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed stale_digest.md
var staleDigestDoc string

// StaleDigest reports pinned images whose tag points to a newer one, each once for all
// places that name it.
var StaleDigest = &fixer.Rule{
	Name:     "cross/stale-digest",
	Title:    "tag moved on from the pinned digest",
	Severity: fixer.Low,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 13"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc: staleDigestDoc,
	Check: func(p *fixer.Pass) {
		if len(p.Facts.Answers) == 0 {
			return
		}
		var all []pin.StalePlace
		for f := range p.Snapshot.Files() {
			if f.Skip == nil && !f.Context && bytes.Contains(f.Data, []byte("sha256:")) {
				all = append(all, staleIn(p, f)...)
			}
		}
		for _, f := range pin.StaleTogether(p, all) {
			p.Report(f)
		}
	},
}

// ImagePlaces finds the places of a file of a kind that name an image. The table of
// rules sets it, because the rules of one kind know nothing of those of another.
var ImagePlaces map[fixer.Kind]func(*fixer.Pass) []pin.Place

// staleIn asks about every place of a file, as a rule for files of that kind would be
// asked: a manifest as kustomizations build it.
func staleIn(p *fixer.Pass, f *fixer.File) []pin.StalePlace {
	var out []pin.StalePlace
	places := map[string]pin.Place{} // by path; those of the file as it stands
	census := func(kind fixer.Kind) *fixer.Rule {
		rule := new(fixer.Rule)
		rule.Name, rule.References, rule.Kind = p.Rule.Name, p.Rule.References, kind
		rule.Check = func(one *fixer.Pass) {
			for _, at := range ImagePlaces[kind](one) {
				if found, ok := pin.Stale(one, at); ok {
					if _, known := places[at.Path]; !known {
						places[at.Path] = at
					}
					at.Report(one, found)
				}
			}
		}
		return rule
	}
	if ImagePlaces[f.Kind] != nil {
		found, _, err := fixer.NewInspection(p.Snapshot, f, p.Facts).Run(census(f.Kind))
		if err != nil {
			panic(err) // it becomes a failure of this rule
		}
		for _, one := range found {
			out = append(out, pin.StalePlace{Place: places[one.Path], Finding: one})
		}
	}
	for _, e := range f.Embedded() {
		clear(places)
		found, failed := e.Check(p.Snapshot, p.Facts, []*fixer.Rule{census(fixer.Dockerfile)}, &fixer.Deps{})
		if err := failed[p.Rule.Name]; err != nil {
			panic(err)
		}
		for _, one := range found {
			out = append(out, pin.StalePlace{Place: places[e.PathOf(one)], Finding: one, Embedded: e})
		}
	}
	return out
}
