package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed full_base.md
var fullBaseDoc string

// FullBase reports full base images that have a slim variant.
var FullBase = &fixer.Rule{
	Name:     "dockerfile/full-base",
	Title:    "full base image although a slim variant exists",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.DockerDocs, ID: "choose the right base image", Link: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"},
	},
	Doc: fullBaseDoc,
	Check: func(p *fixer.Pass) {
		seen := map[int]bool{} // by stage that names the base, which several images may share
		for _, s := range build.Targets(p) {
			root := s.Root()
			ref, err := image.ParseReference(root.Image)
			if err != nil || s.Windows || seen[root.Index] || build.ForDevelopment(p.File.Path, s) || inOneStage(p, s) {
				continue
			}
			slim := ref.Slim()
			base, ok := build.BaseOf(p, s)
			if slim == "" || !ok || base.Has("gcc") != image.Present {
				continue
			}
			seen[root.Index] = true
			f := fixer.Finding{
				Message:  fmt.Sprintf("%s includes compilers and version control tools, which %s does not", base.Image, slim),
				Evidence: []fixer.Evidence{fixer.ImageEvidence(base.Evidence(image.BaseTools))},
				Advice:   fmt.Sprintf("Use %s, the same release without these tools, and install missing packages by name. Compile in an earlier stage based on %s", slim, base.Image),
			}
			if fix, ok := slimFix(p, slim); ok {
				f.Advice, f.Fixes = "", []fixer.Fix{fix}
			}
			report(p, root.From, f)
		}
	},
}
