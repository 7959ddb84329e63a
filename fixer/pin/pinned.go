package pin

import (
	"fmt"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// What a registry says of a digest that is written is one of these, the first that is
// true: it is gone, it is that of one platform, the tag points to another.

// Gone returns what there is to say of a place whose digest its registry does not
// have any more.
func Gone(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, a, ok := at.pinned(p)
	if !ok || !a.Pin.Gone {
		return f, false
	}
	f.Message = at.sentence(ref, fmt.Sprintf("%s no longer exists in %s: it cannot be pulled", short(ref.Digest), ref.Registry), "whose digest "+short(ref.Digest)+" no longer exists in "+ref.Registry)
	f.Evidence = append(at.evidence(), asked(ref, a, "%s has no such digest", ref.Registry))
	f.Evidence = append(f.Evidence, old(a)...)
	f.Advice = "Find out which image was meant, and pin one that exists"
	if at.canMove(ref, a) {
		f.Evidence = append(f.Evidence, said(tagged(ref), a))
		f.Fixes = []fixer.Fix{at.move("current", ref, a, fixer.Review,
			fmt.Sprintf("%s points to another image than the one that was pinned: it can behave differently", tagged(ref).Familiar()))}
		f.Advice = ""
	}
	return f, true
}

// OnePlatform returns what there is to say of a place whose digest is that of the image
// for one platform, where the tag has an index of several. A place that asks for
// that very platform means it.
func OnePlatform(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, a, ok := at.pinned(p)
	if !ok || a.Pin.Gone || a.Pin.Platform == "" || !a.Index || samePlatform(at.Platform, a.Pin.Platform) {
		return f, false
	}
	platform := text.VisibleLine(a.Pin.Platform)
	f.Message = at.sentence(ref, fmt.Sprintf("The digest of %s is that of the image for %s alone", tagged(ref).Familiar(), platform), "with the digest of the image for "+platform+" alone")
	f.Evidence = append(at.evidence(), asked(ref, a, "%s is the image for %s", short(ref.Digest), platform))
	f.Evidence = append(f.Evidence, old(a)...)
	switch {
	case !a.Pin.Listed:
		f.Evidence = append(f.Evidence, asked(ref, a, "the tag points to other images now: which index the digest was part of is not known"))
		f.Advice = "Pin the digest of an index: the one that the tag points to now is that of another image (" + short(a.Digest) + ")"
	case at.canMove(ref, a):
		f.Evidence = append(f.Evidence, asked(ref, a, "the index that the tag points to, %s, has this image for %s", short(a.Digest), platform))
		f.Fixes = []fixer.Fix{at.move("index", ref, a, fixer.Review, "Machines of other platforms get the image that is made for them, which may not have been tested; on "+platform+" nothing changes")}
	default:
		f.Advice = at.byHand(ref, a)
	}
	return f, true
}

// Stale returns what there is to say of a place whose tag points to another image than
// its digest names. Taking the newer one is an update, which nobody makes without
// being asked: its fix is of level review only where the rule was selected by name
// (fixer.Facts.Freshen).
func Stale(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	ref, a, ok := at.pinned(p)
	if !ok || a.Pin.Gone || a.Pin.Listed || ref.Tag == "" || !validDigest(a.Digest) || a.Digest == ref.Digest {
		return f, false
	}
	onePlatform := a.Pin.Platform != "" && a.Index
	if onePlatform && !samePlatform(at.Platform, a.Pin.Platform) {
		return f, false // which is what OnePlatform says
	}
	behind := ""
	if days := days(a.Pin.Created, a.Pin.TagCreated); days > 0 {
		behind = fmt.Sprintf(", which is %s newer", text.Count(days, "day", "days"))
	}
	f.Message = at.sentence(ref, fmt.Sprintf("%s points to another image than the pinned one%s", tagged(ref).Familiar(), behind), "but the tag points to another image than the pinned one"+behind)
	f.Evidence = append(at.evidence(), asked(ref, a, "the tag points to %s, %s", short(a.Digest), made(a.Pin.TagCreated)), asked(ref, a, "%s is pinned, %s", short(ref.Digest), made(a.Pin.Created)))
	f.Evidence = append(f.Evidence, old(a)...)
	young := tooYoung(&image.Answer{At: a.At, Created: a.Pin.TagCreated}, p.Facts.MinAge)
	switch {
	case onePlatform: // the digest of an index would be that of other platforms, too
		f.Advice = fmt.Sprintf("Pin the image for %s that the tag points to now; `docker buildx imagetools inspect %s` lists it", text.VisibleLine(a.Pin.Platform), tagged(ref).Familiar())
	case young != "":
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRegistry, Text: young})
		f.Advice = "Wait, or update with a smaller --min-age"
	case at.canMove(ref, a):
		level := fixer.Manual
		if p.Facts.Freshen {
			level = fixer.Review
		} else {
			f.Advice = "Take the newer image when you want it: oakum fix --level review --select '*/stale-digest', or choose the fix"
		}
		f.Fixes = []fixer.Fix{at.move("update", ref, a, level, "The newer image can behave differently: test it as any update")}
	default:
		f.Advice = at.byHand(ref, a)
	}
	return f, true
}

// pinned returns the answer about a digest that is written, where there is one.
func (at Place) pinned(p *fixer.Pass) (ref image.Reference, a *image.Answer, ok bool) {
	ref, ok = at.pulled(p)
	if !ok || !ref.HasDigest() || at.builtHere(p) {
		return ref, nil, false
	}
	questions := image.AskPin
	if p.Facts.Signatures {
		questions |= image.AskSignatures
	}
	a, ok = p.Facts.Ask(ref, questions)
	return ref, a, ok && a.Known(image.AskPin) && a.Pin != nil
}

// sentence is the message, with or without who uses the image.
func (at Place) sentence(ref image.Reference, alone, used string) string {
	if at.Subject == "" {
		return alone
	}
	return fmt.Sprintf("%s uses %s, %s", at.Subject, tagged(ref).Familiar(), used)
}

// evidence is what the place itself says.
func (at Place) evidence() []fixer.Evidence {
	return append([]fixer.Evidence{{Kind: at.Kind, Place: at.Where, Text: "The image is pinned to a digest"}}, at.Evidence...)
}

// canMove reports whether another digest can be written in the place.
func (at Place) canMove(ref image.Reference, a *image.Answer) bool {
	return at.Locked == "" && at.Write != nil && ref.Tag != "" && validDigest(a.Digest) && a.Digest != ref.Digest && strings.Count(at.Piece, ref.Digest) == 1
}

// move is the fix that writes the digest which the tag points to.
func (at Place) move(id string, ref image.Reference, a *image.Answer, level fixer.Level, breaks string) fixer.Fix {
	to := ref
	to.Digest = a.Digest
	return fixer.Fix{
		ID: id, Title: fmt.Sprintf("Pin %s to %s", tagged(ref).Familiar(), short(a.Digest)), Level: level, Breaks: breaks,
		Verify: "docker buildx imagetools inspect " + text.ShellWord(to.Familiar()) + "\nlists every platform that the image must run on",
		Edit:   at.Write(strings.Replace(at.Piece, ref.Digest, a.Digest, 1)),
	}
}

// byHand is what to write where oakum does not.
func (at Place) byHand(ref image.Reference, a *image.Answer) string {
	if ref.Tag == "" || !validDigest(a.Digest) {
		return "Write the tag before the digest, so that people and update bots can see what it is of"
	}
	return fmt.Sprintf("Replace the digest by %s, that of %s", a.Digest, tagged(ref).Familiar())
}

func tagged(ref image.Reference) image.Reference {
	if ref.Tag != "" {
		ref.Digest = ""
	}
	return ref
}

// asked is a statement of the registry on the day it was made.
func asked(ref image.Reference, a *image.Answer, format string, args ...any) fixer.Evidence {
	s := fmt.Sprintf(format, args...)
	if !a.At.IsZero() {
		s = "On " + a.At.Format(time.DateOnly) + ", " + s
	}
	return fixer.Evidence{Kind: fixer.FromRegistry, Text: text.Capital(s)}
}

// made says when an image was created. It does not say when it was pushed.
func made(at time.Time) string {
	if at.IsZero() {
		return "which does not say when it was created"
	}
	return "created on " + at.Format(time.DateOnly)
}

// days is how many whole days lie between two moments, 0 where one is unknown.
func days(from, to time.Time) int {
	if from.IsZero() || to.IsZero() {
		return 0
	}
	return int(to.Sub(from) / (24 * time.Hour))
}

// samePlatform compares platforms without the variant that one of them may have.
func samePlatform(a, b string) bool {
	return a != "" && (a == b || strings.HasPrefix(b, a+"/") || strings.HasPrefix(a, b+"/"))
}
