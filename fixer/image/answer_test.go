package image_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

// TestOneQuestionFails: that a configuration cannot be read does not take the
// digest along, in whatever order the answers come.
func TestOneQuestionFails(t *testing.T) {
	digest := &image.Answer{Asked: image.AskDigest, Digest: "sha256:1"}
	refused := &image.Answer{Asked: image.AskConfig, Failed: image.AskConfig, Failure: &image.Failure{Kind: image.RateLimited}}
	unreachable := &image.Answer{Asked: image.AskConfig, Failure: &image.Failure{Kind: image.Unreachable}} // without Failed: all of it
	both := &image.Answer{Asked: image.AskDigest | image.AskConfig, Digest: "sha256:1", Failed: image.AskConfig, Failure: refused.Failure}
	for name, a := range map[string]*image.Answer{
		"digest first": digest.With(refused), "digest last": refused.With(digest), "at once": both, "all of one answer": digest.With(unreachable),
	} {
		if !a.Known(image.AskDigest) || a.Known(image.AskConfig) || !a.Answers(image.AskDigest|image.AskConfig) || a.Failure == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
	again := both.With(&image.Answer{Asked: image.AskConfig, Config: &image.Config{}})
	if !again.Known(image.AskDigest|image.AskConfig) || again.Failure != nil {
		t.Errorf("after a later answer: %+v", again)
	}
	if lost := digest.With(&image.Answer{Asked: image.AskDigest, Failure: &image.Failure{Kind: image.NotFound}}); lost.Known(image.AskDigest) {
		t.Errorf("the digest is known although it is not there any more: %+v", lost)
	}
}
