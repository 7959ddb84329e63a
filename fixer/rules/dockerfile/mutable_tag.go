package dockerfile

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
	Name:     "dockerfile/mutable-tag",
	Title:    "mutable image tag",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3006"},
		{Source: fixer.Hadolint, ID: "DL3007"},
		{Source: fixer.Trivy, ID: "DS-0001"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_7"},
		{Source: fixer.KICSDockerfile, ID: "f45ea400-6bbe-4501-9fc7-1c3d75c32067", Title: "Image Version Using 'latest'"},
	},
	Doc:   mutableTagDoc,
	Check: func(p *fixer.Pass) { eachPin(p, pin.Mutable) },
}
