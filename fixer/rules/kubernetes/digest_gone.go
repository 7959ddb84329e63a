package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed digest_gone.md
var digestGoneDoc string

// DigestGone reports pinned images that their registry does not have any more.
var DigestGone = &fixer.Rule{
	Name:     "kubernetes/digest-gone",
	Title:    "pinned digest does not exist",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Web, ID: "OCI Distribution Specification", Link: "https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"},
	},
	Doc:   digestGoneDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Gone) },
}
