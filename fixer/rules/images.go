package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules/compose"
	"github.com/oakum-sec/oakum/fixer/rules/dockerfile"
	"github.com/oakum-sec/oakum/fixer/rules/kubernetes"
	"github.com/oakum-sec/oakum/fixer/rules/workflow"
)

// Images returns the places of a snapshot that name an image which is pulled, sorted by
// file and line. An image that is certainly built in the repository is none, and so
// is what a variable decides.
func Images(snap *fixer.Snapshot) []fixer.NamedImage {
	byKind := map[fixer.Kind]func(*fixer.Pass) []fixer.NamedImage{
		fixer.Dockerfile: dockerfile.Images,
		fixer.Compose:    compose.Images,
		fixer.Kubernetes: kubernetes.Images,
		fixer.Workflow:   workflow.Images,
	}
	var out []fixer.NamedImage
	facts := &fixer.Facts{}
	for f := range snap.Files() {
		images := byKind[f.Kind]
		if images == nil || f.Skip != nil || f.Context {
			continue
		}
		census := &fixer.Rule{Name: "images", Kind: f.Kind, AsWritten: true, Check: func(p *fixer.Pass) { out = append(out, images(p)...) }}
		fixer.NewInspection(snap, f, facts).Run(census)
	}
	slices.SortFunc(out, func(a, b fixer.NamedImage) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Image, b.Image))
	})
	return slices.Compact(out)
}
