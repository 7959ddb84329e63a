package compose

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed end_of_life_image.md
var endOfLifeImageDoc string

// EndOfLifeImage reports images that are no longer maintained.
var EndOfLifeImage = &fixer.Rule{
	Name:     "compose/end-of-life-image",
	Title:    "image without security updates",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.28"},
		{Source: fixer.Web, ID: "endoflife.date", Link: "https://endoflife.date/"},
	},
	Doc:   endOfLifeImageDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.EndOfLife) },
}
