package languagetest

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// MaxWords is how long a sentence may be. A code span counts as one word.
const MaxWords = 28

//go:embed terms.txt
var terms string

// A term is one line of terms.txt.
type term struct {
	forms  *regexp.Regexp
	say    string
	except *regexp.Regexp // nil without exceptions
}

var allTerms = sync.OnceValue(func() []term {
	var out []term
	for line := range strings.Lines(terms) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := append(strings.Split(line, "|"), "", "")
		t := term{forms: wholeWords(parts[0]), say: strings.TrimSpace(parts[1])}
		if strings.TrimSpace(parts[2]) != "" {
			t.except = wholeWords(parts[2])
		}
		out = append(out, t)
	}
	return out
})

// wholeWords matches any of a list of phrases, between commas, where it is no
// part of a path, an option or a longer name.
func wholeWords(list string) *regexp.Regexp {
	var forms []string
	for form := range strings.SplitSeq(list, ",") {
		forms = append(forms, strings.Join(strings.Fields(regexp.QuoteMeta(strings.TrimSpace(form))), `\s+`))
	}
	return regexp.MustCompile(`(?i)(^|[\s("'“—])(` + strings.Join(forms, "|") + `)('s)?($|[\s,;:)"'”?!—]|\.(\s|$))`)
}

var codeSpan = regexp.MustCompile("`[^`]*`")

// Terms returns the terms in a text that must not appear, each with what to say
// instead.
func Terms(text string) []string {
	text = codeSpan.ReplaceAllString(text, "`code`")
	var out []string
	for _, t := range allTerms() {
		rest := text
		if t.except != nil {
			rest = t.except.ReplaceAllString(rest, "$1…$4")
		}
		if m := t.forms.FindStringSubmatch(rest); m != nil {
			out = append(out, fmt.Sprintf("%q: say %s, in %q", m[2], t.say, text))
		}
	}
	return out
}

// Complaints returns what is wrong with a text, each with the words it is about:
// [Terms], sentences of more than [MaxWords] words, and chains of semicolons. Empty
// lines end a sentence, as does a line that begins a list.
func Complaints(text string) []string {
	out := Terms(text)
	text = codeSpan.ReplaceAllString(text, "`code`")
	for _, s := range sentences(text) {
		if n := len(strings.Fields(s)); n > MaxWords {
			out = append(out, fmt.Sprintf("%d words in a sentence, at most %d: %q", n, MaxWords, s))
		}
		if strings.Count(s, "; ") > 1 {
			out = append(out, fmt.Sprintf("a chain of semicolons: %q", s))
		}
	}
	return out
}

var sentenceEnd = regexp.MustCompile(`[.?!]["')]*\s+\S|:\s+["'(]*[A-Z]|\n\s*\n|\n\s*[-*|#]`)

// sentences splits a text at full stops, where a colon is followed by a capital
// letter, at empty lines, and at items of lists.
func sentences(text string) []string {
	var out []string
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		out = append(out, text[:at[0]+1])
		text = text[at[1]-1:]
	}
}

// commands are what a check may begin with.
var commands = regexp.MustCompile(`^(! )?(docker|kubectl|kustomize|grep|curl|git|test|diff|ls|cat|find|sh|ssh-keygen|openssl|kubelet|kubeadm|kube-apiserver|apt-get|npm|npx|pip|pipx|env|hubble) `)

// VerifyComplaints returns what is wrong with the way a fix is checked: pairs of
// lines with empty lines between them, a command that can be pasted and what to
// expect of it.
func VerifyComplaints(verify string) []string {
	var out []string
	for check := range strings.SplitSeq(strings.Trim(verify, "\n"), "\n\n") {
		command, expect, _ := strings.Cut(check, "\n")
		if expect == "" || strings.Contains(expect, "\n") {
			out = append(out, fmt.Sprintf("a check is two lines, a command and what to expect: %q", check))
		}
		if !commands.MatchString(command) {
			out = append(out, fmt.Sprintf("the first line of a check is a command: %q", command))
		} else if _, err := syntax.NewParser().Parse(strings.NewReader(command), ""); err != nil {
			out = append(out, fmt.Sprintf("a shell cannot read %q: %v", command, err))
		}
		out = append(out, Complaints(expect)...)
	}
	return out
}
