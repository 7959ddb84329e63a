package compose

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
	Name:     "compose/mutable-tag",
	Title:    "mutable image tag",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.28"},
		{Source: fixer.OWASPDocker, ID: "rule 13"},
		{Source: fixer.ComposeLint, ID: "CL-0004"},
		{Source: fixer.DCLint, ID: "service-image-require-explicit-tag"},
		attackMaliciousImage,
	},
	Doc: mutableTagDoc,
	Check: func(p *fixer.Pass) {
		eachPin(p, pin.Mutable)
		eachModel(p, true)
	},
}
