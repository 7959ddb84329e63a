package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"oakum/fixer/report"
)

// preview prints the patch or writes it to the file that was asked for.
func (f *fixFlags) preview(cmd *cobra.Command, result *report.Fix) error {
	var err error
	if f.diff {
		err = result.Patch(cmd.OutOrStdout(), styleOf(os.Stdout))
	} else {
		err = writePatch(f.patch, result)
	}
	if err != nil {
		return err // before a summary that would read as if the patch were there
	}
	if err := result.Summary(cmd.ErrOrStderr(), styleOf(os.Stderr), false, ""); err != nil {
		return err
	}
	if err := verdict(result.After, 0); err != nil {
		return err
	}
	if len(result.Changes) > 0 {
		return errFindings
	}
	return nil
}

// writePatch writes the patch. It replaces nothing but another patch: the flag
// is easily read as the name of the file to be patched.
func writePatch(name string, result *report.Fix) error {
	old, err := os.ReadFile(name)
	if err == nil && len(old) > 0 && !bytes.HasPrefix(old, []byte("--- ")) && !bytes.HasPrefix(old, []byte("diff ")) {
		return fmt.Errorf("--patch %s: the file exists and is no patch", name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritten(name, err)
	}
	var b bytes.Buffer
	if err := result.Patch(&b, report.Style{}); err != nil {
		return err
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		return notWritten(name, err)
	}
	return nil
}

// notWritten says in plain words why there is no patch.
func notWritten(name string, err error) error {
	var in *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("--patch %s: there is no folder %s", name, filepath.Dir(name))
	case errors.As(err, &in):
		err = in.Err // the operation and the name again
	}
	return fmt.Errorf("--patch %s: %w", name, err)
}
