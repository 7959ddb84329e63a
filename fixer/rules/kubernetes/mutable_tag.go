package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
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
	Doc: mutableTagDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			at := c.Node.Get("image")
			ref, err := image.ParseReference(c.Image)
			if err != nil || ref.Digest != "" || !moving(ref.Tag) || filledIn(p, c, ref) {
				continue
			}
			name := ref.Familiar()
			if ref.Tag == "" {
				name += ":latest"
			}
			f := fixer.Finding{
				Message: fmt.Sprintf("%s uses the mutable tag %s, which can point to a different image tomorrow", c.Subject(), name),
				Advice:  "Set the image to the version that runs now (kubectl get pod POD -o jsonpath='{.status.containerStatuses[*].imageID}' prints its digest). Let an update bot propose new versions",
			}
			if b, ok := p.Topology().ImageBuild(c.Image); ok {
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromRepository, Text: b.Why}}
				f.Advice = "Tag the image with a version or the commit when it is built, and set the image to that tag"
			}
			f.Path = c.FindingPath()
			f.Start, f.End = at.KeyOrSelf().Start, at.End
			p.Report(f)
		}
	},
}

// moving reports whether a tag is made to be moved. stable and numbers in part
// (16, 1.27) move too, but within what they say.
func moving(tag string) bool {
	return slices.Contains([]string{"", "latest", "main", "master", "edge", "nightly", "develop", "dev", "snapshot", "canary"}, strings.ToLower(tag))
}

// filledIn reports whether the image's name stands for one that a tool puts in
// its place.
func filledIn(p *fixer.Pass, c kube.Container, ref image.Reference) bool {
	switch {
	case c.Node.Get("imagePullPolicy").Text() == "Never", c.Image == "controller:latest":
		return true
	case strings.HasPrefix(c.Image, "ko://"), ref.Registry == "github.com": // a Go package that ko builds
		return true
	case strings.Contains(c.Image, "/") || ref.Tag != "":
		return false
	}
	// A bare name is an official image of the hub, or the name of something
	// that is built.
	known := p.Facts.Image(c.Image)
	return known.Entry == nil && !known.HasBase
}
