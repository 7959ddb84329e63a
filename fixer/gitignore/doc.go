// Package gitignore reads .gitignore files as git does: which files git leaves out of
// what it tracks by itself.
//
//	files := []gitignore.File{gitignore.Parse(".", data)}
//	gitignore.Ignored(files, "deploy/.env")
//
// The meaning is git's, with one thing left out: matching is always case sensitive,
// since core.ignoreCase lies in a configuration that is not read. TestIgnoresLikeGit
// compares random patterns with git itself. The work is bounded, whatever the patterns.
package gitignore
