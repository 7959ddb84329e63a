package cross

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/updates"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// pinned is a place that names an image by digest, or an action by commit.
type pinned struct {
	file       string
	what       updates.What
	start, end int
	line       int
}

type pinList []pinned

// pinsOf finds the pins of one file.
var pinsOf = fixer.Derive(func(f *fixer.File) pinList {
	var out pinList
	note := func(what updates.What, start, end int) {
		out = append(out, pinned{f.Path, what, start, end, f.Lines().At(start)})
	}
	add := func(name string, start, end int) {
		if strings.Contains(name, "@sha256:") {
			note(updates.ImagesIn(f), start, end)
		}
	}
	switch {
	case f.Dockerfile != nil:
		if d, ok := f.Dockerfile.Directive("syntax"); ok {
			add(d.Value, d.Start, d.End)
		}
		for _, s := range f.Dockerfile.Stages {
			if s.Parent == nil {
				add(s.Image, s.From.Start, s.From.End)
			}
			for _, i := range s.Instructions {
				for _, image := range imagesOfFlags(i) {
					add(image, i.Start, i.End)
				}
			}
		}
	case f.Workflow != nil:
		for _, u := range f.Workflow.Uses {
			if u.Pinned() {
				note(updates.Action, u.Node.Start, u.Node.End)
			}
		}
		for _, i := range f.Workflow.Images {
			add(i.Name, i.Node.Start, i.Node.End)
		}
	case f.Compose != nil:
		for _, s := range f.Compose.Services {
			for _, n := range imagesOfService(s) {
				add(n.Text(), n.Start, n.End)
			}
		}
	case f.Kind == fixer.Kustomize || f.Kind == fixer.Helm:
		for _, n := range imagesThatAreSet(f) {
			note(updates.ImagesIn(f), n.Start, n.End)
		}
	}
	for _, o := range f.Objects {
		if w := o.Workload(); w != nil {
			for _, c := range w.Containers() {
				if n := c.Node.Get("image"); n != nil {
					add(c.Image, n.Start, n.End)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b pinned) int { return a.start - b.start })
	return out
})

// imagesOfFlags returns the images that COPY and RUN take files from.
func imagesOfFlags(i *dockerfile.Instruction) []string {
	var out []string
	for _, flag := range i.Flags {
		switch {
		case i.Keyword == "COPY" && flag.Name == "from":
			out = append(out, flag.Value)
		case i.Keyword == "RUN" && flag.Name == "mount":
			for _, o := range flag.Options() {
				if o.Key == "from" {
					out = append(out, o.Value)
				}
			}
		}
	}
	return out
}

// imagesOfService returns the images that a service runs or takes files from.
func imagesOfService(s *compose.Service) []*yamldoc.Node {
	var out []*yamldoc.Node
	if s.Build == nil {
		out = append(out, s.Node.Get("image"))
	}
	for _, hook := range s.Node.Get("pre_start").List() {
		out = append(out, hook.Get("image"))
	}
	for _, volume := range s.Node.Get("volumes").List() {
		if volume.Get("type").Text() == "image" {
			out = append(out, volume.Get("source"))
		}
	}
	contexts := s.Node.Get("build").Get("additional_contexts")
	out = append(out, contexts.List()...)
	for _, n := range contexts.All() {
		out = append(out, n)
	}
	return slices.DeleteFunc(out, func(n *yamldoc.Node) bool { return n == nil })
}

// imagesThatAreSet returns the digests that a kustomization or the values of a chart
// give to images.
func imagesThatAreSet(f *fixer.File) []*yamldoc.Node {
	if !bytes.Contains(f.Data, []byte("sha256:")) {
		return nil
	}
	file, err := yamldoc.Parse(f.Data)
	if err != nil {
		return nil
	}
	var out []*yamldoc.Node
	for _, doc := range file.Docs {
		if f.Kind == fixer.Kustomize {
			for _, e := range doc.Root.Get("images").List() {
				if n := e.Get("digest"); n != nil {
					out = append(out, n)
				}
			}
			continue
		}
		digestsIn(doc.Root, &out)
	}
	return out
}

func digestsIn(n *yamldoc.Node, out *[]*yamldoc.Node) {
	switch {
	case n == nil:
	case n.Kind == yamldoc.Scalar:
		if digestPattern().MatchString(n.Text()) {
			*out = append(*out, n)
		}
	default:
		for _, e := range n.Entries() {
			digestsIn(e.Value, out)
		}
		for _, item := range n.Items() {
			digestsIn(item, out)
		}
	}
}

var digestPattern = text.Regexp(`(?:^|@)sha256:[0-9a-f]{64}$`)

// allPins returns the pins of the files that were selected.
func allPins(p *fixer.Pass) pinList {
	var out pinList
	for f := range p.Snapshot.Files() {
		if !f.Context && f.Data != nil && (f.Skip == nil || f.Kind == fixer.Kustomize || f.Kind == fixer.Helm) {
			out = append(out, pinsOf.Of(f)...)
		}
	}
	return out
}

// A home is where a finding about all pins lies.
type home struct {
	file       string
	start, end int
}

// homeOfPins is in the first file that can have pins, so that it stays where it is
// while fixes pin more images: at its first pin, or else at its first line.
func homeOfPins(p *fixer.Pass) home {
	for f := range p.Snapshot.Files() {
		if f.Skip != nil || f.Context || f.Dockerfile == nil && f.Compose == nil && !usesWorkflow(f) && !hasWorkloads(f) {
			continue
		}
		if pins := pinsOf.Of(f); len(pins) > 0 {
			return home{f.Path, pins[0].start, pins[0].end}
		}
		return home{f.Path, 0, max(1, f.Lines().End(1))}
	}
	return home{}
}

func usesWorkflow(f *fixer.File) bool {
	return f.Workflow != nil && len(f.Workflow.Uses)+len(f.Workflow.Images) > 0
}

func hasWorkloads(f *fixer.File) bool {
	for _, o := range f.Objects {
		if o.Workload() != nil {
			return true
		}
	}
	return false
}

// split parts pins that Dependabot can update from the others.
func (l pinList) split() (able, unable pinList) {
	for _, n := range l {
		if len(updates.Ecosystems(n.file, n.what)) > 0 {
			able = append(able, n)
		} else {
			unable = append(unable, n)
		}
	}
	return able, unable
}

// switchedOff are those that an entry of Dependabot leaves alone.
func (l pinList) switchedOff(config *updates.File) pinList {
	var out pinList
	for _, n := range l {
		if config != nil {
			if _, off := config.Off(n.file, n.what); off {
				out = append(out, n)
			}
		}
	}
	return out
}

func (l pinList) without(other pinList) pinList {
	return slices.DeleteFunc(slices.Clone(l), func(n pinned) bool { return slices.Contains(other, n) })
}

// count says how many pins there are: "3 pinned images and 1 pinned action".
func (l pinList) count() string {
	actions := 0
	for _, n := range l {
		if n.what == updates.Action {
			actions++
		}
	}
	var parts []string
	if images := len(l) - actions; images > 0 {
		parts = append(parts, text.Count(images, "pinned image", "pinned images"))
	}
	if actions > 0 {
		parts = append(parts, text.Count(actions, "pinned action", "pinned actions"))
	}
	return strings.Join(parts, " and ")
}

// whats returns the kinds of places in their order.
func (l pinList) whats() []updates.What {
	var out []updates.What
	for _, n := range l {
		if !slices.Contains(out, n.what) {
			out = append(out, n.what)
		}
	}
	slices.Sort(out)
	return out
}

// kinds names them: "Dockerfiles and Compose files".
func (l pinList) kinds() string {
	var names []string
	for _, w := range l.whats() {
		names = append(names, w.String())
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// evidence says for each kind of place how many pins it has, with the first.
func (l pinList) evidence() []fixer.Evidence {
	var out []fixer.Evidence
	for _, w := range l.whats() {
		count, first := 0, pinned{}
		for _, n := range l {
			if n.what == w {
				if count++; count == 1 {
					first = n
				}
			}
		}
		fact := text.Count(count, "image is pinned to a digest", "images are pinned to digests") + " in " + w.String()
		if w == updates.Action {
			fact = text.Count(count, "action is pinned to a commit", "actions are pinned to commits")
		}
		out = append(out, fixer.Evidence{Kind: fixer.FromRepository, Place: fmt.Sprintf("%s:%d", first.file, first.line), Text: fact})
	}
	return out
}
