package fixer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// TestQuestionsAreWishes: what nothing answers is wished for once, an answer ends
// the wish, and one to another question does not.
func TestQuestionsAreWishes(t *testing.T) {
	nginx, _ := image.ParseReference("nginx:1.27")
	f := &fixer.Facts{Source: "https://example.org/shop"}
	for range 2 {
		if _, ok := f.Ask(nginx, image.AskDigest); ok {
			t.Fatal("answered before anybody was asked")
		}
	}
	f.Ask(nginx, image.AskVersion)
	if w := f.Wishes(); len(w) != 1 || w[0].Ask != image.AskDigest|image.AskVersion || w[0].Ref.Tag != "1.27" {
		t.Fatalf("wishes %+v", w)
	}
	g := f.With(&image.Answer{Ref: nginx.String(), Asked: image.AskDigest, Digest: "sha256:1"})
	if a, ok := g.Ask(nginx, image.AskDigest); !ok || a.Digest != "sha256:1" || g.Source == "" {
		t.Errorf("answer %+v %v, source %q", a, ok, g.Source)
	}
	if a, ok := g.Ask(nginx, image.AskDigest|image.AskVersion); ok || a.Digest == "" {
		t.Errorf("answer %+v %v: the version is still open", a, ok)
	}
	if w := g.Wishes(); len(w) != 1 || w[0].Ask != image.AskVersion {
		t.Errorf("wishes %+v", w)
	}
	h := g.With(&image.Answer{Ref: nginx.String(), Asked: image.AskVersion, Version: "1.27.4"})
	if a, ok := h.Ask(nginx, image.AskDigest|image.AskVersion); !ok || a.Digest == "" || a.Version == "" {
		t.Errorf("answers do not add up: %+v", a)
	}
}

// TestConfigurationIsWishedForWhereTheTableProvesNothing: what the table proves
// costs no request.
func TestConfigurationIsWishedForWhereTheTableProvesNothing(t *testing.T) {
	f := &fixer.Facts{}
	for _, name := range []string{"nginx:1.27", "node:24", "example.org/own:1", "scratch-${X}", "scratch", "mcr.microsoft.com/windows/nanoserver:ltsc2025"} {
		f.Image(name)
	}
	if w := f.Wishes(); len(w) != 1 || w[0].Ref.Familiar() != "example.org/own:1" || w[0].Ask != image.AskConfig {
		t.Errorf("wishes %+v", w)
	}
}

// TestPinnedImageIsKnownAsBefore: what a registry said of a tag is known of the
// digest that the tag points to, under whatever tag.
func TestPinnedImageIsKnownAsBefore(t *testing.T) {
	tag, _ := image.ParseReference("example.org/own:1")
	digest := "sha256:" + strings.Repeat("a", 64)
	f := (&fixer.Facts{}).With(&image.Answer{
		Ref: tag.String(), Asked: image.AskConfig | image.AskDigest, Digest: digest, Config: &image.Config{User: "1000"},
		At: time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC),
	})
	for _, name := range []string{"example.org/own:1", "example.org/own:1@" + digest, "example.org/own:1.2.3@" + digest} {
		if user := f.Image(name).User(); !user.Known || user.Value.UID != 1000 || !strings.HasSuffix(user.From.Text, `USER "1000", as of 2026-11-29`) {
			t.Errorf("%s: user %+v", name, user)
		}
	}
	pinned, _ := image.ParseReference("example.org/own:1.2.3@" + digest)
	if a, ok := f.Ask(pinned, image.AskPin); !ok || !a.Known(image.AskPin) || a.Pin.Gone || a.Digest != digest || len(f.Wishes()) > 0 {
		t.Errorf("what was just learned is asked again: %+v %v, wishes %v", a, ok, f.Wishes())
	}
	old, _ := image.ParseReference("example.org/moved:1@sha256:" + strings.Repeat("c", 64))
	moved, _ := image.ParseReference("example.org/moved:1@" + digest)
	g := f.With(&image.Answer{Ref: old.String(), Asked: image.AskPin, Digest: digest, Pin: &image.Pinned{Gone: true}})
	if a, ok := g.Ask(moved, image.AskPin); !ok || a.Pin.Gone || a.Digest != digest {
		t.Errorf("what a tag points to is known from a digest that is gone: %+v %v", a, ok)
	}
	if a, ok := g.Ask(old, image.AskPin); !ok || !a.Pin.Gone {
		t.Errorf("the digest that is gone: %+v %v", a, ok)
	}
	other := strings.Repeat("b", 64)
	if user := f.Image("example.org/own:1@sha256:" + other).User(); user.Known {
		t.Errorf("another digest: user %+v", user)
	}
	elsewhere, _ := image.ParseReference("example.net/own:1@" + digest)
	if _, ok := f.Ask(elsewhere, image.AskPin); ok {
		t.Error("that one registry has a digest says nothing of another")
	}
}

// TestNamedWishesForNothing: only who wants to know how an image runs costs a request.
func TestNamedWishesForNothing(t *testing.T) {
	f := &fixer.Facts{}
	if k := f.Named("example.org/app:1"); k.Ref.Repository != "app" || len(f.Wishes()) != 0 {
		t.Errorf("%+v, wishes %v", k.Ref, f.Wishes())
	}
	f.Image("example.org/app:1")
	f.Image("example.org/app:1")
	if w := f.Wishes(); len(w) != 1 || w[0].Ask != image.AskConfig {
		t.Errorf("wishes %v", w)
	}
}
