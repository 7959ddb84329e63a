// Package project is what a command or an interface does with a repository:
// open it, accept fixes, write them, save a patch, take them back. Flags, exit
// codes and printing are the callers'.
//
// [Open] reads and checks what the paths hold; the [Project] then answers with
// reports ([Project.Scan], [Project.Fix]) and writes ([Project.Commit]). [Backend]
// offers the same to the interfaces, which keep a session of their own.
//
// # Invariants
//
//   - It has no way of its own to write a repository's files: everything goes
//     through package workspace. Only a patch is written here, and it replaces
//     nothing but another patch.
//   - No program that lies in the repository is ever started.
//   - A context that is done ends every call at once (see [Await]), and writing up
//     to the first file that is replaced; then nothing was written.
//
// # Example
//
//	selection, err := project.Select(rules.All(), []string{"kubernetes"}, nil)
//	p, err := project.Open(ctx, project.Options{Paths: []string{"."}, Selection: selection})
//	notes, err := p.Accept(ctx, fixer.Safe, nil)
//	fix, err := p.Fix(ctx)
//	receipt, err := p.Commit(ctx, fix.Changes, false)
package project
