package pin

import (
	"cmp"
	"fmt"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/updates"
)

// Unpinned returns what there is to say of a place whose image has no digest and
// whose tag is not made to move. ok is false where that is not so, or where the
// image is built in the repository.
func Unpinned(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, ok := at.pulled(p)
	if !ok || ref.HasDigest() || MadeToMove(ref.Tag) || at.builtHere(p) {
		return f, false
	}
	f.Message = fmt.Sprintf("%s is not pinned to a digest; the tag can point to a different image tomorrow", ref.Familiar())
	if at.Subject != "" {
		f.Message = fmt.Sprintf("%s uses %s, which is not pinned to a digest; the tag can point to a different image tomorrow", at.Subject, ref.Familiar())
	}
	at.known(ref, &f)
	at.answer(p, ref, &f)
	return f, true
}

// Mutable returns what there is to say of a place whose image has no digest and
// a tag that is made to move, or none. ok is false where that is not so.
func Mutable(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, ok := at.pulled(p)
	if !ok || ref.HasDigest() || !MadeToMove(ref.Tag) || at.builtHere(p) && at.Kind != fixer.FromManifest {
		return f, false
	}
	name := ref.Familiar()
	switch {
	case at.Subject != "":
		if ref.Tag == "" {
			name += ":latest"
		}
		f.Message = fmt.Sprintf("%s uses the mutable tag %s, which can point to a different image tomorrow", at.Subject, name)
	case ref.Tag == "":
		f.Message = fmt.Sprintf("%s has neither a tag nor a digest; the image is the latest push", name)
	default:
		f.Message = fmt.Sprintf("%s is a mutable tag, which can point to a different image tomorrow", name)
	}
	at.known(ref, &f)
	if b, here := p.Topology().ImageBuild(at.Image); here {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
		f.Advice = "Tag the image with a version or the commit when it is built, and set the image to that tag"
		return f, true
	}
	at.answer(p, ref, &f)
	return f, true
}

// known adds what the place and its tag say.
func (at Place) known(ref image.Reference, f *fixer.Finding) {
	f.Evidence = append(f.Evidence, fixer.Evidence{Kind: at.Kind, Place: at.Where, Text: "The tag " + moves(ref)})
	f.Evidence = append(f.Evidence, at.Evidence...)
}

// pulled reads the reference; ok is false where the name is none of an image.
func (at Place) pulled(p *fixer.Pass) (ref image.Reference, ok bool) {
	ref, err := image.ParseReference(at.Image)
	return ref, err == nil && !ref.Scratch()
}

// builtHere reports whether the image is certainly built in the repository: a
// build and Compose never pull it, and a cluster pulls what was built last.
func (at Place) builtHere(p *fixer.Pass) bool {
	b, here := p.Topology().ImageBuild(at.Image)
	return here && b.Certain
}

// answer adds the fixes that a registry's answer allows, or the advice where it
// allows none.
func (at Place) answer(p *fixer.Pass, ref image.Reference, f *fixer.Finding) {
	questions := image.AskDigest
	if ref.Mutable() {
		questions |= image.AskVersion
	}
	if p.Facts.MinAge > 0 {
		questions |= image.AskConfig
	}
	if p.Facts.Signatures {
		questions |= image.AskSignatures
	}
	a, asked := p.Facts.Ask(ref, questions)
	switch {
	case a == nil:
		f.AsksRegistry = at.Locked == "" && at.Write != nil
	case a.Failure != nil && !a.Known(image.AskDigest):
		f.Evidence = append(f.Evidence, failed(a))
		f.AsksRegistry = at.Locked == "" && at.Write != nil && (a.Failure.Kind == image.Unreachable || a.Failure.Kind == image.RateLimited)
	case validDigest(a.Digest):
		f.Evidence = append(f.Evidence, said(ref, a))
		f.Evidence = append(f.Evidence, old(a)...)
		if asked && !a.Known(questions) { // the digest stands beside what else was asked
			f.Evidence = append(f.Evidence, failed(a))
		}
		var keeper updates.Keeper
		if !at.Unkept {
			kept := false
			if keeper, kept = updates.Keeps(p, at.File, updates.ImagesIn(p.Read(at.File))); kept {
				f.Evidence = append(f.Evidence, keeper.Evidence())
			}
		}
		if a.Signatures != nil {
			f.Evidence = append(f.Evidence, signed(ref, a))
		}
		young := tooYoung(a, p.Facts.MinAge)
		if young != "" {
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRegistry, Text: young})
		}
		if at.Locked == "" && at.Write != nil && asked && young == "" {
			f.Fixes = at.fixes(ref, a, string(keeper.Bot))
			return
		}
	}
	f.Advice = at.advice(ref, a)
}

// failed is why the registry did not answer, as evidence.
func failed(a *image.Answer) fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromRegistry, Text: text.Capital(text.VisibleLine(a.Failure.Text))}
}

// tooYoung says why an image is not pinned yet: whoever takes an image only after
// some days leaves others the time to find out that it is malicious.
func tooYoung(a *image.Answer, days int) string {
	switch {
	case days <= 0:
		return ""
	case a.Created.IsZero():
		return fmt.Sprintf("The image does not say when it was created: it is not pinned, because an age of %s is asked for", text.Count(days, "day", "days"))
	case a.At.Sub(a.Created) < time.Duration(days)*24*time.Hour:
		return fmt.Sprintf("The image was created on %s: it is not pinned before it is %s old", a.Created.Format("2006-01-02"), text.Count(days, "day", "days"))
	}
	return ""
}

// old says that an answer is older than answers are believed, where it is.
func old(a *image.Answer) []fixer.Evidence {
	if a.Old == nil {
		return nil
	}
	return []fixer.Evidence{{Kind: fixer.FromRegistry, Text: fmt.Sprintf("The answer of %s is used, because the registry could not be asked again: %s", a.At.Format(time.DateOnly), text.VisibleLine(a.Old.Text))}}
}

// said is the registry's answer as evidence.
func said(ref image.Reference, a *image.Answer) fixer.Evidence {
	what := "the digest of all its platforms"
	if !a.Index {
		what = "the image has one platform only"
	}
	at := ""
	if !a.At.IsZero() {
		at = " on " + a.At.Format("2006-01-02")
	}
	return fixer.Evidence{Kind: fixer.FromRegistry, Text: fmt.Sprintf("%s pointed to %s%s: %s", ref.Familiar(), short(a.Digest), at, what)}
}

// fixes are the ways to pin, the first of which is what most people want. keeper is the
// bot that keeps the digests of the file fresh, "" where none does.
func (at Place) fixes(ref image.Reference, a *image.Answer, keeper string) []fixer.Fix {
	var out []fixer.Fix
	version := ""
	if ref.Mutable() && validTag(a.Version) && a.Version != ref.Tag {
		version = a.Version
	}
	add := func(id, title, tag, digest string, level fixer.Level) {
		piece := at.named(tag, digest)
		written := at.reference(ref, tag, digest)
		out = append(out, fixer.Fix{
			ID: id, Title: title, Level: level, Breaks: at.breaks(ref, digest, keeper),
			Verify: "docker buildx imagetools inspect " + text.ShellWord(written) + "\nlists every platform that the image must run on",
			Edit:   at.Write(piece),
		})
	}
	level := fixer.Review
	if keeper != "" && !MadeToMove(ref.Tag) && at.Overrides == "" && a.Old == nil {
		level = fixer.Safe
	}
	name, tag := ref.Familiar(), ""
	if ref.Tag == "" {
		// A digest alone tells nobody what it is of, and oakum's tables neither.
		tag, name = "latest", name+":latest"
	}
	if version != "" {
		named := untagged(name) + ":" + version
		add("version-and-digest", fmt.Sprintf("Set the image to %s and pin it to %s", named, short(a.Digest)), version, a.Digest, level)
		add("digest", fmt.Sprintf("Pin %s to %s", name, short(a.Digest)), tag, a.Digest, fixer.Review)
		if MadeToMove(ref.Tag) {
			add("version", fmt.Sprintf("Set the image to %s, without a digest", named), version, "", fixer.Review)
		}
		return out
	}
	add("digest", fmt.Sprintf("Pin %s to %s", name, short(a.Digest)), tag, a.Digest, level)
	return out
}

// reference is the whole reference as it will be.
func (at Place) reference(ref image.Reference, tag, digest string) string {
	ref.Tag, ref.Digest = cmp.Or(tag, ref.Tag), digest
	return ref.Familiar()
}

// breaks says what can stop working: nothing today.
func (at Place) breaks(ref image.Reference, digest, keeper string) string {
	var s string
	switch {
	case digest == "":
		s = "The version tag gets no feature releases, and its owner can still move it"
	case MadeToMove(ref.Tag):
		s = fmt.Sprintf("New releases behind %s no longer arrive by themselves; a deployment that waits for a new push to the tag gets none", ref.Familiar())
	case keeper != "":
		s = fmt.Sprintf("Security updates of %s arrive with the pull requests of %s only", ref.Familiar(), keeper)
	case at.Unkept:
		s = fmt.Sprintf("Security updates of %s no longer arrive by themselves, and update bots may not read the default of a variable", ref.Familiar())
	default:
		s = fmt.Sprintf("Security updates of %s no longer arrive by themselves, and nothing in the repository updates digests (Renovate and Dependabot do)", ref.Familiar())
	}
	if at.Overrides != "" {
		s += ". " + at.Overrides
	}
	return s
}

// advice tells what to write, and the command that prints it.
func (at Place) advice(ref image.Reference, a *image.Answer) string {
	name := ref.Familiar()
	digest := "@sha256:…"
	command := fmt.Sprintf(" (get the digest with `docker buildx imagetools inspect %s`)", name)
	if a == nil {
		command = fmt.Sprintf(" (oakum fix --level review asks %s for the digest; `docker buildx imagetools inspect %s` prints it)", ref.Registry, name)
	}
	if a != nil && (a.Failure == nil || a.Known(image.AskDigest)) && validDigest(a.Digest) {
		digest, command = "@"+a.Digest, ""
	}
	switch {
	case at.Locked != "":
		if digest != "@sha256:…" {
			return fmt.Sprintf("Pin it: %s. The digest is %s", at.Locked, a.Digest)
		}
		return fmt.Sprintf("Pin it: %s. `docker buildx imagetools inspect %s` prints the digest", at.Locked, name)
	case MadeToMove(ref.Tag):
		version := untagged(name) + ":VERSION"
		if at.TagOnly {
			version = "VERSION"
		}
		return fmt.Sprintf("Pin it: choose a version and write %s%s@sha256:…%s%s", at.How, version, at.Close, command)
	}
	written := name
	if at.TagOnly {
		written = at.Piece
	}
	return fmt.Sprintf("Pin it: %s%s%s%s%s", at.How, written, digest, at.Close, command)
}

// moves says how far a tag moves.
func moves(ref image.Reference) string {
	if ref.Tag == "" {
		return "is missing, which means latest"
	}
	switch ref.Pin() {
	case image.PinMajor:
		return ref.Tag + " follows feature releases"
	case image.PinMinor:
		return ref.Tag + " follows patch releases"
	case image.PinVersion:
		return ref.Tag + " names one release, but rebuilds move the tag"
	}
	return ref.Tag + " names a channel, not a version"
}
