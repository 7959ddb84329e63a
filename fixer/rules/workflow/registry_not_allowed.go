package workflow

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed registry_not_allowed.md
var registryNotAllowedDoc string

// RegistryNotAllowed reports images from registries outside the person's policy.
var RegistryNotAllowed = &fixer.Rule{
	Name:     "workflow/registry-not-allowed",
	Title:    "image from a registry that is not allowed",
	Severity: fixer.High,
	Kind:     fixer.Workflow,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CWE, ID: "CWE-829"},
	},
	Doc:   registryNotAllowedDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.NotAllowed) },
}
