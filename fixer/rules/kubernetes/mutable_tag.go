package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/kube"
)

// MutableTag wants images named by a version.
var MutableTag = &fixer.Rule{
	Name:     "kubernetes/mutable-tag",
	Title:    "image without a version",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Images without a tag, with :latest, or with the name of a branch (main, edge, nightly), and without a digest. Left alone are
images that a tool fills in (a variable, a Go package for ko, a bare name that no registry's short form stands for, the controller:latest of
generated projects), and containers with imagePullPolicy: Never, whose image is loaded into the node by hand. A tag that a
kustomization sets is not seen here.`,
		Why: `Two pods of one workload can run different programs, depending on when their node pulled; a roll-back brings nothing back,
and who can push to the tag runs their program in the cluster.`,
		Breaks: `The program stays at the version that is written: updates become changes of the manifest.`,
		Verify: `kubectl get pods -o jsonpath='{.items[*].status.containerStatuses[*].imageID}'   prints one digest per image`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:latest
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4.2
`,
		References: []fixer.Reference{
			{Source: "Trivy", ID: "KSV-0013"},
			{Source: "Checkov", ID: "CKV_K8S_14"},
			{Source: "kube-linter", ID: "latest-tag"},
			{Source: "Kubescape", ID: "C-0075"},
			{Source: "Polaris", ID: "tagNotSpecified"},
			{Source: "kube-score", ID: "container-image-tag"},
			{Source: "KICS", ID: "Invalid Image Tag"},
		},
	},
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
				Message: fmt.Sprintf("%s runs whatever %s is on the day", c, name),
				Advice:  "write the version that runs now (kubectl get pod POD -o jsonpath='{.status.containerStatuses[*].imageID}' prints its digest), and let a bot propose updates",
			}
			if b, ok := p.Topology().ImageBuild(c.Image); ok {
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromRepository, Text: b.Why}}
				f.Advice = "the image is built here: let the build tag it with a version or the commit, and write that tag"
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
