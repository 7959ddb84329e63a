package registry

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// askPin asks about the digest of a reference: whether it is there, and, with a
// tag beside it, what that points to now. Only where these differ does it read
// what they are; dates are read as far as the host's limit allows.
func (a *asking) askPin(ctx context.Context, out *image.Answer) error {
	if a.ref.Digest == "" {
		return nil
	}
	pin := &image.Pinned{}
	here, err := a.head(ctx, a.ref.Digest)
	if pin.Gone, err = isGone(err); err != nil {
		return err
	}
	var now pointer
	if a.ref.Tag != "" {
		now, err = a.head(ctx, a.ref.Tag)
		if _, err = isGone(err); err != nil {
			return err
		}
		out.Digest, out.Index = now.Digest, now.Index
	}
	moved := now.Digest != "" && now.Digest != a.ref.Digest
	if !pin.Gone && !here.Index {
		c, _, err := a.configOf(ctx, a.ref.Digest)
		if err != nil {
			return err
		}
		if c.Platform.real() {
			pin.Platform = c.Platform.String()
		}
		pin.Created = c.Created
	}
	if moved && !pin.Gone && !here.Index && now.Index {
		index, err := a.manifest(ctx, now.Digest)
		if err != nil {
			return err
		}
		out.Platforms = index.platforms()
		pin.Listed = slices.ContainsFunc(index.Children, func(c child) bool { return c.Digest == a.ref.Digest })
	}
	if moved {
		if !pin.Gone && here.Index {
			if pin.Created, err = a.createdOf(ctx, a.ref.Digest); err != nil {
				return err
			}
		}
		if pin.TagCreated, err = a.createdOf(ctx, now.Digest); err != nil {
			return err
		}
	}
	out.Pin = pin
	return nil
}

// isGone tells that something is not there from other errors.
func isGone(err error) (bool, error) {
	var f *failure
	if errors.As(err, &f) && f.gone {
		return true, nil
	}
	return false, err
}

// createdOf is when the image of a digest was made: as the index says, or the
// configuration. It is zero where that cannot be found out; the only error is that
// the network would be needed to try.
func (a *asking) createdOf(ctx context.Context, sum string) (time.Time, error) {
	optional := func(err error) error {
		if errors.Is(err, errNotKept) && !a.run.r.options.Offline {
			return err
		}
		return nil
	}
	if a.run.network && a.loc.host.limits.scarce() {
		return time.Time{}, nil
	}
	m, err := a.manifest(ctx, sum)
	if err != nil {
		return time.Time{}, optional(err)
	}
	if m.Index {
		one, ok := m.choose(a.run.r.platform)
		if at := one.created(); !ok || !at.IsZero() {
			return at, nil
		}
		if m, err = a.manifest(ctx, one.Digest); err != nil || m.Index {
			return time.Time{}, optional(err)
		}
	}
	c, err := a.config(ctx, m)
	return c.Created, optional(err)
}
