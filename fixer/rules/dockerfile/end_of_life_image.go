package dockerfile

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed end_of_life_image.md
var endOfLifeImageDoc string

// EndOfLifeImage reports images that are no longer maintained.
var EndOfLifeImage = &fixer.Rule{
	Name:     "dockerfile/end-of-life-image",
	Title:    "image without security updates",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.4"},
		{Source: fixer.Web, ID: "endoflife.date", Link: "https://endoflife.date/"},
	},
	Doc: endOfLifeImageDoc,
	Check: func(p *fixer.Pass) {
		for _, at := range imagePlaces.Of(p) {
			if f, ok := pin.EndOfLife(p, at.Place); ok {
				if !at.ships { // a stage for building, or an image that files are taken from
					f.Severity = fixer.Low
				}
				at.Report(p, f)
			}
		}
	},
}
