package compose

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed registry_not_allowed.md
var registryNotAllowedDoc string

// RegistryNotAllowed reports images from registries outside the person's policy.
var RegistryNotAllowed = &fixer.Rule{
	Name:     "compose/registry-not-allowed",
	Title:    "image from a registry that is not allowed",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.2"},
		attackMaliciousImage,
	},
	Doc:   registryNotAllowedDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.NotAllowed) },
}
