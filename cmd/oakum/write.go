package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"oakum/fixer/discover"
	"oakum/fixer/engine"
	"oakum/fixer/git"
	"oakum/fixer/text"
	"oakum/fixer/workspace"
)

// write commits the changes and returns the command that takes them back.
func (j *job) write(cmd *cobra.Command, changes []engine.Change, allowDirty bool) (undo string, err error) {
	if len(changes) == 0 {
		return "", nil
	}
	if !allowDirty {
		if err := refuseDirty(j.workspace.Root, changes); err != nil {
			return "", err
		}
	}
	record, err := workspace.Commit(cmd.Context(), j.workspace.Root, toWrite(changes))
	if err != nil {
		return "", err
	}
	for _, w := range record.Warnings {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: "+text.VisibleLine(w))
	}
	return undoCommand(j.workspace.Root), nil
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
