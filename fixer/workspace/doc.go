// Package workspace writes a plan to the disk and takes it back, and keeps
// decisions between sessions. It is the only room that writes.
//
// # Writing
//
// [Commit] replaces files all together or not at all, and refuses
// whatever no longer holds the bytes the change was computed from. [Undo]
// takes the last commit back. Both are safe to interrupt at any instant: an
// undo record with the old bytes is on disk before the first file changes,
// each file is replaced by a rename, what is staged lies in one directory at the
// top of the root, and the next Commit or Undo clears what
// an interrupted one left.
//
// # Between sessions
//
// A [Claim] lets a person decide about a root in one process at a time: another
// session is not begun, and fix and undo do not write beneath it. [SaveDecisions] keeps what a person decided and has not written yet, so that
// a crash does not take it; [LoadDecisions] gives it back.
//
// # Invariants
//
//   - Nothing outside the root is written, except oakum's own state directory.
//     All access goes through an [os.Root], and a path that leads through a link
//     is refused.
//   - Nothing is executed.
//   - A crash at any instant leaves every file whole, old or new.
//
// # Kept by hand
//
// The libraries for atomic writes replace one file, by its path. Here many files
// are replaced together below one os.Root, with one record that takes them back.
//
// # Example
//
//	rec, err := workspace.Commit(ctx, root, []engine.Change{{Path: "Dockerfile", Before: old, After: new}})
//	var refused *fixer.RefusedError
//	if errors.As(err, &refused) { … nothing was written; refused.Refusals says why … }
//	…
//	_, err = workspace.Undo(ctx, root)
package workspace
