package widget

import (
	"unicode"
	"unicode/utf8"
)

// A span is a range of bytes.
type span struct{ from, to int }

// differing returns which parts of two lines differ, in words. It returns
// nothing when hardly anything agrees: then all of it is new, and marks on
// most words would only make it harder to read.
func differing(a, b string) (inA, inB []span) {
	if a == b || len(a) > longestLine || len(b) > longestLine {
		return nil, nil
	}
	wa, wb := splitWords(a), splitWords(b)
	p := 0
	for p < min(len(wa), len(wb)) && wa[p] == wb[p] {
		p++
	}
	q := 0
	for q < min(len(wa), len(wb))-p && wa[len(wa)-1-q] == wb[len(wb)-1-q] {
		q++
	}
	keepA, keepB := make([]bool, len(wa)), make([]bool, len(wb))
	for i := range p {
		keepA[i], keepB[i] = true, true
	}
	for i := range q {
		keepA[len(wa)-1-i], keepB[len(wb)-1-i] = true, true
	}
	common(wa[p:len(wa)-q], wb[p:len(wb)-q], keepA[p:], keepB[p:])
	if !enough(wa, keepA) && !enough(wb, keepB) {
		return nil, nil
	}
	return dropped(wa, keepA), dropped(wb, keepB)
}

// common marks the words of the longest common subsequence. Above a size that
// no line of a person's file reaches, the middle counts as different.
func common(a, b []string, keepA, keepB []bool) {
	n, m := len(a), len(b)
	if n == 0 || m == 0 || n*m > 1<<16 {
		return
	}
	best := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i*(m+1)+j] = best[(i+1)*(m+1)+j+1] + 1
			} else {
				best[i*(m+1)+j] = max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case a[i] == b[j]:
			keepA[i], keepB[j] = true, true
			i, j = i+1, j+1
		case best[(i+1)*(m+1)+j] >= best[i*(m+1)+j+1]:
			i++
		default:
			j++
		}
	}
}

// enough reports whether a third of the letters stay.
func enough(words []string, keep []bool) bool {
	kept, all := 0, 0
	for i, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsSpace(r) {
			continue
		}
		all += len(w)
		if keep[i] {
			kept += len(w)
		}
	}
	return all == 0 || kept*3 >= all
}

// dropped returns the ranges of the words that are not kept. A single space or
// mark between two of them belongs to both.
func dropped(words []string, keep []bool) []span {
	var out []span
	at := 0
	for i, w := range words {
		end := at + len(w)
		if !keep[i] || len(w) == 1 && i > 0 && i+1 < len(words) && !keep[i-1] && !keep[i+1] {
			if n := len(out); n > 0 && out[n-1].to == at {
				out[n-1].to = end
			} else {
				out = append(out, span{at, end})
			}
		}
		at = end
	}
	return out
}

// splitWords splits a line into words, runs of spaces and single marks. Their
// ends are ends of grapheme clusters.
func splitWords(s string) []string {
	var out []string
	at, start, was := 0, 0, byte(0)
	for p := (pieces{rest: s}); p.next(); {
		k := wordClass(p.text)
		if at > start && (k != was || k == '.') {
			out = append(out, s[start:at])
			start = at
		}
		was = k
		at += len(p.text)
	}
	if at > start {
		out = append(out, s[start:at])
	}
	return out
}

// wordClass returns 'a' for letters and digits, ' ' for spaces, '.' for marks.
func wordClass(cluster string) byte {
	switch r, _ := utf8.DecodeRuneInString(cluster); {
	case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
		return 'a'
	case r == ' ' || r == '\t':
		return ' '
	}
	return '.'
}
