package workspace_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"oakum/fixer/workspace"
)

// Load a folder, replace one file, and take that back.
func Example() {
	dir, err := os.MkdirTemp("", "oakum-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	os.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM alpine\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	ws, err := workspace.Load(ctx, []string{dir}, workspace.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	src := ws.Sources[0]
	after := append(src.Data[:len(src.Data):len(src.Data)], "USER 65534\n"...)
	if _, err := ws.Commit(ctx, []workspace.Change{{Path: src.Path, Before: src.Data, After: after}}); err != nil {
		fmt.Println(err)
		return
	}
	// A second commit from the same snapshot no longer fits the disk.
	_, err = ws.Commit(ctx, []workspace.Change{{Path: src.Path, Before: src.Data, After: after}})
	fmt.Println(err)

	rec, err := workspace.Undo(ctx, ws.Root)
	fmt.Println(rec.Files[0].Path, err)
	// Output:
	// Dockerfile: the file has changed on disk since it was read (nothing was written)
	// Dockerfile <nil>
}
