package compose

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An imagePlace is a place in a Compose file that names an image to be pulled.
type imagePlace struct {
	pin.Place
	node *yamldoc.Node

	view compose.View // of the service
	part compose.Part // in which the place stands
	main bool         // it is the image of the service
	open string       // what stands before the piece, where that is the default of a variable
}

// whole is the name of the image as it is written with a piece in its place.
func (at *imagePlace) whole(piece string) string { return at.open + piece + at.Close }

// eachImage asks about every place that names an image and reports what comes back.
func eachImage(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	pin.Each(p, Pins(p), judge)
}

// Pins returns the places of a Compose file that name an image to be pulled.
func Pins(p *fixer.Pass) []pin.Place {
	var out []pin.Place
	for _, at := range imagePlaces.Of(p) {
		out = append(out, at.Place)
	}
	return out
}

// eachPin is eachImage for images that are not pinned, with the override file as a
// further place for the digest.
func eachPin(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	for _, at := range imagePlaces.Of(p) {
		var pieces []string // that fixes write, in their order
		place := at.Place
		place.Write = func(piece string) func(*fixer.Draft) error {
			pieces = append(pieces, at.whole(piece))
			return at.Write(piece)
		}
		f, ok := judge(p, place)
		if !ok {
			continue
		}
		if at.main && len(pieces) > 0 {
			inOverride(at.view, at.part, pieces[0], &f)
		}
		at.Report(p, f)
	}
}

// imagePlaces are the places that name an image: of services, of the
// containers that run before them, of volumes, and of build contexts. The image of a
// service that is built names what the build makes, and must not have a digest:
// Docker refuses to give such a name to an image. A cache names an image that
// moves on purpose.
var imagePlaces = fixer.Share(func(p *fixer.Pass) []imagePlace {
	var out []imagePlace
	seen := map[*yamldoc.Node]bool{}
	for _, v := range written(p) {
		parts := []compose.Part{v.Part()}
		for _, o := range v.Overrides {
			if compose.IsOverride(o.File) {
				parts = append(parts, o)
			}
		}
		for _, part := range parts {
			for _, at := range partPlaces(p, v, part) {
				if !seen[at.node] {
					seen[at.node] = true
					out = append(out, at)
				}
			}
		}
	}
	return out
})

// partPlaces are the places of what one file says of a service.
func partPlaces(p *fixer.Pass, v compose.View, part compose.Part) []imagePlace {
	var out []imagePlace
	add := func(node *yamldoc.Node, how, before, text, what string) {
		if node = node.Resolve(); text == "" {
			return
		}
		at := &imagePlace{node: node, view: v, part: part, main: what == ""}
		at.Path, at.Start, at.End = part.Path.String()+what, node.KeyOrSelf().Start, node.End
		at.Image, _ = v.Fill(text)
		at.Subject, at.How, at.Piece = fmt.Sprintf("Service %q", v.Name), how, text
		at.Platform = v.Text("platform")
		at.File, at.Kind, at.Where = part.File, fixer.FromCompose, fmt.Sprintf("%s:%d", part.File, node.Line)
		at.Write = func(piece string) func(*fixer.Draft) error {
			return func(d *fixer.Draft) error {
				d.At(part.File).YAML(part.Doc, yamldoc.SetText(node, before+at.whole(piece)))
				return nil
			}
		}
		if (compose.Setting{Node: node}).Variable() != "" {
			at.inVariable(p, text)
		}
		out = append(out, *at)
	}
	if node := part.Node.Get("image"); !v.IsBuilt() && v.Text("pull_policy") != "never" && v.Text("pull_policy") != "build" && !pinnedInOverride(v, part) {
		add(node, "image: ", "", node.Text(), "")
		if heir := builtUnder(v); heir != "" && len(out) > 0 {
			out[0].Locked = heir
		}
	}
	for i, hook := range part.Node.Get("pre_start").List() {
		node := hook.Get("image")
		add(node, "image: ", "", node.Text(), fmt.Sprintf(" pre_start[%d]", i))
	}
	for i, volume := range part.Node.Get("volumes").List() {
		if volume.Get("type").Text() == "image" {
			node := volume.Get("source")
			add(node, "source: ", "", node.Text(), fmt.Sprintf(" volumes[%d]", i))
		}
	}
	contexts := part.Node.Get("build").Get("additional_contexts")
	for name, node := range contexts.All() {
		if ref, ok := strings.CutPrefix(node.Text(), dockerImage); ok {
			add(node, name+": "+dockerImage, dockerImage, ref, " additional_contexts["+name+"]")
		}
	}
	for _, node := range contexts.List() {
		name, value, _ := strings.Cut(node.Text(), "=")
		if ref, ok := strings.CutPrefix(value, dockerImage); ok {
			add(node, name+"="+dockerImage, name+"="+dockerImage, ref, " additional_contexts["+name+"]")
		}
	}
	return out
}

// dockerImage begins a build context that is an image.
const dockerImage = "docker-image://"

// builtUnder says which other service is built under the image name that it takes
// from this one, as advice; "" where none is.
func builtUnder(v compose.View) string {
	for _, r := range v.Reached("image") {
		if r.View.IsBuilt() {
			return fmt.Sprintf("give the image of the build a name of its own first. %s and is built under this name, which must not have a digest", r.Why)
		}
	}
	return ""
}

// Images returns the images that a Compose file names and does not build.
func Images(p *fixer.Pass) []fixer.NamedImage {
	var out []fixer.NamedImage
	for _, at := range imagePlaces.Of(p) {
		if name, ok := at.Pulled(p); ok {
			out = append(out, fixer.NamedImage{Image: name, File: at.File, Line: at.node.Line})
		}
	}
	return out
}
