package syntax

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer/timetest"
)

// marks are the letters under which kinds are written in tests.
const marks = ".KPSN#V:"

// under writes the kinds of a line's characters below it.
func under(line string, tokens []Token) string {
	var b strings.Builder
	at := 0
	for _, t := range tokens {
		b.WriteString(strings.Repeat(marks[t.Kind:t.Kind+1], utf8.RuneCountInString(line[at:t.End])))
		at = t.End
	}
	return strings.ReplaceAll(b.String(), ".", " ")
}

// check reads a text in which the line under each line, starting with "~",
// says what its words mean.
func check(t *testing.T, lang Language, text string) {
	t.Helper()
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	var st State
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		next := Next(lang, st, line)
		var tokens []Token
		tokens, st = Line(lang, st, line)
		if next != st {
			t.Errorf("%q: Next says %+v, Line %+v", line, next, st)
		}
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "~") {
			i++
			want := strings.TrimRight(strings.TrimPrefix(lines[i], "~"), " ")
			if got := strings.TrimRight(under(line, tokens), " "); got != want {
				t.Errorf("\n%s\n%s is what it says, want\n%s", line, got, want)
			}
		}
	}
}

func TestDockerfile(t *testing.T) {
	check(t, Dockerfile, "# escape=`\n"+`~##########
FROM --platform=$BUILDPLATFORM node:22 AS build
~KKKK PPPPPPPPPP:VVVVVVVVVVVVVV         KK
`+"RUN npm ci `\n"+`~KKK        :
# a comment between
~###################
    echo "$HOME is" 'here'
~         SVVVVVSSSS SSSSSS
`)
	check(t, Dockerfile, `
# syntax=docker/dockerfile:1
~############################
onbuild run make
~KKKKKKK KKK
EXPOSE 8080
~KKKKKK NNNN
ENV A=${B:-x} C='$D'
~KKK  :VVVVVVV  :SSSS
CMD ["node", "a.js"]
~KKK :SSSSSS: SSSSSS:
RUN <<EOF cat && \
~KKK :::::     :: :
FROM nothing "here"
~SSSSSSSSSSSSSSSSSSS
EOF
~:::
COPY --from=build --chown=1:1 /a /b
~KKKK PPPPPP:      PPPPPPP:
RUN a \

    b "\"c" \d
~      SSSSS ::
USER 65532
~KKKK NNNNN
`)
}

func TestYAML(t *testing.T) {
	check(t, YAML, `
%YAML 1.2
~KKKKKKKKK
---
~KKK
# comment
~#########
apiVersion: v1 # why
~PPPPPPPPPP:    #####
spec:
~PPPP:
  - name: web#1
~  : PPPP:
  - &a image: "x:1" 
~  : VV PPPPP: SSSSS
    runAsNonRoot: true
~    PPPPPPPPPPPP: KKKK
    uid: 65532
~    PPP: NNNNN
    "quoted key": 'it''s'
~    PPPPPPPPPPPP: SSSSSSS
    ports: ["80:80", {a: 1}]
~    PPPPP: :SSSSSSS: :P: N::
    <<: *a
~    PP: VV
    script: |- # block
~    PPPPPP: :: #######
      key: not a key

      - nor a list
~SSSSSSSSSSSSSSSSSS
    after: !!str x y
~    PPPPP: VVVVV
    - run: >
~    : PPP: :
        text
~SSSSSSSSSSSS
      args: null
~      PPPP: KKKK
    long: "starts
~    PPPP: SSSSSSS
      # no comment
~SSSSSSSSSSSSSSSSSS
      ends" # comment
~SSSSSSSSSSS #########
    url: http://x/y
~    PPP:
`)
}

func TestOf(t *testing.T) {
	for kind, want := range map[string]Language{"dockerfile": Dockerfile, "compose": YAML, "kubernetes": YAML, "helm": YAML, "": Plain, "text": Plain} {
		if got := Of(kind); got != want {
			t.Errorf("Of(%q) = %d, want %d", kind, got, want)
		}
	}
}

var awkward = []string{
	"", " ", "\t", "# ", "RUN <<", "RUN <<-", `RUN <<"`, `a: "`, `a: '`, "a: |", "- - - -", "$", "${", "\\", "é: ü", "\xff\xfe: \x00", "日本\\語",
	"\"\\語", "key: |2-", ": :", "? a", "[[[[", "%", "---", "--- a", "--", "--é", "<<é", "&", "*", "!", "'é'é", "a:\"é", "`é", "%<é",
}

func FuzzLine(f *testing.F) {
	for _, s := range awkward {
		f.Add(s + "\n" + s)
	}
	f.Add(strings.Join(awkward, "\n"))
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range []Language{Plain, Dockerfile, YAML} {
			var st State
			for line := range strings.SplitSeq(text, "\n") {
				next := Next(lang, st, line)
				var tokens []Token
				tokens, st = Line(lang, st, line)
				if next != st {
					t.Fatalf("%d: %q: Next says %+v, Line %+v", lang, line, next, st)
				}
				at := 0
				for _, k := range tokens {
					if k.End <= at || int(k.Kind) >= len(marks) {
						t.Fatalf("%d: %q has the tokens %v", lang, line, tokens)
					}
					if k.End < len(line) && utf8.ValidString(line) && !utf8.RuneStart(line[k.End]) {
						t.Fatalf("%d: %q: a token splits a character at %d", lang, line, k.End)
					}
					at = k.End
				}
				if at != len(line) {
					t.Fatalf("%d: the tokens of %q end at %d", lang, line, at)
				}
			}
		}
	})
}

func TestLinearTime(t *testing.T) {
	for _, part := range append(awkward, "a ", "'a' ", "a:", "- ", "[a,", `\"`, "a=b ", "--a ", "<<A ", "#", " #a") {
		if part == "" {
			continue
		}
		long := strings.Repeat(part, 64<<10/len(part))
		for _, lang := range []Language{Dockerfile, YAML} {
			// Square time would take minutes; this only has to tell the two apart.
			t.Run(fmt.Sprintf("%d %q", lang, part), func(t *testing.T) {
				timetest.Within(t, 2*time.Second, func() { Line(lang, State{}, long) })
			})
		}
	}
}

func ExampleLine() {
	tokens, _ := Line(YAML, State{}, "user: 65532")
	fmt.Println(tokens)
	// Output: [{4 2} {5 7} {6 0} {11 4}]
}
