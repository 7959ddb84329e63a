package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"oakum/fixer/engine"
	"oakum/fixer/report"
)

// mostPatches bounds the names that are tried for a patch.
const mostPatches = 100

// SavePatch writes the patch into the root, where git apply takes it, under
// the first of oakum.patch, oakum-2.patch, … that is free.
func (b *backend) SavePatch(changes []engine.Change) (string, error) {
	var data bytes.Buffer
	if err := (&report.Fix{Changes: changes}).Patch(&data, report.Style{}); err != nil {
		return "", err
	}
	for n := 1; n <= mostPatches; n++ {
		name := "oakum.patch"
		if n > 1 {
			name = fmt.Sprintf("oakum-%d.patch", n)
		}
		full := filepath.Join(b.root, name)
		err := writeNew(full, data.Bytes())
		switch {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			return "", err
		}
		if here, err := os.Getwd(); err == nil && here == b.root {
			return name, nil
		}
		return full, nil
	}
	return "", fmt.Errorf("%s: oakum.patch and its like are all taken", b.root)
}

// writeNew writes a file that must not exist, not even as a link. What cannot
// be written in full is removed.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
	}
	return err
}
