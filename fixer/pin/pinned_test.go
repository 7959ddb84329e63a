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
