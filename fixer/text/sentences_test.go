package text_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

func TestSentences(t *testing.T) {
	for want, list := range map[string][]string{
		"":             nil,
		"One":          {"", "One", ""},
		"One. Two":     {"One.", "Two"},
		"One. Two v.3": {"One", "", "Two v.3"},
	} {
		if got := text.Sentences(list...); got != want {
			t.Errorf("Sentences(%q) = %q, want %q", list, got, want)
		}
	}
}
