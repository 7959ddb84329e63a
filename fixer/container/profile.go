package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// A Profile is what is known about the image that a container runs: from the
// registry, the repository's own Dockerfile and the image table, in this order
// of trust.
type Profile struct {
	// Name is the image for people: the reference, or the Dockerfile.
	Name string

	// Entry is what the table knows of the image or, for an image built here,
	// of its base; nil when it knows nothing.
	Entry *image.Entry

	// Known is all that is known of the image by its name or, for an image built
	// here, of its base; nil where there is no name to know it by.
	Known *image.Knowledge

	// Build is the stage that makes the image in this repository, if one does.
	Build *topology.Build

	// builds are the builds of this repository that the image is made by: its own, and
	// those of the images below it.
	builds []topology.Build

	// scripts are those of the repository that an image built here starts.
	scripts []startScript
	project []Run // scripts of package.json that it starts
	// settings are those of the files that its command names as its configuration.
	settings []Setting

	// setuid works out once which programs of an image built here gain privileges by the
	// mode of their file; nil in a profile without a build.
	setuid func() []string
	// copied are the capabilities of programs that a build here copies from other images.
	copied []fileCapability

	// User is what a container of the image starts as. Its number is known
	// only when something says it; an image nobody knows has an unknown user.
	User image.Identity

	// Proven says that User rests on something that proves it: the registry's
	// configuration, a verified entry of the table, or a Dockerfile that a
	// Compose file ties to the image.
	Proven bool

	// StaleReason says why the image that runs was most likely built before the
	// Dockerfile said what User rests on, so that it may start as another user
	// until it is built again and named anew; "" where nothing tells so.
	StaleReason string

	// Evidence tells where User comes from, in words.
	Evidence []fixer.Evidence
}

// BuiltHere reports whether a Dockerfile of this repository makes the image,
// so that the application in it is not the one the table speaks of.
func (p *Profile) BuiltHere() bool { return p.Build != nil }

// InsteadOfPrivilege is what a person can do where the program of an image works only in
// a privileged container.
const InsteadOfPrivilege = "Replace it with an application that works without the privilege, such as rootless BuildKit or Buildah for builds. Then remove privileged"

// NeedsPrivilege reports whether the program of the image mounts filesystems and the like,
// so that it works only in a privileged container, and what says so.
func (p *Profile) NeedsPrivilege() (says fixer.Evidence, yes bool) {
	e := p.Program()
	if e == nil || !slices.Contains(e.CapsRoot.Need, "SYS_ADMIN") {
		return fixer.Evidence{}, false
	}
	return fixer.ImageEvidence(e.Evidence(image.FieldCapsRoot)), true
}

// unknown reports whether nothing tells what the application in the image does: no
// Dockerfile here makes it, and the table does not have it.
func (p *Profile) unknown() bool { return p.Entry == nil && !p.BuiltHere() }

// Strange reports whether nothing sure is known of the application: no Dockerfile here
// makes the image, and the table knows it by a part of its name at most. Nothing tells
// then why a person took a protection from it.
func (p *Profile) Strange() bool {
	return (p.Entry == nil || p.Entry.ByName) && !p.BuiltHere()
}

// declaresVolume reports whether the image makes the path a volume of its own.
func (p *Profile) declaresVolume(at string) bool {
	return slices.ContainsFunc(p.Volumes().Value, func(volume string) bool { return within(volume, at) })
}

// Program returns what the table says of the program that runs: that of the
// image or, for an image built here on it without an ENTRYPOINT of its own, of
// its base. It is nil where the table speaks of another program.
func (p *Profile) Program() *image.Entry {
	switch {
	case p.Entry == nil || p.Entry.NonRoot.Support == image.SupportApp:
		return nil
	case p.BuiltHere() && p.Build.Stage.Entrypoint().At != nil:
		return nil
	}
	return p.Entry
}

// startsByScript reports whether an image built here starts with a script of its own, which
// most likely starts the program of its base in the end.
func (p *Profile) startsByScript() bool {
	if !p.BuiltHere() || p.Entry == nil || p.Entry.NonRoot.Support == image.SupportApp {
		return false
	}
	for _, words := range build.Started(p.Build.Stage.Entrypoint()) {
		if len(words) == 0 {
			continue
		}
		if strings.HasSuffix(words[0], ".sh") || strings.Contains(path.Base(words[0]), "entrypoint") {
			return true
		}
	}
	return false
}

// RunAs returns a non-root account the image is known to run as when told to,
// though it does not start so. ok is false when none is known, when the image
// starts as non-root already, and when the application decides.
func (p *Profile) RunAs() (id image.Identity, ok bool) {
	if p.Entry == nil || p.BuiltHere() || p.User.IsNonRoot() {
		return image.Identity{}, false
	}
	switch p.Entry.NonRoot.Support {
	case image.SupportYes, image.SupportConditional:
		return p.Entry.RunAs()
	}
	return image.Identity{}, false
}

// MustBeRoot reports whether the image is known not to work without root.
func (p *Profile) MustBeRoot() bool {
	return p.Entry != nil && !p.BuiltHere() && p.Entry.NonRoot.Support == image.SupportNo
}
