package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// mostPatches bounds the names that are tried for a patch.
const mostPatches = 100

// SavePatch writes the patch into the root, where git apply takes it, under
// the first of oakum.patch, oakum-2.patch, … that is free.
func (b *Backend) SavePatch(changes []engine.Change) (string, error) {
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

// WritePatch writes the patch to a file of that name. It replaces nothing but
// another patch: the flag is easily read as the name of the file to be patched.
// Neither does it follow a link, which the repository may hold under that name.
func WritePatch(name string, result *report.Fix) error {
	if name == "-" {
		return errors.New("--patch -: --diff prints the patch")
	}
	var b bytes.Buffer
	if err := result.Patch(&b, report.Style{}); err != nil {
		return err
	}
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = writeNew(name, b.Bytes())
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("--patch %s: this is %s, not a file", name, disk.Describe(info.Mode()))
	case err == nil:
		err = replacePatch(name, b.Bytes())
	}
	if errors.Is(err, errNoPatch) {
		return fmt.Errorf("--patch %s: %w", name, err)
	}
	if err != nil {
		return notWritten(name, err)
	}
	return nil
}

var errNoPatch = errors.New("the file exists and is not a patch")

// replacePatch writes data into a file that holds a patch, or nothing.
func replacePatch(name string, data []byte) (err error) {
	f, err := os.OpenFile(name, os.O_RDWR|disk.OpenFlags, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head := make([]byte, len("diff "))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if head = head[:n]; n > 0 && !bytes.HasPrefix(head, []byte("--- ")) && !bytes.HasPrefix(head, []byte("diff ")) {
		return errNoPatch
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	return err
}

// notWritten says in plain words why there is no patch.
func notWritten(name string, err error) error {
	var in *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--patch %s: there is no directory %s", name, filepath.Dir(name))
	case errors.As(err, &in):
		err = in.Err // the operation and the name again
	}
	return fmt.Errorf("--patch %s: %w", name, err)
}
