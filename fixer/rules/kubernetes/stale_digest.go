package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed stale_digest.md
var staleDigestDoc string

// StaleDigest reports pinned images whose tag points to a newer one.
var StaleDigest = &fixer.Rule{
	Name:     "kubernetes/stale-digest",
	Title:    "tag moved on from the pinned digest",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 13"},
	},
	Doc:   staleDigestDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Stale) },
}
