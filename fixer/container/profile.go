package container

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/compose"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/topology"
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

	// Build is the stage that makes the image in this repository, if one does.
	Build *topology.Build

	// User is what a container of the image starts as. Its number is known
	// only when something says it; an image nobody knows has an unknown user.
	User image.Identity

	// Sound says that User rests on something that proves it: the registry's
	// configuration, a verified entry of the table, or a Dockerfile that a
	// Compose file ties to the image.
	Sound bool

	// Older says why the image that runs was most likely built before the
	// Dockerfile said what User rests on, so that it may start as another user
	// until it is built again and named anew; "" where nothing tells so.
	Older string

	// Evidence tells where User comes from, in words.
	Evidence []fixer.Evidence
}

// BuiltHere reports whether a Dockerfile of this repository makes the image,
// so that the application in it is not the one the table speaks of.
func (p *Profile) BuiltHere() bool { return p.Build != nil }

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

// Elevates returns the first word in the Dockerfile that makes the image of a
// program that gains rights when it is started: by setuid, which no_new_privs
// prevents, or by capabilities of its file, without which it cannot be started
// when they are dropped (NET_RAW and the ping of Debian). It returns "" when there
// is none, or no Dockerfile.
func (p *Profile) Elevates() string {
	if p.Build == nil {
		return ""
	}
	for _, word := range []string{"sudo", "setcap", "setuid", "postfix", "chmod u+s", "chmod +s", "fusermount", "iputils", "fping", "mtr-tiny", "arping", "tshark", "dumpcap"} {
		if bytes.Contains(p.Build.File.Source, []byte(word)) {
			return word
		}
	}
	return ""
}

// StepsDown returns the tool in the Dockerfile that makes the image with which
// a program that starts as root most likely becomes another user by itself; ""
// when there is none, or no Dockerfile.
func (p *Profile) StepsDown() string {
	if p.Build == nil {
		return ""
	}
	for _, tool := range []string{"gosu", "su-exec", "s6-overlay", "fixuid", "setpriv", "runuser"} {
		for _, stage := range p.Build.Stage.Chain() {
			for _, i := range stage.Instructions {
				if bytes.Contains(p.Build.File.Source[i.Start:i.End], []byte(tool)) {
					return tool
				}
			}
		}
	}
	return ""
}

// SteppingNeeds are the capabilities with which a program makes its data its
// user's and becomes that user.
func SteppingNeeds() []string { return []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"} }

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

// OfImage returns what is known about an image named by a reference. A reference
// that a variable decides is known as far as its default goes, and never
// soundly.
func OfImage(p *fixer.Pass, ref string) *Profile {
	name, certain := compose.Expand(ref)
	out := &Profile{Name: cmp.Or(name, ref)}
	if b, ok := p.Topology().ImageBuild(name); ok {
		out.builtBy(p, b)
		out.Sound = out.Sound && certain && b.Certain
		if r, err := image.ParseReference(name); err == nil && r.HasDigest() {
			out.older("the digest names an image that is built already, whatever " + b.Path + " says now")
		}
		return out
	}
	known := p.Facts.Image(name)
	out.Entry = known.Entry
	r, err := image.ParseReference(name)
	switch {
	case known.Config != nil:
		out.User, out.Sound = known.User(), certain
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromRegistry, Text: fmt.Sprintf("%s has USER %q", name, known.Config.User)}}
		if err != nil || out.Entry == nil {
			return out
		}
	case err != nil:
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromNothing, Text: fmt.Sprintf("unknown image %q: %v", name, err)}}
		return out
	case out.Entry == nil:
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromNothing, Text: "unknown image " + r.Familiar() + ": neither a Dockerfile here nor the image table tells"}}
		return out
	default:
		out.User = known.User()
		out.Sound = certain && out.Entry.Verified(image.FieldDefault)
		out.Evidence = []fixer.Evidence{fixer.ImageEvidence(out.Entry.Evidence(image.FieldDefault))}
	}
	if !r.HasDigest() && (r.Tag == "" || r.Tag == "latest") {
		// The table speaks of releases; what this is tomorrow nobody knows.
		out.Sound = false
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromNothing, Text: name + " names no release, so nothing proves what it is"})
	}
	return out
}

// OfService returns what is known about the image a Compose service runs: the
// Dockerfile that builds it, else its image.
func OfService(p *fixer.Pass, v compose.View) *Profile {
	if b, ok := p.Topology().ServiceBuild(v); ok {
		out := &Profile{Name: b.Path}
		out.builtBy(p, b)
		out.Sound = out.Sound && b.Certain
		return out
	}
	if v.Build != nil {
		return &Profile{Name: v.Name, Evidence: []fixer.Evidence{{Kind: fixer.FromNothing, Text: "built from a Dockerfile that is not in this repository"}}}
	}
	ref, certain := v.ImageName()
	out := OfImage(p, ref)
	out.Sound = out.Sound && certain
	return out
}

// OfStage returns what is known about the image a Dockerfile stage makes.
func OfStage(p *fixer.Pass, path string, f *dockerfile.File, s *dockerfile.Stage) *Profile {
	out := &Profile{Name: path}
	out.builtBy(p, topology.Build{Path: path, File: f, Stage: s, Certain: true})
	return out
}

func (out *Profile) builtBy(p *fixer.Pass, b topology.Build) {
	out.Build = &b
	base := baseProfile(p, b.Stage)
	if base != nil {
		out.Entry = base.Entry
	}
	if b.Why != "" {
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
	}
	user := b.Stage.User()
	switch {
	case user.At != nil && !user.Known:
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: at(b.Path, user.At), Text: "USER " + user.Text + " depends on a variable"})
		if base != nil && base.Entry != nil && base.Entry.Service != nil && strings.Trim(user.Text, "${}") == "APP_UID" {
			out.User = *base.Entry.Service // .NET images define the variable
		}
	case user.At != nil:
		out.User = image.ParseUser(user.Text)
		if !out.User.KnownUID {
			out.User = account(p, b, out.User.Name)
		}
		// A build may give any variable another value.
		out.Sound = out.User.KnownUID && !strings.Contains(user.At.Args.Raw, "$")
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: at(b.Path, user.At), Text: "USER " + user.Text})
	case base != nil:
		out.User, out.Sound = base.User, base.Sound && len(b.Stage.Root().Args) == 0
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: at(b.Path, b.Stage.Root().From), Text: "no USER, so that of the base"})
		out.Evidence = append(out.Evidence, base.Evidence...)
	default:
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: at(b.Path, b.Stage.Root().From), Text: "no USER, and the base is not known"})
	}
	if userIsNew(p, b) {
		out.older(b.Path + " did not say so when it was read: an image that is built already starts as before")
	}
}

// older records that the image may not be what the Dockerfile describes.
func (p *Profile) older(why string) {
	p.Older, p.Sound = why, false
	p.Evidence = append(p.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: why})
}

// userIsNew reports whether fixes have changed the user that a build starts as.
func userIsNew(p *fixer.Pass, b topology.Build) bool {
	was := p.Before(b.Path)
	if was == nil || was.Dockerfile == nil {
		return false
	}
	stages := was.Dockerfile.Stages
	return b.Stage.Index >= len(stages) || stages[b.Stage.Index].User().Text != b.Stage.User().Text
}

// baseProfile returns what is known about the image a stage starts from.
func baseProfile(p *fixer.Pass, s *dockerfile.Stage) *Profile {
	ref := s.Root().Image
	if ref == "" {
		return nil
	}
	if ref == "scratch" {
		return &Profile{Name: ref, User: image.Identity{KnownUID: true, KnownGID: true, Numeric: true}, Sound: true,
			Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Text: "scratch has no user of its own, so root"}}}
	}
	known := p.Facts.Image(ref)
	if known.Err != nil {
		return nil
	}
	out := &Profile{Name: ref, Entry: known.Entry, User: known.User()}
	switch {
	case known.Config != nil:
		out.Sound = true
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromRegistry, Text: fmt.Sprintf("%s has USER %q", ref, known.Config.User)}}
	case known.Entry != nil:
		out.Sound = known.Entry.Verified(image.FieldDefault)
		out.Evidence = []fixer.Evidence{fixer.ImageEvidence(known.Entry.Evidence(image.FieldDefault))}
	}
	return out
}

// account resolves a user named in a Dockerfile: one the stage creates with an
// explicit number, or one the base is known to have.
func account(p *fixer.Pass, b topology.Build, name string) image.Identity {
	if name == "root" {
		return image.Identity{KnownUID: true, KnownGID: true, Name: name}
	}
	for _, a := range build.CreatedAccounts(b.File, b.Stage) {
		if a.Name == name {
			return a
		}
	}
	base := p.Facts.Image(b.Stage.Root().Image).Base
	if a, ok := base.Account(name); ok {
		return image.Identity{Name: a.Name, UID: a.UID, GID: a.GID, KnownUID: true, KnownGID: true}
	}
	return image.Identity{Name: name}
}

func at(path string, i *dockerfile.Instruction) string {
	return path + ":" + strconv.Itoa(i.Line)
}
