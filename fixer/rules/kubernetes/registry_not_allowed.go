package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed registry_not_allowed.md
var registryNotAllowedDoc string

// RegistryNotAllowed reports images from registries outside the person's policy.
var RegistryNotAllowed = &fixer.Rule{
	Name:     "kubernetes/registry-not-allowed",
	Title:    "image from a registry that is not allowed",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Kubescape, ID: "C-0078"},
		{Source: fixer.Gatekeeper, ID: "allowedrepos"},
		{Source: fixer.Kyverno, ID: "restrict-image-registries"},
	},
	Doc:   registryNotAllowedDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.NotAllowed) },
}
