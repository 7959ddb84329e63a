package dockerfile

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed registry_not_allowed.md
var registryNotAllowedDoc string

// RegistryNotAllowed reports images from registries outside the person's policy.
var RegistryNotAllowed = &fixer.Rule{
	Name:     "dockerfile/registry-not-allowed",
	Title:    "image from a registry that is not allowed",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.2"},
		{Source: fixer.Hadolint, ID: "DL3026"},
	},
	Doc:   registryNotAllowedDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.NotAllowed) },
}
