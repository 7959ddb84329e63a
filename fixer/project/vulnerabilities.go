package project

import (
	"context"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/scanner"
)

// Scanning is the stage in which an installed scanner looks at images.
const Scanning Stage = "scanning image"

// mostProposals bounds how many images are scanned that could take the place of one.
const mostProposals = 2

// Vulnerabilities asks the vulnerability scanner that is installed about the images that
// are named, and about what could take the place of base images. It does not fail:
// what was not scanned has a reason.
func (p *Project) Vulnerabilities(ctx context.Context, named []fixer.NamedImage, o scanner.Options) *report.Vulnerabilities {
	s, err := scanner.Find(p.Root)
	if err != nil {
		return &report.Vulnerabilities{Missing: err.Error()}
	}
	out := &report.Vulnerabilities{Scanner: s.Name}
	facts := &fixer.Facts{}
	index := map[string]int{}    // of out.Images, by full name
	bases := map[string]bool{}   // full names
	asked := map[string]bool{}   // full names in images
	var images, instead []string // to be scanned, in this order
	ask := func(list *[]string, name string) {
		if !asked[name] {
			asked[name] = true
			*list = append(*list, name)
		}
	}
	for _, n := range named {
		i, known := index[n.Image]
		if !known {
			i = len(out.Images)
			index[n.Image] = i
			out.Images = append(out.Images, report.ScannedImage{Image: facts.Named(n.Image).Ref.Familiar()})
			ask(&images, n.Image)
		}
		out.Images[i].Places = append(out.Images[i].Places, report.Place{File: n.File, Line: n.Line})
		bases[n.Image] = bases[n.Image] || n.Base
	}
	proposed := map[string][]string{} // full names, by that of the base
	for _, name := range images {
		if !bases[name] {
			continue
		}
		for _, other := range facts.Named(name).Proposals() {
			if len(proposed[name]) == mostProposals {
				break
			}
			proposed[name] = append(proposed[name], other.Image)
			ask(&instead, other.Image)
			i := index[name]
			out.Images[i].Instead = append(out.Images[i].Instead, report.InsteadImage{Image: facts.Named(other.Image).Ref.Familiar(), Why: other.Why})
		}
	}
	results := map[string]scanner.Result{}
	all := append(images, instead...)
	p.progress(Scanning, fixer.Progress{Found: len(all)})
	for r := range s.Scan(ctx, all, o) {
		results[r.Image] = r
		p.progress(Scanning, fixer.Progress{Found: len(all), Read: len(results)})
	}
	for name, i := range index {
		image := &out.Images[i]
		image.Counts, image.Failure = report.VulnerabilityCounts(results[name].Counts), results[name].Failure
		for k, other := range proposed[name] {
			image.Instead[k].Counts, image.Instead[k].Failure = report.VulnerabilityCounts(results[other].Counts), results[other].Failure
		}
	}
	out.Sort()
	return out
}
