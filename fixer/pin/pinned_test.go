package pin

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// TestOnlyAWrittenDigestIsReplaced: a digest that comes from a variable stands
// elsewhere, and the tag decides which one is newer.
func TestOnlyAWrittenDigestIsReplaced(t *testing.T) {
	old, now := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	write := func(string) func(*fixer.Draft) error { return nil }
	for _, c := range []struct {
		ref  string
		at   Place
		want bool
	}{
		{"web:1@" + old, Place{Piece: "web:1@" + old, Write: write}, true},
		{"web:1@" + old, Place{Piece: "web:1@$DIGEST", Write: write}, false},
		{"web:1@" + old, Place{Piece: "web:1@" + old, Write: write, Locked: "somebody decides"}, false},
		{"web@" + old, Place{Piece: "web@" + old, Write: write}, false},
		{"web:1@" + now, Place{Piece: "web:1@" + now, Write: write}, false},
	} {
		ref, err := image.ParseReference(c.ref)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.at.canMove(ref, &image.Answer{Digest: now}); got != c.want {
			t.Errorf("%s written as %q: %v", c.ref, c.at.Piece, got)
		}
	}
}

// TestWordsOfAPin: what can break is about what is written, and only who was not asked
// yet is advised to ask.
func TestWordsOfAPin(t *testing.T) {
	at := Place{Piece: "web:latest", How: "image: "}
	ref, err := image.ParseReference("web:latest")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ digest, keeper, want string }{
		{"", "", "The version tag gets no feature releases, and its owner can still move it"},
		{"sha256:a", "", "New releases behind web:latest no longer arrive by themselves"},
		{"sha256:a", "Renovate", "New releases behind web:latest no longer arrive by themselves"},
	} {
		if got := at.breaks(ref, c.digest, c.keeper); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q %q: %s", c.digest, c.keeper, got)
		}
	}
	const asks = "oakum fix --level review asks docker.io"
	if got := at.advice(ref, nil); !strings.Contains(got, asks) {
		t.Error(got)
	}
	failure := &image.Answer{Asked: image.AskDigest, Failure: &image.Failure{Kind: image.Denied, Text: "docker.io asks for a login"}}
	if got := at.advice(ref, failure); strings.Contains(got, asks) {
		t.Error(got)
	}
}
