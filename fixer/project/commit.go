package project

import (
	"context"
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/discover"
	"oakum/fixer/engine"
	"oakum/fixer/git"
	"oakum/fixer/workspace"
)

// Commit writes the changes: all of them or none. Without allowDirty it writes
// nothing when git does not hold what is in one of the files.
func (p *Project) Commit(ctx context.Context, changes []engine.Change, allowDirty bool) (*fixer.Receipt, error) {
	if len(changes) == 0 {
		return &fixer.Receipt{}, nil
	}
	if !allowDirty {
		_, err := Await(ctx, func() (struct{}, error) { return struct{}{}, refuseDirty(p.Root, changes) })
		if err != nil {
			return nil, err
		}
	}
	return commit(ctx, p.Root, changes)
}

func commit(ctx context.Context, root string, changes []engine.Change) (*fixer.Receipt, error) {
	receipt, err := workspace.Commit(ctx, root, changes)
	if err != nil {
		return nil, err
	}
	receipt.Undo = undoCommand(root)
	return receipt, nil
}

// Undo takes the last commit of the repository back that the paths lie in.
func Undo(ctx context.Context, paths []string) (*fixer.Receipt, error) {
	root, err := discover.FindRoot(paths)
	if err != nil {
		return nil, err
	}
	return workspace.Undo(ctx, root)
}

// refuseDirty fails when git does not hold what is in one of the files, so
// that oakum's changes could not be told from a person's.
func refuseDirty(root string, changes []engine.Change) error {
	var paths []string
	for _, c := range changes {
		if c.Before != nil {
			paths = append(paths, c.Path)
		}
	}
	states, err := git.States(root, paths)
	if err != nil {
		return fmt.Errorf("whether there are uncommitted changes is not known: %w (--allow-dirty writes all the same)", err)
	}
	var dirty []string
	for _, p := range paths {
		switch states[p] {
		case git.Modified:
			dirty = append(dirty, p+" has uncommitted changes")
		case git.Untracked:
			dirty = append(dirty, p+" is not in git")
		}
	}
	if len(dirty) == 0 {
		return nil
	}
	return fmt.Errorf("%s: nothing was written; commit them, or use --allow-dirty (--diff shows the changes)", strings.Join(dirty, ", "))
}

// undoCommand is the command line that finds the root again.
func undoCommand(root string) string {
	if here, err := discover.FindRoot(nil); err == nil && here == root {
		return "oakum undo"
	}
	if strings.ContainsFunc(root, func(r rune) bool { return !strings.ContainsRune("/._-+,@", r) && !isWord(r) }) {
		root = "'" + strings.ReplaceAll(root, "'", `'\''`) + "'"
	}
	return "oakum undo " + root
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}
