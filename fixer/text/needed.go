package text

import (
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words are texts of which every match of an expression holds at least one. With
// none, nothing is known.
type words struct {
	list  []string
	folds bool // the case of ASCII letters does not matter, and the list is in lower case

	starts [256][]string // by first byte, in either case where it does not matter
}

// maxNeeded bounds how many words are looked for.
const maxNeeded = 256

// neededBy returns the words for an expression that parses.
func neededBy(expr string) *words {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return &words{}
	}
	n := neededIn(re)
	w := &words{}
	for word, folds := range n {
		w.folds = w.folds || folds
		w.list = append(w.list, word)
	}
	for i, word := range w.list {
		if w.folds {
			word = strings.ToLower(word)
			w.list[i] = word
		}
		first := word[0]
		w.starts[first] = append(w.starts[first], word)
		if upper := upperASCII(first); w.folds && upper != first {
			w.starts[upper] = append(w.starts[upper], word)
		}
	}
	return w
}

// neededIn returns the words for a part of an expression, and of each whether its
// case does not matter; nil when nothing is known.
func neededIn(re *syntax.Regexp) map[string]bool {
	switch re.Op {
	case syntax.OpLiteral:
		s, folds := string(re.Rune), re.Flags&syntax.FoldCase != 0
		if folds && !isASCII(s) {
			return nil
		}
		return map[string]bool{s: folds}
	case syntax.OpCapture, syntax.OpPlus:
		return neededIn(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return neededIn(re.Sub[0])
		}
	case syntax.OpAlternate:
		all := map[string]bool{}
		for _, sub := range re.Sub {
			some := neededIn(sub)
			if some == nil {
				return nil
			}
			for word, folds := range some {
				all[word] = all[word] || folds
			}
		}
		if len(all) <= maxNeeded {
			return all
		}
	case syntax.OpConcat:
		var best map[string]bool
		for _, sub := range re.Sub {
			if some := neededIn(sub); some != nil && (best == nil || rarity(some) > rarity(best)) {
				best = some
			}
		}
		return best
	}
	return nil
}

// rarity orders sets of words: what is long stands in few texts.
func rarity(set map[string]bool) int {
	least := maxNeeded
	for word := range set {
		least = min(least, len(word))
	}
	return least*maxNeeded - len(set)
}

// mayBeIn reports whether a text holds one of the words. Where the case does not
// matter it is also true of texts beyond ASCII, which have letters of their own
// for that.
func (w *words) mayBeIn(s string) bool {
	if len(w.list) == 1 && !w.folds {
		return strings.Contains(s, w.list[0])
	}
	return mayBeIn(w, s)
}

func mayBeIn[T string | []byte](w *words, s T) bool {
	if len(w.list) == 0 {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if w.folds && c >= utf8.RuneSelf {
			return true
		}
		for _, word := range w.starts[c] {
			if standsAt(s, i, word, w.folds) {
				return true
			}
		}
	}
	return false
}

func standsAt[T string | []byte](s T, at int, word string, folds bool) bool {
	if len(s)-at < len(word) {
		return false
	}
	for i := range len(word) {
		if c := s[at+i]; c != word[i] && !(folds && lowerASCII(c) == word[i]) {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func upperASCII(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}
