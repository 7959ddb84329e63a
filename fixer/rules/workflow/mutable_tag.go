package workflow

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed mutable_tag.md
var mutableTagDoc string

// MutableTag reports images without a tag or with one that is made to move, and
// without a digest.
var MutableTag = &fixer.Rule{
	Name:     "workflow/mutable-tag",
	Title:    "mutable image tag",
	Severity: fixer.Medium,
	Kind:     fixer.Workflow,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		{Source: fixer.Zizmor, ID: "unpinned-images"},
	},
	Doc:   mutableTagDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Mutable) },
}
