package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/multistage"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed single_stage.md
var singleStageDoc string

// SingleStage reports images that are built and run in one stage, so that what only
// the build needs is in them, and makes two stages.
var SingleStage = &fixer.Rule{
	Name:     "dockerfile/single-stage",
	Title:    "build and runtime in one stage",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Structure,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.DockerDocs, ID: "multi-stage builds", Link: "https://docs.docker.com/build/building/multi-stage/"},
	},
	Doc: singleStageDoc,
	Check: func(p *fixer.Pass) {
		v := multistage.Of(p)
		if !v.Reported() {
			return
		}
		s := p.File.Dockerfile.Final()
		f := fixer.Finding{
			Path:     stagePath(s) + ": FROM",
			Message:  "The image contains " + text.VisibleLine(strings.Join(v.Gains, " and ")) + ", which only its build needs",
			Evidence: v.Evidence,
		}
		for k := range v.Conversions {
			f.Fixes = append(f.Fixes, splitFix(&v.Conversions[k]))
		}
		if r := v.Refusal; r != nil && len(f.Fixes) == 0 {
			f.Advice = "No second stage: " + r.Text
			if r.Possible != "" {
				f.Advice += ". " + r.Possible
			}
			if r.At != nil {
				f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(p, r.At), Text: r.Text})
			}
		}
		report(p, s.From, f)
	},
}

// splitFix is the fix that makes one conversion.
func splitFix(c *multistage.Conversion) fixer.Fix {
	var copies []string
	if c.Layers != nil {
		copies = append(copies, c.Layers.Jar+" in layers")
	}
	for _, cp := range c.Copies {
		if c.Layers == nil || !slices.Contains(c.Layers.Copies, cp.Copy) {
			copies = append(copies, cp.Path)
		}
	}
	title := fmt.Sprintf("Build in a stage of its own and copy %s into %s", text.VisibleLine(brief(copies)), text.VisibleLine(c.Runtime.Image))
	return fixer.Fix{
		ID: "stages-" + c.Runtime.ID, Title: title, Level: fixer.Review,
		Breaks: splitBreaks(c),
		Verify: "docker build -t IMAGE . && docker run --rm IMAGE\nstarts the application\n\ndocker image ls IMAGE\nshows a smaller image than before",
		Edit:   c.Edit,
	}
}

// splitBreaks says what can stop working, what was assumed and what is not known.
func splitBreaks(c *multistage.Conversion) string {
	out := append([]string{}, c.Breaks...)
	for _, a := range c.Assumes {
		out = append(out, "Assumed: "+a)
	}
	if len(c.Unsure) > 0 {
		out = append(out, "Kept, because oakum does not know whether the application needs them: "+text.VisibleLine(brief(c.Unsure)))
	}
	if len(out) == 0 {
		out = append(out, "An application that needs a file of the build that is not copied")
	}
	return strings.Join(out, ". ")
}

// inOneStage reports whether [SingleStage] has a finding about a stage, which then
// stands for those about what the stage contains.
func inOneStage(p *fixer.Pass, s *dockerfile.Stage) bool {
	return multistage.Of(p).Reported() && s == p.File.Dockerfile.Final()
}
