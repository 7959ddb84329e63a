package project

import (
	"slices"
	"strings"
	"testing"
)

func TestCommandWords(t *testing.T) {
	for line, want := range map[string]string{
		"vi":                           "vi",
		"  code   --wait ":             "code|--wait",
		`"/opt/My Editor/ed" -w`:       "/opt/My Editor/ed|-w",
		`'/opt/it'\''s/ed'`:            "/opt/it's/ed",
		`/opt/My\ Editor/ed`:           "/opt/My Editor/ed",
		`emacsclient -c -a ""`:         "emacsclient|-c|-a|",
		`"a\"b\\c\d" e\"f`:             `a"b\c\d|e"f`,
		`"a*b?" '~'`:                   "a*b?|~",
		`'a\b'`:                        `a\b`,
		`vim -c 'set nu' "+x y"z`:      "vim|-c|set nu|+x yz",
		`a\*`:                          "a*",
		"vi; rm -rf /":                 "",
		"vi & true":                    "",
		"vi | tee":                     "",
		"vi >x":                        "",
		"FOO=1 vi":                     "",
		"$HOME/bin/vi":                 "",
		"`which vi`":                   "",
		"$(which vi)":                  "",
		`"$EDITOR"`:                    "",
		"$'a'":                         "",
		"~/bin/vi":                     "",
		"vi *":                         "",
		"! vi":                         "",
		"vi\nrm x":                     "",
		"'unclosed":                    "",
		"":                             "",
		"''":                           "",
		"# vi":                         "",
		"if true; then vi; fi":         "",
		"vi <(true)":                   "",
		strings.Repeat("(", 10_000):    "",
		"vi" + strings.Repeat(" a", 9): "vi" + strings.Repeat("|a", 9),
	} {
		words, err := commandWords(line)
		if got := strings.Join(words, "|"); got != want || (err == nil) != (want != "") {
			t.Errorf("%.40q: %q, %v, want %q", line, got, err, want)
		}
	}
}

func FuzzCommandWords(f *testing.F) {
	f.Add("code --wait")
	f.Add(`"a b"\ c 'd'`)
	f.Add("a$(b)`c`{d,e}")
	f.Fuzz(func(t *testing.T, line string) {
		words, err := commandWords(line)
		if err != nil {
			return
		}
		// Said again in the plainest quotes the words stay what they are.
		var quoted []string
		for _, w := range words {
			if strings.ContainsAny(w, "\x00\r") {
				return
			}
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		again, err := commandWords(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(again, words) {
			t.Fatalf("%q is %q, again %q, %v", line, words, again, err)
		}
	})
}

func TestEditorsOpenAtTheLine(t *testing.T) {
	for words, want := range map[string]string{
		"vi":                       "+7 /r/f",
		"/usr/bin/nvim -p":         "+7 /r/f",
		"nano":                     "+7 /r/f",
		"emacsclient -c":           "+7 /r/f",
		"gvim":                     "-f +7 /r/f",
		"hx":                       "/r/f:7",
		"code":                     "--wait --goto /r/f:7",
		"code --wait":              "--goto /r/f:7",
		"codium -w":                "--goto /r/f:7",
		"subl":                     "--wait /r/f:7",
		"ed":                       "/r/f",
		"/opt/editor-of-mine --vi": "/r/f",
	} {
		if got := strings.Join(atLine(strings.Fields(words), "/r/f", 7), " "); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}
