package text

import (
	"regexp"
	"sync"
)

// Regexp returns a function that compiles an expression when it is first asked
// for, and returns the same one from then on. Most runs of a program use few of
// its expressions, and compiling all of them would be most of its start. It
// panics, when asked, on one that does not parse.
func Regexp(expr string) func() *Pattern {
	return sync.OnceValue(func() *Pattern { return MustCompile(expr) })
}

// A Pattern is an expression that is tried only where it can match: every match
// holds one of a few words, and looking for these costs a fraction of trying the
// expression at each byte. Nearly all texts hold none of them.
//
// The methods of [regexp.Regexp] that are not among those of Pattern work the
// same, without that.
type Pattern struct {
	*regexp.Regexp
	needs func() *words // worked out when a text is first tried
}

// MustCompile compiles an expression and panics on one that does not parse.
func MustCompile(expr string) *Pattern {
	return &Pattern{regexp.MustCompile(expr), sync.OnceValue(func() *words { return neededBy(expr) })}
}

// MatchString is [regexp.Regexp.MatchString].
func (p *Pattern) MatchString(s string) bool { return p.needs().mayBeIn(s) && p.Regexp.MatchString(s) }

// Match is [regexp.Regexp.Match].
func (p *Pattern) Match(b []byte) bool { return mayBeIn(p.needs(), b) && p.Regexp.Match(b) }

// FindString is [regexp.Regexp.FindString].
func (p *Pattern) FindString(s string) string {
	if !p.needs().mayBeIn(s) {
		return ""
	}
	return p.Regexp.FindString(s)
}

// FindStringIndex is [regexp.Regexp.FindStringIndex].
func (p *Pattern) FindStringIndex(s string) []int {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindStringIndex(s)
}

// FindStringSubmatch is [regexp.Regexp.FindStringSubmatch].
func (p *Pattern) FindStringSubmatch(s string) []string {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindStringSubmatch(s)
}

// FindStringSubmatchIndex is [regexp.Regexp.FindStringSubmatchIndex].
func (p *Pattern) FindStringSubmatchIndex(s string) []int {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindStringSubmatchIndex(s)
}

// FindAllString is [regexp.Regexp.FindAllString].
func (p *Pattern) FindAllString(s string, n int) []string {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindAllString(s, n)
}

// FindAllStringIndex is [regexp.Regexp.FindAllStringIndex].
func (p *Pattern) FindAllStringIndex(s string, n int) [][]int {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindAllStringIndex(s, n)
}

// FindAllStringSubmatch is [regexp.Regexp.FindAllStringSubmatch].
func (p *Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is [regexp.Regexp.FindAllStringSubmatchIndex].
func (p *Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if !p.needs().mayBeIn(s) {
		return nil
	}
	return p.Regexp.FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is [regexp.Regexp.ReplaceAllString].
func (p *Pattern) ReplaceAllString(s, replacement string) string {
	if !p.needs().mayBeIn(s) {
		return s
	}
	return p.Regexp.ReplaceAllString(s, replacement)
}

// ReplaceAllStringFunc is [regexp.Regexp.ReplaceAllStringFunc].
func (p *Pattern) ReplaceAllStringFunc(s string, replacement func(string) string) string {
	if !p.needs().mayBeIn(s) {
		return s
	}
	return p.Regexp.ReplaceAllStringFunc(s, replacement)
}
