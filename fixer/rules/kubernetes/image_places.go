package kubernetes

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An imagePlace is a place in a manifest that names an image to be pulled.
type imagePlace struct {
	pin.Place
	node *yamldoc.Node
}

// eachImage asks about every place that names an image and reports what comes back.
func eachImage(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	pin.Each(p, Pins(p), judge)
}

// Pins returns the places of a manifest that name an image to be pulled.
func Pins(p *fixer.Pass) []pin.Place {
	var out []pin.Place
	for _, at := range imagePlaces.Of(p) {
		out = append(out, at.Place)
	}
	return out
}

// imagePlaces are the places that name an image: of the containers of every
// workload, of its image volumes, and those that well-known custom resources have
// elsewhere. A name that a tool replaces is none.
var imagePlaces = fixer.Share(func(p *fixer.Pass) []imagePlace {
	var out []imagePlace
	seen := map[*yamldoc.Node]bool{}
	add := func(doc *yamldoc.Doc, node *yamldoc.Node, subject, path, how string) {
		node = node.Resolve() // one place at an anchor is all that use it
		if node.Text() == "" || seen[node] {
			return
		}
		seen[node] = true
		at := imagePlace{node: node}
		at.Path, at.Start, at.End = path, node.KeyOrSelf().Start, node.End
		at.Image, at.Piece = node.Text(), node.Text()
		at.Subject, at.How = subject, how
		at.File, at.Kind, at.Where = p.File.Path, fixer.FromManifest, fmt.Sprintf("%s:%d", p.File.Path, node.Line)
		at.Write = func(piece string) func(*fixer.Draft) error {
			return fixer.EditYAML(doc, yamldoc.SetText(node, piece))
		}
		out = append(out, at)
	}
	for _, c := range everyContainer(p) {
		if ref, err := image.ParseReference(c.Image); err == nil && !filledIn(p, c, ref) {
			add(c.Workload.Doc, c.Node.Get("image"), c.Subject(), c.FindingPath(), "image: ")
		}
	}
	for _, o := range p.File.Objects {
		if w := o.Workload(); w != nil {
			for i, volume := range w.Pod.Get("volumes").List() {
				add(w.Doc, volume.Get("image").Get("reference"), fmt.Sprintf("Volume %q", volume.Get("name").Text()), fmt.Sprintf("%s volumes[%d]", o.ID(), i), "reference: ")
			}
		}
		for _, at := range kube.Images(o) {
			n := len(out)
			add(o.Doc, at.Node, fmt.Sprintf("%s %q", o.Kind, o.Name), o.ID()+" "+at.Place, "image: ")
			if len(out) > n && !at.Known {
				out[n].Locked = fmt.Sprintf("write the digest where the controller of %s takes it", o.Kind)
			}
		}
	}
	return out
})

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
	known := p.Facts.Named(c.Image)
	return known.Entry == nil && !known.HasBase
}

// Images returns the images that a manifest names.
func Images(p *fixer.Pass) []fixer.NamedImage {
	var out []fixer.NamedImage
	for _, at := range imagePlaces.Of(p) {
		if name, ok := at.Pulled(p); ok {
			out = append(out, fixer.NamedImage{Image: name, File: p.File.Path, Line: at.node.Line})
		}
	}
	return out
}
