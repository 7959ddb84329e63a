package dockerfile

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
	Name:     "dockerfile/unpinned-image",
	Title:    "image not pinned to a digest",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.2"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc:   unpinnedImageDoc,
	Check: func(p *fixer.Pass) { eachPin(p, pin.Unpinned) },
}
