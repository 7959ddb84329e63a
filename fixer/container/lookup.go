package container

import (
	"cmp"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// OfImage returns what is known about an image named by a reference. A reference
// that a variable decides is known as far as its default goes, and nothing is
// proven by it. The profile is shared and must not be changed.
func OfImage(p *fixer.Pass, ref string) *Profile {
	return fixer.Once(p, profileOf(ref), func() *Profile { return ofImage(p, ref) })
}

// profileOf is the key of what is known about an image, by its reference.
type profileOf string

// once returns the spec of a container, made by the first rule of a check that
// asks for it. key is the container's own in the parsed file.
func once(p *fixer.Pass, key any, from func() *Spec) *Spec {
	return fixer.Once(p, specOf{key}, func() *Spec { return from().remember() })
}

// specOf is the key of the spec of a container.
type specOf struct{ container any }

func ofImage(p *fixer.Pass, ref string) *Profile {
	name, certain := compose.Expand(ref)
	out := &Profile{Name: cmp.Or(name, ref)}
	if b, ok := p.Topology().ImageBuild(name); ok {
		out.builtBy(p, b)
		out.Proven = out.Proven && certain && b.Certain
		if known := p.Facts.Image(name); known.Ref.HasDigest() {
			out.stale("The digest names an image built earlier, which may differ from " + b.Path)
		}
		return out
	}
	known := p.Facts.Image(name)
	out.Entry, out.Known = known.Entry, known
	switch user := known.User(); {
	case user.Known:
		out.User, out.Proven = user.Value, user.Proven && certain
		out.Evidence = []fixer.Evidence{fixer.ImageEvidence(user.From)}
	case known.Err != nil:
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromNothing, Text: text.Capital(known.Err.Error())}}
	default:
		out.Evidence = []fixer.Evidence{{Kind: fixer.FromNothing, Text: known.Ref.Familiar() + " is unknown: no Dockerfile in this repository builds it, and oakum's image table does not list it"}}
	}
	if r := known.Ref; known.User().Known && !r.HasDigest() && (r.Tag == "" || r.Tag == "latest") {
		// What this is tomorrow nobody knows, whoever says what it is today.
		out.Proven = false
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromNothing, Text: name + " has no version tag, so the image can change"})
	}
	return out
}

// OfService returns what is known about the image a Compose service runs: the
// Dockerfile that builds it, else its image.
func OfService(p *fixer.Pass, v compose.View) *Profile {
	if b, ok := p.Topology().ServiceBuild(v); ok {
		out := &Profile{Name: b.Path}
		out.builtBy(p, b)
		out.Proven = out.Proven && b.Certain
		return out
	}
	if b, ok := p.Topology().InlineBuild(v); ok {
		out := &Profile{Name: b.Path}
		out.builtBy(p, b)
		return out
	}
	if v.IsBuilt() {
		return &Profile{Name: v.Name, Evidence: []fixer.Evidence{{Kind: fixer.FromNothing, Text: "The image is built from a Dockerfile that is not in this repository"}}}
	}
	ref, certain := v.ImageName()
	if _, byName := p.Topology().ImageBuild(ref); !byName {
		if b, ok := p.Topology().PulledBuild(v); ok {
			out := &Profile{Name: b.Path}
			out.builtBy(p, b)
			out.Proven = false
			return out
		}
	}
	if setting := v.Setting("image"); ref == "" && setting.Variable() != "" {
		return &Profile{Name: setting.Node.Text(), Evidence: []fixer.Evidence{{
			Kind: fixer.FromCompose, Place: settingPlace(setting), Text: "The image name comes from variable " + setting.Variable() + ", which has no default",
		}}}
	}
	out := *OfImage(p, ref)
	out.Proven = out.Proven && certain
	if name, given, ok := v.Given(v.Setting("image").Node.Text()); ok {
		says := fixer.Evidence{Kind: fixer.FromRepository, Place: given.Place, Text: "Variable " + name + " is " + given.Value}
		out.Evidence = append([]fixer.Evidence{says}, out.Evidence...)
	}
	return &out
}

// OfStage returns what is known about the image a Dockerfile stage makes.
func OfStage(p *fixer.Pass, path string, f *dockerfile.File, s *dockerfile.Stage) *Profile {
	out := &Profile{Name: path}
	out.builtBy(p, topology.Build{Path: path, File: f, Stage: s, Certain: true})
	return out
}

func (out *Profile) builtBy(p *fixer.Pass, b topology.Build) {
	out.setuid = sync.OnceValue(func() []string { return setuidPrograms(b) })
	out.Build, out.builds, out.scripts, out.copied = &b, []topology.Build{b}, startScripts(p, b), copiedCapabilities(p, b)
	out.project, out.settings = startedProject(p, b), namedConfiguration(p, b)
	base := baseProfile(p, b)
	if base != nil {
		out.builds = append(out.builds, base.builds...)
		out.Entry, out.Known = base.Entry, base.Known
	}
	if b.Why != "" {
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
	}
	user := b.Stage.User()
	switch {
	case user.At != nil && !user.Known:
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: place(b.Path, user.At.Line), Text: "USER " + user.Text + " depends on a variable"})
		if base != nil && base.Entry != nil && base.Entry.Service != nil && strings.Trim(user.Text, "${}") == "APP_UID" {
			out.User = *base.Entry.Service // .NET images define the variable
		}
	case user.At != nil:
		out.User = image.ParseUser(user.Text)
		if !out.User.KnownUID {
			out.User = account(p, b, out.User.Name)
		}
		// A build may give any variable another value.
		out.Proven = out.User.KnownUID && !strings.Contains(user.At.Args.Raw, "$")
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: place(b.Path, user.At.Line), Text: "USER " + user.Text})
	case base != nil:
		out.User, out.Proven = base.User, base.Proven && len(b.Stage.Root().Args) == 0
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: place(b.Path, b.Stage.Root().From.Line), Text: "No USER instruction, so the base image's user applies"})
		out.Evidence = append(out.Evidence, base.Evidence...)
	default:
		out.Evidence = append(out.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: place(b.Path, b.Stage.Root().From.Line), Text: "No USER instruction, and the base image is unknown"})
	}
	if UserIsNew(p, b) {
		out.stale("A fix changes the USER of " + b.Path + "; an image built earlier still starts as before")
	}
}

// stale records that the image may not be what the Dockerfile describes.
func (p *Profile) stale(why string) {
	p.StaleReason, p.Proven = why, false
	p.Evidence = append(p.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: why})
}

// UserIsNew reports whether fixes have changed the user that a build starts as.
func UserIsNew(p *fixer.Pass, b topology.Build) bool {
	was := p.Before(b.Path)
	if was == nil || was.Dockerfile == nil {
		return false
	}
	stages := was.Dockerfile.Stages
	return b.Stage.Index >= len(stages) || stages[b.Stage.Index].User().Text != b.Stage.User().Text
}

// baseProfile returns what is known about the image that the stage of a build
// starts from: of one that this repository builds, what its own build tells.
func baseProfile(p *fixer.Pass, of topology.Build) *Profile {
	s := of.Stage
	if b, ok := p.Topology().BaseBuild(of.Path, s.Root()); ok && (b.Certain || !knownImage(p, s.Root().Image)) {
		out := &Profile{Name: b.Path}
		out.builtBy(p, b)
		out.Proven = out.Proven && b.Certain
		if e := out.Entry; e != nil && b.Stage.Entrypoint().At != nil && e.NonRoot.Support != image.SupportApp {
			out.Entry = nil // another program starts
		}
		return out
	}
	ref, tagged := s.Root().Image, true
	if ref == "" {
		if ref, tagged = untagged(s.Root().BaseWord.Value), false; ref == "" {
			return nil
		}
	}
	if ref == "scratch" {
		return &Profile{Name: ref, User: image.Identity{KnownUID: true, KnownGID: true, Numeric: true}, Proven: true,
			Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Text: "scratch sets no user, so the container runs as root"}}}
	}
	known := p.Facts.Image(ref)
	if known.Err != nil {
		return nil
	}
	if known.Entry != nil && known.Entry.ByName {
		nameless := *known // what is built upon a base is not guessed from the base's name
		nameless.Entry, known = nil, &nameless
	}
	out := &Profile{Name: ref, Entry: known.Entry, Known: known}
	if user := known.User(); user.Known {
		out.User, out.Proven = user.Value, user.Proven && tagged
		out.Evidence = []fixer.Evidence{fixer.ImageEvidence(user.From)}
	}
	return out
}

// untagged is the name of an image of which a variable without a value here holds the tag
// alone: which software it is the rest of the name says. "" for others.
func untagged(base string) string {
	name, tag, _ := strings.Cut(base, ":$")
	if tag == "" || strings.ContainsAny(name, "$@") || strings.ContainsAny(tag, "/:") {
		return ""
	}
	return name
}

// knownImage reports whether the tables or a registry say anything of an image that a
// stage starts from.
func knownImage(p *fixer.Pass, ref string) bool {
	known := p.Facts.Image(ref)
	return ref == "" || known.Err != nil || known.HasBase || known.Entry != nil && !known.Entry.ByName || known.User().Known
}

// account resolves a user named in a Dockerfile: one the stage creates with an
// explicit number, or one the base is known to have.
func account(p *fixer.Pass, b topology.Build, name string) image.Identity {
	if name == "root" {
		return image.Identity{KnownUID: true, KnownGID: true, Name: name}
	}
	for _, a := range build.Read(b.File).CreatedAccounts(b.Stage) {
		if a.Name == name {
			return a
		}
	}
	if from := build.AccountsFrom(b.File, b.Stage); from != nil {
		copied := b
		copied.Stage = from
		return account(p, copied, name)
	}
	if base, ok := p.Topology().BaseBuild(b.Path, b.Stage.Root()); ok && base.Certain {
		return account(p, base, name)
	}
	base := p.Facts.Image(b.Stage.Root().Image).Base
	if a, ok := base.Account(name); ok {
		return image.Identity{Name: a.Name, UID: a.UID, GID: a.GID, KnownUID: true, KnownGID: true}
	}
	return image.Identity{Name: name}
}
