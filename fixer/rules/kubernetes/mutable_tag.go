package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
)

//go:embed mutable_tag.md
var mutableTagDoc string

// MutableTag reports images with a mutable tag.
var MutableTag = &fixer.Rule{
	Name:     "kubernetes/mutable-tag",
	Title:    "mutable image tag",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Trivy, ID: "KSV-0013"},
		{Source: fixer.Checkov, ID: "CKV_K8S_14"},
		{Source: fixer.KubeLinter, ID: "latest-tag"},
		{Source: fixer.Kubescape, ID: "C-0075"},
		{Source: fixer.Polaris, ID: "tagNotSpecified"},
		{Source: fixer.KubeScore, ID: "container-image-tag"},
		{Source: fixer.KICSKubernetes, ID: "583053b7-e632-46f0-b989-f81ff8045385", Title: "Invalid Image Tag"},
	},
	Doc:   mutableTagDoc,
	Check: func(p *fixer.Pass) { eachImage(p, pin.Mutable) },
}
