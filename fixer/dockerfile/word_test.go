package dockerfile

import (
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// TestPlainWordsAreTheirOwnValue holds the words that are not read against BuildKit's
// reader: every byte, and every two of them.
func TestPlainWordsAreTheirOwnValue(t *testing.T) {
	for _, escape := range []byte{'\\', '`'} {
		plain := 0
		for a := range 128 {
			for b := range 128 {
				raw := "x" + string([]byte{byte(a), byte(b)})
				if !isPlain(raw) {
					continue
				}
				plain++
				lex := shell.NewLex(rune(escape))
				lex.SkipUnsetEnv = true
				if v, _, err := lex.ProcessWord(raw, noEnv{}); err != nil || v != raw {
					t.Errorf("%q is read as %q, %v", raw, v, err)
				}
			}
		}
		if plain < 5000 {
			t.Errorf("only %d words are plain", plain)
		}
	}
	if isPlain("ä") || isPlain(`a"b`) || isPlain("a$b") || isPlain(`a\b`) || isPlain("a`b") {
		t.Error("a word that has to be read is taken for plain")
	}
}
