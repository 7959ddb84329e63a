package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed end_of_life_image.md
var endOfLifeImageDoc string

// EndOfLifeImage reports images that are no longer maintained.
var EndOfLifeImage = &fixer.Rule{
	Name:     "kubernetes/end-of-life-image",
	Title:    "image without security updates",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Web, ID: "endoflife.date", Link: "https://endoflife.date/"},
	},
	Doc:   endOfLifeImageDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.EndOfLife) },
}
