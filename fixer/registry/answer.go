package registry

import (
	"context"
	"errors"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// An asking is the work on one wish. It collects when registries said what
// the answer rests on.
type asking struct {
	run   *run
	loc   location
	ref   image.Reference
	since time.Time // the oldest of what was used
	old   *failure  // why something that is too old to be believed was used; nil mostly
}

// tag is the tag of a reference, where one means something.
func (a *asking) tag() string {
	if a.ref.Tag == "" && a.ref.Digest == "" {
		return "latest"
	}
	return a.ref.Tag
}

// what names the image in messages of the host.
func (a *asking) what(id string) string {
	if len(id) > 64 && id[6] == ':' || len(id) > 128 {
		return a.loc.repo + "@" + id[:19] + "…"
	}
	return a.loc.repo + ":" + id
}

// used notes when something that is used was said.
func (a *asking) used(at time.Time) {
	if a.since.IsZero() || at.Before(a.since) {
		a.since = at
	}
}

// standsIn notes that an old answer is used because of a failure.
func (a *asking) standsIn(err error) {
	if a.old == nil {
		a.old = asFailure(err)
	}
}

// said is what the answer says of an old one that it rests on.
func (a *asking) said() *image.Failure {
	if a.old == nil {
		return nil
	}
	return &a.old.Failure
}

// answer answers one wish. It reports whether it could do so without a network that
// may not be used.
func (run *run) answer(ctx context.Context, w image.Wish) (*image.Answer, bool) {
	if w.URL != "" {
		return run.file(ctx, w)
	}
	out := &image.Answer{Ref: w.Ref.String(), Asked: w.Ask}
	if !run.r.allowed(w.Ref) {
		out.At = run.r.options.Now().UTC()
		out.Failed = w.Ask
		out.Failure = &image.Failure{Kind: image.NotAsked, Text: clean(w.Ref.Registry) + " is not among the registries that may be asked"}
		return out, true
	}
	a := &asking{run: run, loc: run.r.locate(w.Ref), ref: w.Ref}
	kept := true
	for _, step := range []struct {
		question image.Question
		ask      func(context.Context, *image.Answer) error
	}{
		{image.AskDigest, a.askDigest},
		{image.AskPin, a.askPin},
		{image.AskVersion, a.askVersion},
		{image.AskConfig, a.askConfig},
		{image.AskSignatures, a.askSignatures},
	} {
		if w.Ask&step.question == 0 {
			continue
		}
		if err := step.ask(ctx, out); err != nil {
			kept = kept && !errors.Is(err, errNotKept)
			out.Failed |= step.question
			if out.Failure == nil {
				f := asFailure(err).Failure
				out.Failure = &f
			}
		}
	}
	if a.since.IsZero() {
		a.since = run.r.options.Now()
	}
	out.At, out.Old = a.since.UTC(), a.said()
	return out, kept
}

// askDigest asks what the reference points to: the tag, or the digest where there
// is none.
func (a *asking) askDigest(ctx context.Context, out *image.Answer) error {
	p, err := a.pointsTo(ctx)
	if err == nil {
		out.Digest, out.Index = p.Digest, p.Index
	}
	return err
}

// askConfig asks for the configuration of the image that would run: that of the
// digest where there is one.
func (a *asking) askConfig(ctx context.Context, out *image.Answer) error {
	digest := a.ref.Digest
	if digest == "" {
		p, err := a.pointsTo(ctx)
		if err != nil {
			return err
		}
		digest = p.Digest
		out.Digest, out.Index = p.Digest, p.Index
	}
	c, platforms, err := a.configOf(ctx, digest)
	if err != nil {
		return err
	}
	out.Config, out.Created, out.Platforms = c.Config, c.Created, platforms
	return nil
}

// pointsTo is what the tag points to now, or the digest itself where there is no
// tag.
func (a *asking) pointsTo(ctx context.Context) (pointer, error) {
	id := a.tag()
	if id == "" {
		id = a.ref.Digest
	}
	return a.head(ctx, id)
}
