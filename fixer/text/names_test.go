package text

import "testing"

// TestNamesInPatchesAreShownAsTheyAre: a name that would end a header line, or show
// another name in a terminal, is written the way git writes it.
func TestNamesInPatchesAreShownAsTheyAre(t *testing.T) {
	for name, want := range map[string]string{
		"a/Dockerfile": "a/Dockerfile", "a b": "a b\t", "café": "café",
		"a\nb": `"a\nb"`, "a\tb": `"a\tb"`, `a"b\c`: `"a\"b\\c"`, "x\x1b[31m": `"x\033[31m"`, "\u202egnp": `"\342\200\256gnp"`,
		"a\u200bb": `"a\342\200\213b"`, "caf\xe9": `"caf\351"`, "\x7f": `"\177"`,
	} {
		if got := quoteName(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// TestAPastedCommandRunsNothingElse: whatever a file calls a thing, its name is one
// word on one line of the command that oakum proposes: what follows an empty line is
// the next command of a check.
func TestAPastedCommandRunsNothingElse(t *testing.T) {
	for s, want := range map[string]string{
		"web": "web", "a/b-1.0:x@y": "a/b-1.0:x@y", "": "''", "a b": "'a b'", "x; rm -rf ~": "'x; rm -rf ~'",
		"$(touch x)": "'$(touch x)'", "it's": `'it'\''s'`, "a\nb": "'a^Jb'", "a\n\nrm -rf ~\nok": "'a^J^Jrm -rf ~^Jok'", "~": "'~'", "é": "'é'",
	} {
		if got := ShellWord(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
