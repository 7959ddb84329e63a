package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// Commit writes the changes: all of them or none. Without allowDirty it writes
// nothing when git does not hold what is in one of the files. It writes nothing
// while an interface is open on the repository.
func (p *Project) Commit(ctx context.Context, changes []engine.Change, allowDirty bool) (*fixer.Receipt, error) {
	if len(changes) == 0 {
		return &fixer.Receipt{}, nil
	}
	if !allowDirty {
		_, err := Await(ctx, func() (struct{}, error) { return struct{}{}, refuseDirty(p.Root, changes, p.shown) })
		if err != nil {
			return nil, err
		}
	}
	if err := workspace.Unclaimed(p.Root); err != nil {
		return nil, err
	}
	receipt, err := commit(ctx, p.Root, changes)
	return receipt, p.shown.refused(err)
}

func commit(ctx context.Context, root string, changes []engine.Change) (*fixer.Receipt, error) {
	receipt, err := workspace.Commit(ctx, root, changes)
	if err != nil {
		return nil, err
	}
	receipt.Undo = undoCommand(root)
	return receipt, nil
}

// Undo takes the last commit of the repository back that the paths lie in. The files
// of the receipt are named from where the person stands.
func Undo(ctx context.Context, paths []string) (*fixer.Receipt, error) {
	root, err := discover.FindRoot(paths)
	if err != nil {
		return nil, err
	}
	if err := workspace.Unclaimed(root); err != nil {
		return nil, err
	}
	here := NewPaths(root)
	receipt, err := workspace.Undo(ctx, root)
	if receipt != nil {
		named := *receipt
		named.Written, named.Removed = here.all(receipt.Written), here.all(receipt.Removed)
		receipt = &named
	}
	return receipt, here.refused(err)
}

// refuseDirty fails when git does not hold what is in one of the files, so
// that oakum's changes could not be told from a person's. A file in a directory
// without git is one of these.
func refuseDirty(root string, changes []engine.Change, here Paths) error {
	var paths []string
	for _, c := range changes {
		if c.Before != nil {
			paths = append(paths, c.Path)
		}
	}
	states, err := git.States(root, paths)
	if err != nil {
		return fmt.Errorf("cannot tell whether there are uncommitted changes: %w (--allow-dirty writes anyway)", err)
	}
	var modified, untracked, outside []string
	for _, p := range paths {
		switch states[p] {
		case git.Modified:
			modified = append(modified, here.Name(p))
		case git.Untracked:
			untracked = append(untracked, here.Name(p))
		case git.None:
			outside = append(outside, here.Name(p))
		}
	}
	var reasons []string
	hint := "commit them, or use --allow-dirty"
	if n := len(modified); n > 0 {
		reasons = append(reasons, some(modified)+agree(n, " has", " have")+" uncommitted changes")
	}
	if n := len(untracked); n > 0 {
		reasons = append(reasons, some(untracked)+agree(n, " is", " are")+" not in git")
		hint = "commit them (git add --force takes those that git ignores), or use --allow-dirty"
	}
	if n := len(outside); n > 0 {
		reasons = append(reasons, some(outside)+agree(n, " is", " are")+" not in a git repository")
		if n == len(paths) {
			hint = "--allow-dirty writes anyway, and oakum undo takes it back"
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("%s: nothing was written; %s (--diff shows the changes)", strings.Join(reasons, ", "), hint)
}

// Uncommitted reports whether git does not hold what is in one of the files, so that a
// fix refuses to write it. Where git cannot be asked it reports false.
func (p *Project) Uncommitted(ctx context.Context, files []string) bool {
	states, err := Await(ctx, func() (map[string]git.State, error) { return git.States(p.Root, files) })
	if err != nil {
		return false
	}
	for _, s := range states {
		if s == git.Modified || s == git.Untracked {
			return true
		}
	}
	return false
}

// mostNamed bounds the files that are named in one sentence.
const mostNamed = 3

// some names the first files and counts the others.
func some(paths []string) string {
	if more := len(paths) - mostNamed; more > 0 {
		return strings.Join(paths[:mostNamed], ", ") + " and " + text.Count(more, "other file", "other files")
	}
	return strings.Join(paths, ", ")
}

// agree chooses the verb for n files.
func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// undoCommand is the command line that finds the root again.
func undoCommand(root string) string {
	if here, err := discover.FindRoot(nil); err == nil && here == root {
		return "oakum undo"
	}
	return "oakum undo " + text.ShellWord(root)
}
