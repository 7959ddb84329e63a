// Package workspace is the only room that touches the disk: it finds and
// reads a repository's container files, and writes a plan back.
//
// # Reading
//
// [Load] decides a root, walks it and reads what it recognises. The root is
// the top of the git repository all given paths lie in; where there is none,
// the deepest folder that holds them all (see [FindRoot]). Everything below
// the root may serve as evidence, but only what the person asked for is to be
// reported: the rest comes back with Source.Context set.
//
// A file that was found and cannot be looked into is a [fixer.Source] with a
// Skip, never an error. What has no file to hang on (an ignored folder, an
// include that leads nowhere) is a [Note].
//
// Of files that a build may be sent only the names are read ([Workspace].Names),
// whatever git thinks of them, and of these the ignore files. Names are bounded in
// number and depth; what lies beyond is a closed folder, and said.
//
// # Writing
//
// [Workspace.Commit] replaces files all together or not at all, and refuses
// whatever no longer holds the bytes the change was computed from. [Undo]
// takes the last commit back. Both are safe to interrupt at any instant: an
// undo record with the old bytes is on disk before the first file changes,
// each file is replaced by a rename, and the next Commit or Undo clears what
// an interrupted one left behind.
//
// # Between sessions
//
// [SaveDecisions] keeps what a person decided and has not written yet, so that
// a crash does not take it; [LoadDecisions] gives it back.
//
// # Invariants
//
//   - Nothing outside the root is read or written. All access goes through an
//     [os.Root]; links are resolved first, and a file reached by two names is
//     one Source under its real path. Outside the root only these are looked
//     at: the names .git and Chart.yaml in parent folders, the index of the
//     git repository ([States]), and oakum's own state folder.
//   - Nothing is executed: no git, no hooks, no filters.
//   - Opening never blocks: only regular files are read, and no more of them
//     than Options.MaxBytes.
//   - The result does not depend on the order of directory entries, of the
//     given paths or of parallel reads.
//
// # Example
//
//	ws, err := workspace.Load(ctx, []string{"."}, workspace.Options{})
//	…
//	rec, err := ws.Commit(ctx, []workspace.Change{{Path: "Dockerfile", Before: old, After: new}})
//	var refused *workspace.RefusedError
//	if errors.As(err, &refused) { … nothing was written; refused.Refusals says why … }
//	…
//	_, err = workspace.Undo(ctx, ws.Root)
package workspace
