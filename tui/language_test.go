package tui

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

// TestKeysSpeakTheLanguage holds the words of all keys to the language of the project.
func TestKeysSpeakTheLanguage(t *testing.T) {
	for at, row := range keymap {
		for _, b := range row {
			for _, words := range []string{b.label, b.help} {
				for _, c := range languagetest.Complaints(words) {
					t.Errorf("%s %s: %s", at, b.keys[0], c)
				}
			}
		}
	}
}
