// Package git answers three questions about a work tree without running git:
// where its top is ([Top]), how its files stand ([States], [Repository.Tracked])
// and under which address it is published ([Remote]).
//
// It reads .git/index and .git/config itself because a repository's own
// configuration can make git run programs (fsmonitor, filters, hooks), and a
// repository that is to be hardened is not one to be trusted.
//
// # Invariants
//
//   - Nothing is executed and nothing is written.
//   - What cannot be read is an answer ([Unknown]), never a guess.
//   - An index takes time and memory in proportion to its size, which is bounded,
//     whatever is in it.
//
// # Kept by hand
//
// The index is parsed here, because the libraries that do it neither know
// SHA-256 nor index.skipHash and bring a whole implementation of git.
//
// # Example
//
//	states, err := git.States(root, []string{"Dockerfile"})
//	if states["Dockerfile"] == git.Modified { … }
package git
