package widget

import "strings"

// alike is how much of two lines has to agree for one to be shown as what
// became of the other.
const alike = 0.4

// pair finds for each old line of a block the new line it became, or -1. The
// result rises, and its numbers start at base. A single line that became a
// single line always is a pair.
func pair(a, b []string, base int) []int {
	out := make([]int, len(a))
	for i := range out {
		out[i] = -1
	}
	switch n, m := len(a), len(b); {
	case n == 0 || m == 0:
	case n == 1 && m == 1:
		out[0] = base
	case n*m > 4096: // too many to try them all: only those at the same place
		for i := range min(n, m) {
			if likeness(a[i], b[i]) >= alike {
				out[i] = base + i
			}
		}
	default:
		// best[i][j] is the most likeness that a[i:] and b[j:] can have.
		best := make([]float64, (n+1)*(m+1))
		at := func(i, j int) *float64 { return &best[i*(m+1)+j] }
		like := make([]float64, n*m)
		for i := n - 1; i >= 0; i-- {
			for j := m - 1; j >= 0; j-- {
				l := likeness(a[i], b[j])
				like[i*m+j] = l
				*at(i, j) = max(*at(i+1, j), *at(i, j+1))
				if l >= alike {
					*at(i, j) = max(*at(i, j), l+*at(i+1, j+1))
				}
			}
		}
		for i, j := 0, 0; i < n && j < m; {
			switch l := like[i*m+j]; {
			case l >= alike && *at(i, j) == l+*at(i+1, j+1):
				out[i] = base + j
				i, j = i+1, j+1
			case *at(i, j) == *at(i+1, j):
				i++
			default:
				j++
			}
		}
	}
	return out
}

// likeness is the part of the longer line that both start or end with, spaces
// at the ends aside, from 0 to 1. A line of some length that is still there whole,
// with more in it, is alike however much was added. Of long lines the beginning
// has to do.
func likeness(a, b string) float64 {
	const enough = 1024
	a, b = strings.TrimSpace(a[:min(len(a), enough)]), strings.TrimSpace(b[:min(len(b), enough)])
	if a == b {
		return 1
	}
	short, long := min(len(a), len(b)), max(len(a), len(b))
	p := 0
	for p < short && a[p] == b[p] {
		p++
	}
	q := 0
	for q < short-p && a[len(a)-1-q] == b[len(b)-1-q] {
		q++
	}
	const word, extended = 12, 0.9
	if p+q == short && short >= word {
		return max(extended, float64(p+q)/float64(long))
	}
	return float64(p+q) / float64(long)
}
