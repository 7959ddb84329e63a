package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed unpinned_image.md
var unpinnedImageDoc string

// UnpinnedImage reports images without a digest whose tag names a version or a
// channel.
var UnpinnedImage = &fixer.Rule{
	Name:     "kubernetes/unpinned-image",
	Title:    "image not pinned to a digest",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Checkov, ID: "CKV_K8S_43"},
		{Source: fixer.Gatekeeper, ID: "imagedigests"},
		{Source: fixer.Kubescape, ID: "C-0306"},
		{Source: fixer.Kyverno, ID: "require-image-checksum"},
		{Source: fixer.KICSKubernetes, ID: "7c81d34c-8e5a-402b-9798-9f442630e678", Title: "Image Without Digest"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc:   unpinnedImageDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Unpinned) },
}
