package workspace_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// Replace one file, and take that back.
func Example() {
	dir, err := os.MkdirTemp("", "oakum-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	os.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	before := []byte("FROM alpine\n")
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), before, 0o644); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	change := engine.Change{Path: "Dockerfile", Before: before, After: []byte("FROM alpine\nUSER 65534\n")}
	if _, err := workspace.Commit(ctx, dir, []engine.Change{change}); err != nil {
		fmt.Println(err)
		return
	}
	// A second commit from the same bytes no longer fits the disk.
	_, err = workspace.Commit(ctx, dir, []engine.Change{change})
	fmt.Println(err)

	rec, err := workspace.Undo(ctx, dir)
	fmt.Println(rec.Written[0], err)
	// Output:
	// Dockerfile: the file has changed on disk since it was read (nothing was written)
	// Dockerfile <nil>
}
