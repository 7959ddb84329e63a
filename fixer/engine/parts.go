package engine

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// A part of a batch, and the error with which it fails verification, or nil.
type part struct {
	fixes []selected
	err   error
	first error // of a fix that was drafted again, with which its first draft failed
}

func partsOf(groups [][]selected) []*part {
	out := make([]*part, len(groups))
	for i, fixes := range groups {
		out[i] = &part{fixes: fixes}
	}
	return out
}

// takeDisjoint takes parts from the queue that share no file.
func takeDisjoint(queue []*part) (round, rest []*part) {
	used := map[string]bool{}
	for _, p := range queue {
		meets := slices.ContainsFunc(p.fixes, func(s selected) bool {
			return slices.ContainsFunc(s.contents, func(c fixer.FileChange) bool { return used[c.Path] })
		})
		if meets {
			rest = append(rest, p)
			continue
		}
		for _, s := range p.fixes {
			for _, c := range s.contents {
				used[c.Path] = true
			}
		}
		round = append(round, p)
	}
	return round, rest
}

// splitBatch splits a batch: into the groups that share no file, where there
// are several, else in halves.
func splitBatch(batch []selected) [][]selected {
	if groups := groupsOf(batch); len(groups) > 1 {
		return groups
	}
	return [][]selected{batch[:len(batch)/2], batch[len(batch)/2:]}
}

// groupsOf returns the fixes in groups that share no file.
func groupsOf(batch []selected) [][]selected {
	group := make([]int, len(batch)) // of each fix, the first fix of its group
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	byFile := map[string]int{}
	for i, s := range batch {
		group[i] = i
		for _, c := range s.contents {
			if j, ok := byFile[c.Path]; ok {
				a, z := root(i), root(j)
				group[max(a, z)] = min(a, z)
			} else {
				byFile[c.Path] = i
			}
		}
	}
	at := map[int]int{}
	var groups [][]selected
	for i, s := range batch {
		r := root(i)
		if _, ok := at[r]; !ok {
			at[r] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[r]] = append(groups[at[r]], s)
	}
	return groups
}

// A jointly says which parts can have caused one finding together.
type jointly struct {
	all  bool // any two of them
	with map[*part]map[*part]bool
}

func (j *jointly) add(parts []*part) {
	for _, p := range parts {
		for _, o := range parts {
			if p == o {
				continue
			}
			if j.with == nil {
				j.with = map[*part]map[*part]bool{}
			}
			if j.with[p] == nil {
				j.with[p] = map[*part]bool{}
			}
			j.with[p][o] = true
		}
	}
}

func (j *jointly) has(p *part) bool { return j.all || j.with[p] != nil }

// groups returns the parts in groups without two that can have caused one finding: a
// Compose file and the Dockerfile that it builds are in two. Where that takes many, there
// are two groups, with fewer of them together.
func (j *jointly) groups(parts []*part) [][]*part {
	if n := len(parts); j.all && n > 1 {
		return [][]*part{parts[:n/2], parts[n/2:]}
	}
	var out [][]*part
	for _, p := range parts {
		i := slices.IndexFunc(out, func(group []*part) bool {
			return !slices.ContainsFunc(group, func(o *part) bool { return j.with[p][o] })
		})
		if i < 0 {
			i, out = len(out), append(out, nil)
		}
		out[i] = append(out[i], p)
	}
	if n := len(out); n > fewTries { // then halves are clear sooner
		return [][]*part{slices.Concat(out[:n/2]...), slices.Concat(out[n/2:]...)}
	}
	return out
}

const fewTries = 4
