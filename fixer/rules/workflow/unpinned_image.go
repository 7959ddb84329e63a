package workflow

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
	Name:     "workflow/unpinned-image",
	Title:    "image not pinned to a digest",
	Severity: fixer.Low,
	Kind:     fixer.Workflow,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		{Source: fixer.Zizmor, ID: "unpinned-images"},
	},
	Doc:   unpinnedImageDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Unpinned) },
}
