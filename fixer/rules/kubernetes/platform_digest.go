package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed platform_digest.md
var platformDigestDoc string

// PlatformDigest reports images that are pinned to the digest of one platform.
var PlatformDigest = &fixer.Rule{
	Name:     "kubernetes/platform-digest",
	Title:    "digest of one platform",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.GitHub, ID: "spiffe/spire#4765"},
	},
	Doc:   platformDigestDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.OnePlatform) },
}
