package pin

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Place is one place in a file that names an image.
type Place struct {
	File       string // path of the file that holds it
	Path       string // where in its structure a finding about the place is
	Start, End int    // the bytes that the finding is about

	Image   string // the reference, with the defaults of variables put in
	Subject string // who uses it, as a sentence begins: `Service "web"`; "" for a step of a build
	How     string // what stands before the piece, for advice: "FROM ", "image: ", "ARG TAG="

	// Piece is what is written there of the reference: all of it, or with TagOnly
	// the tag alone, as in the default of an ARG.
	Piece   string
	TagOnly bool

	// Close is what stands behind the piece, for advice: the brace of a variable.
	Close string

	// Write returns the edit that puts other text in the place of Piece; nil where
	// that cannot be done, for which Locked then gives the reason.
	Write func(piece string) func(*fixer.Draft) error

	// Locked says what a person does where oakum does not edit the place, as a
	// sentence without full stop; "" where it does.
	Locked string

	// Platform is the one platform that the place asks for, "linux/amd64"; "" where it
	// leaves that open.
	Platform string

	// Overrides says how the written name can be passed over, as a sentence without full
	// stop: a build argument. It becomes part of what can break.
	Overrides string

	// Unkept says that update bots do not read the place, as the default of a variable.
	Unkept bool

	Kind     fixer.EvidenceKind // of the file: fixer.FromDockerfile
	Where    string             // "Dockerfile:3"
	Evidence []fixer.Evidence   // what else is known of the place
}

// Each asks about places and reports what comes back.
func Each(p *fixer.Pass, places []Place, judge func(p *fixer.Pass, at Place) (fixer.Finding, bool)) {
	for _, at := range places {
		if f, ok := judge(p, at); ok {
			at.Report(p, f)
		}
	}
}

// Report reports a finding at the place.
func (at Place) Report(p *fixer.Pass, f fixer.Finding) {
	f.File, f.Path, f.Start, f.End = at.File, at.Path, at.Start, at.End
	p.Report(f)
}

// named returns the piece with another tag, where one is given, and a digest, where
// one is given.
func (at Place) named(tag, digest string) string {
	piece := at.Piece
	switch {
	case tag == "":
	case at.TagOnly:
		piece = tag
	default:
		piece = untagged(piece) + ":" + tag
	}
	if digest != "" {
		piece += "@" + digest
	}
	return piece
}

// untagged cuts the tag off a reference as written.
func untagged(ref string) string {
	name, _, _ := image.CutTag(ref)
	return name
}

var wholeDigest = text.Regexp(`^sha256:[0-9a-f]{64}$`)

// validDigest reports whether a registry's answer has the form of a digest: what
// is written comes from outside.
func validDigest(digest string) bool { return wholeDigest().MatchString(digest) }

// validTag reports whether a registry's answer has the form of a tag.
func validTag(tag string) bool {
	_, err := image.ParseReference("x:" + tag)
	return err == nil && tag != ""
}

// short is a digest as people compare them.
func short(digest string) string {
	const shown = len("sha256:") + 12
	if len(digest) <= shown {
		return digest
	}
	return digest[:shown]
}

// MadeToMove reports whether a tag is made to be moved from release to release.
// stable and numbers in part (16, 1.27) move too, but within what they say.
func MadeToMove(tag string) bool {
	switch strings.ToLower(tag) {
	case "", "latest", "main", "master", "edge", "nightly", "develop", "dev", "snapshot", "canary":
		return true
	}
	return false
}

// Pulled returns the full form of the reference; ok is false where the name is none of
// an image, or of one that is built in the repository.
func (at Place) Pulled(p *fixer.Pass) (name string, ok bool) {
	ref, ok := at.pulled(p)
	if !ok || at.builtHere(p) {
		return "", false
	}
	return ref.String(), true
}
