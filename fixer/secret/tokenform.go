package secret

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:generate go test . -run TestWriteTokenForms -gitleaks $GITLEAKS -gitleaks-version v8.30.1

// A tokenForm is one rule of gitleaks whose pattern distinguishes a token from any
// other text by itself, without the name that it is assigned to.
type tokenForm struct {
	id       string   // gitleaks' name of the rule
	what     string   // "a Databricks API token"
	keywords []string // in lower case; a text without any of them is not searched
	pattern  string
	entropy  float64  // a match with no more bits per byte is no secret; 0 requires nothing
	group    int      // the group of pattern that is the secret; 0 is the first that matched
	allowed  []string // patterns of what is no secret though pattern matches
}

// tokenPatterns are compiled when a text holds a keyword of theirs: a run that
// meets no token compiles none.
var tokenPatterns [len(tokenForms)]struct {
	once    sync.Once
	pattern *regexp.Regexp
	allowed []*regexp.Regexp
}

// knownValues are what gitleaks holds for no secret in any of its rules.
var knownValues = sync.OnceValue(func() []*regexp.Regexp { return compileAll(allowedValues) })

func compileAll(patterns []string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, p := range patterns {
		out = append(out, regexp.MustCompile(p))
	}
	return out
}

// tokens returns which forms of the table a text holds, but for matches that
// overlap one of known.
func tokens(text string, known [][]int) []string {
	var out []string
	for i, may := range formsWithKeyword(text) {
		if !may {
			continue
		}
		form, compiled := &tokenForms[i], &tokenPatterns[i]
		compiled.once.Do(func() {
			compiled.pattern, compiled.allowed = regexp.MustCompile(form.pattern), compileAll(form.allowed)
		})
		for _, m := range compiled.pattern.FindAllStringSubmatchIndex(text, -1) {
			start, end := form.secret(m)
			overlaps := slices.ContainsFunc(known, func(k []int) bool { return start < k[1] && k[0] < end })
			if !overlaps && form.isSecret(text[start:end], compiled.allowed) {
				out = append(out, form.what)
				known = append(known, []int{start, end})
				break
			}
		}
	}
	return out
}

// secret returns the ends of the group of a match that is the secret.
func (f *tokenForm) secret(match []int) (start, end int) {
	group := f.group
	for i := 1; group == 0 && i < len(match)/2; i++ {
		if match[2*i] < match[2*i+1] {
			group = i
		}
	}
	return match[2*group], match[2*group+1]
}

func (f *tokenForm) isSecret(s string, allowed []*regexp.Regexp) bool {
	matches := func(re *regexp.Regexp) bool { return re.MatchString(s) }
	lower := strings.ToLower(s)
	return entropy(s) > f.entropy && !isExample(s) &&
		!slices.ContainsFunc(allowed, matches) && !slices.ContainsFunc(knownValues(), matches) &&
		!slices.ContainsFunc(stopWords, func(w string) bool { return strings.Contains(lower, w) })
}

// A keywordIndex finds keywords by their first two bytes.
type keywordIndex struct {
	starts [1 << 16 / 64]uint64 // the pairs of bytes that a keyword starts with, one bit each
	words  map[uint16][]keyword
}

type keyword struct {
	word string
	form int
}

var keywords = sync.OnceValue(func() *keywordIndex {
	x := &keywordIndex{words: map[uint16][]keyword{}}
	for i := range tokenForms {
		for _, word := range tokenForms[i].keywords {
			pair := uint16(word[0])<<8 | uint16(word[1])
			x.starts[pair/64] |= 1 << (pair % 64)
			x.words[pair] = append(x.words[pair], keyword{word, i})
		}
	}
	return x
})

// formsWithKeyword walks once over a text and returns which forms have a
// keyword in it, in whatever case.
func formsWithKeyword(text string) (found [len(tokenForms)]bool) {
	x := keywords()
	pair := uint16(0)
	for i := range len(text) {
		pair = pair<<8 | uint16(lowerByte(text[i]))
		if x.starts[pair/64]&(1<<(pair%64)) == 0 {
			continue
		}
		for _, k := range x.words[pair] {
			if rest := text[i-1:]; !found[k.form] && len(rest) >= len(k.word) && equalLower(rest[:len(k.word)], k.word) {
				found[k.form] = true
			}
		}
	}
	return found
}

func equalLower(s, lower string) bool {
	for i := range len(s) {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
