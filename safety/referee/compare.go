package referee

import "github.com/oakum-sec/oakum/fixer/text"

// Lines counts the lines that were removed and added between two versions of a
// file, by a shortest diff, and says at which line of the new one the first is.
func Lines(before, after []byte) (n, first int) {
	for _, h := range text.DiffLines(text.SplitLines(before), text.SplitLines(after)) {
		if n == 0 {
			first = h.B0 + 1
		}
		n += h.A1 - h.A0 + h.B1 - h.B0
	}
	return n, first
}

// Changed counts the values that differ: at each place those that are gone or
// those that are new, whichever are more, so that one that changed counts once.
func Changed(before, after []Value) int {
	type tally struct{ gone, new int }
	places := map[string]*tally{}
	at := func(path string) *tally {
		if places[path] == nil {
			places[path] = &tally{}
		}
		return places[path]
	}
	for _, v := range Missing(before, after) {
		at(v.Path).gone++
	}
	for _, v := range Missing(after, before) {
		at(v.Path).new++
	}
	n := 0
	for _, t := range places {
		n += max(t.gone, t.new)
	}
	return n
}

// Missing returns those of a list that another list lacks, each as often as it
// lacks it.
func Missing(list, other []Value) []Value {
	type key struct{ path, text string }
	left := map[key]int{}
	for _, v := range other {
		left[key{v.Path, v.Text}]++
	}
	var out []Value
	for _, v := range list {
		k := key{v.Path, v.Text}
		if left[k]--; left[k] < 0 {
			out = append(out, v)
		}
	}
	return out
}
