package workflow

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/workflow"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// eachImage asks about every image that a file names and reports what comes back.
func eachImage(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	pin.Each(p, Pins(p), judge)
}

// Pins returns the places of a workflow, an action or a pipeline that name an image to
// be pulled.
func Pins(p *fixer.Pass) []pin.Place {
	var out []pin.Place
	for _, i := range p.File.Workflow.Images {
		out = append(out, placeOf(p.File, i))
	}
	return out
}

func placeOf(f *fixer.File, i *workflow.Image) pin.Place {
	doc, node, prefix := f.YAML.Docs[i.Doc], i.Node, i.Prefix
	at := pin.Place{
		File: f.Path, Path: i.Path.String(), Start: node.KeyOrSelf().Start, End: node.End, Image: i.Name, Subject: text.Capital(i.Role), How: keyOf(i.Path) + prefix, Piece: i.Name,
		Kind: fixer.FromWorkflow, Where: fmt.Sprintf("%s:%d", f.Path, node.Line),
		Write: func(piece string) func(*fixer.Draft) error {
			return func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.SetText(node, prefix+piece))
				return nil
			}
		},
	}
	if i.Shared != "" {
		at.Locked = fmt.Sprintf("give the image a key of its own in the matrix, because %s also decides something else", i.Shared)
		at.Write = nil
	}
	if f.Workflow.Kind == workflow.Action && keyOf(i.Path) == "image: " {
		at.Evidence = append(at.Evidence, fixer.Evidence{Kind: fixer.FromPlatform, Source: "GitHub",
			Text: "A workflow that pins this action to a commit still runs the image that the tag points to"})
	}
	return at
}

// keyOf is what stands before a value: its key, or nothing in a list.
func keyOf(p yamldoc.Path) string {
	if last := p[len(p)-1]; !last.IsIndex {
		return last.Key + ": "
	}
	return ""
}

// Images returns the images that a file names and that are pulled.
func Images(p *fixer.Pass) []fixer.NamedImage {
	var out []fixer.NamedImage
	for _, i := range p.File.Workflow.Images {
		if name, ok := placeOf(p.File, i).Pulled(p); ok {
			out = append(out, fixer.NamedImage{Image: name, File: p.File.Path, Line: i.Node.Line})
		}
	}
	return out
}
