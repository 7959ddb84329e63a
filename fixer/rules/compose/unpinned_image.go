package compose

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed unpinned_image.md
var unpinnedImageDoc string

// UnpinnedImage reports images without a digest whose tag names a version or a
// channel.
var UnpinnedImage = &fixer.Rule{
	Name:     "compose/unpinned-image",
	Title:    "image not pinned to a digest",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.28"},
		{Source: fixer.OWASPDocker, ID: "rule 13"},
		{Source: fixer.ComposeLint, ID: "CL-0019"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		attackMaliciousImage,
	},
	Doc: unpinnedImageDoc,
	Check: func(p *fixer.Pass) {
		eachPin(p, pin.Unpinned)
		eachModel(p, false)
	},
}
