// Package discover finds and reads a repository's container files.
//
// [Load] decides a root, walks it and reads what it recognises. The root is
// the top of the git repository all given paths lie in; where there is none,
// the deepest directory that holds them all (see [FindRoot]). Everything below
// the root may serve as evidence, but only what the person selected is to be
// reported: the rest comes back with Source.Context set.
//
// A file that was found and cannot be looked into is a [fixer.Source] with a
// Skip, never an error. What has no file to hang on (an ignored directory, an
// include that leads nowhere) is a [fixer.Note].
//
// Of files that a build may be sent only the names are read ([fixer.Loaded].Names),
// whatever git thinks of them, and of these the ignore files. Names are bounded in
// number and depth; what lies beyond is an unlisted directory, and reported.
//
// # Invariants
//
//   - Nothing outside the root is read. All access goes through an [os.Root];
//     links are resolved first, and a file reached by two names is one Source
//     under its real path. Outside the root only the names .git and Chart.yaml
//     in parent directories are looked at, and the index of the git repository.
//   - Nothing is executed and nothing is written.
//   - Opening never blocks: only regular files are read, and no more of them
//     than Options.MaxBytes.
//   - The result does not depend on the order of directory entries, of the
//     given paths or of parallel reads.
//   - A context that is done ends the walk and the reading at the next entry.
//
// # Kept by hand
//
// The ignore files are matched here, because the libraries that do it either
// bring a whole implementation of git or do not follow its grammar.
//
// # Example
//
//	tree, err := discover.Load(ctx, []string{"."}, discover.Options{})
//	for _, source := range tree.Sources { … }
package discover
