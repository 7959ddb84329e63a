package pin

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// EndOfLife returns what there is to say of a place whose image, or what that is
// made of, no longer receives security updates. ok is false where that is not
// known, or where the image is built in the repository: then the Dockerfile is what
// is said of it.
//
// Another release is never written by itself. What can be written is another name
// of the same software at the same tag, where its publisher has moved it.
func EndOfLife(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, ok := at.pulled(p)
	if !ok || at.builtHere(p) {
		return f, false
	}
	known := p.Facts.Named(at.Image)
	e, ended := known.EndOfLife()
	if !ended {
		return f, false
	}
	state := "no longer supported"
	f.Severity = fixer.Medium
	switch {
	case known.Left != nil:
		state = "no longer maintained"
	case !e.Over:
		state, f.Severity = "no longer fully supported", fixer.Low
	}
	name, _, _ := strings.Cut(ref.Familiar(), "@")
	reasons := strings.Join(e.Reasons, ", and ")
	f.Message = fmt.Sprintf("%s is %s: %s", name, state, reasons)
	if at.Subject != "" {
		f.Message = fmt.Sprintf("%s uses %s, which is %s: %s", at.Subject, name, state, reasons)
	}
	for _, s := range e.Evidence {
		f.Evidence = append(f.Evidence, fixer.ImageEvidence(s))
	}
	f.Evidence = append(f.Evidence, at.Evidence...)
	f.Advice = strings.Join(e.Advice, ". ")
	if at.Kind == fixer.FromDockerfile {
		f.Advice += ". Build and test the image: libraries and package names change between releases"
	}
	if e.Same != "" && at.Write != nil && at.Locked == "" && at.Piece == at.Image {
		f.Fixes = []fixer.Fix{{
			ID: "moved", Title: "Set the image to " + e.Same, Level: fixer.Review,
			Breaks: "Hosts and clusters that pull through a mirror or an allow list may not have the image under the new name",
			Verify: "docker manifest inspect " + text.ShellWord(e.Same) + "\nprints the manifest of the image",
			Edit:   at.Write(e.Same),
		}}
	}
	return f, true
}
