package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/safety/referee"
)

// A Runner runs a fixer over repositories, or takes what somebody else made of
// them, and judges the result. Repositories themselves are never written to.
type Runner struct {
	Repositories string // a directory with one repository in each directory below
	Fixer        string // a command for sh, run in a copy of each repository
	After        string // the same repositories after a fixer, in place of running one
	Again        string // and after its second run; "" where that is not known
	Limit        time.Duration

	// Done is told of each repository that was judged. It may be nil.
	Done func(*Result)
}

// Run judges every repository, in the order of their names. A fixer that cannot be
// started at all is an error; one that fails on a repository is noted there.
func (r Runner) Run(ctx context.Context) ([]*Result, error) {
	entries, err := os.ReadDir(r.Repositories)
	if err != nil {
		return nil, err
	}
	var out []*Result
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		result, err := r.one(ctx, e.Name())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		if r.Done != nil {
			r.Done(result)
		}
		out = append(out, result)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no directories, one for each repository", r.Repositories)
	}
	return out, nil
}

// one judges a repository. All that is compared are copies in directories of
// their own, so that a repository around them means nothing.
func (r Runner) one(ctx context.Context, name string) (*Result, error) {
	dir, err := os.MkdirTemp("", "safety-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	before, after, again := filepath.Join(dir, "before"), filepath.Join(dir, "after"), filepath.Join(dir, "again")
	if err := copyTree(filepath.Join(r.Repositories, name), before); err != nil {
		return nil, err
	}
	note := ""
	ranAgain := r.Again != ""
	if r.After != "" {
		err = copyTree(filepath.Join(r.After, name), after)
		if err == nil && ranAgain {
			err = copyTree(filepath.Join(r.Again, name), again)
		}
	} else if err = copyTree(before, after); err == nil {
		if note, err = r.fix(ctx, dir, after); err == nil && note == "" {
			ranAgain = true
			if err = copyTree(after, again); err == nil {
				note, err = r.fix(ctx, dir, again)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	result, err := Judge(ctx, name, before, after)
	if err != nil {
		return nil, err
	}
	result.Note, result.RanAgain = note, ranAgain
	if ranAgain {
		if err := result.secondRun(after, again); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// fix runs the fixer in a directory. Its exit status is its own affair: many tell
// by it that something was found.
func (r Runner) fix(ctx context.Context, dir, repository string) (note string, err error) {
	limited, cancel := context.WithTimeout(ctx, r.Limit)
	defer cancel()
	cmd := exec.CommandContext(limited, "sh", "-c", r.Fixer)
	cmd.Dir = repository
	// What it remembers between runs stays with the copies.
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	var said bytes.Buffer
	cmd.Stderr = &limitedWriter{to: &said}
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return fmt.Sprintf("the fixer did not end in %s", r.Limit), nil
	case errors.As(err, &exit) && (exit.ExitCode() == 126 || exit.ExitCode() == 127):
		return "", fmt.Errorf("the fixer cannot be run: %s", text.VisibleLine(strings.TrimSpace(said.String())))
	case errors.As(err, &exit) && exit.ExitCode() != 1 && exit.ExitCode() != 0:
		return fmt.Sprintf("the fixer ended with status %d: %s", exit.ExitCode(), text.VisibleLine(short(strings.TrimSpace(said.String()), 200))), nil
	case errors.As(err, &exit), err == nil:
		return "", nil
	}
	return "", err
}

// limitedWriter keeps the first of what a program says.
type limitedWriter struct{ to *bytes.Buffer }

func (w *limitedWriter) Write(p []byte) (int, error) {
	w.to.Write(p[:min(len(p), max(0, 2000-w.to.Len()))])
	return len(p), nil
}

// copyTree copies the files and directories of a repository. A link is copied where
// it leads to something inside, so that no fixer writes outside of the copy.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(target, info.Mode().Perm()|0o700)
		case info.Mode()&fs.ModeSymlink != 0:
			leads, err := os.Readlink(name)
			if err != nil || filepath.IsAbs(leads) || !filepath.IsLocal(filepath.Join(filepath.Dir(rel), leads)) {
				return err
			}
			return os.Symlink(leads, target)
		case !info.Mode().IsRegular():
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm()|0o600)
	})
}

// secondRun finds the files that a second run of the fixer changed.
func (r *Result) secondRun(after, again string) error {
	files, err := listFiles(after)
	if err != nil {
		return err
	}
	more, err := listFiles(again)
	if err != nil {
		return err
	}
	for _, name := range more {
		if !slices.Contains(files, name) {
			r.add(SecondRun, name, 0, "a second run makes the file")
		}
	}
	for _, name := range files {
		once, err := os.ReadFile(filepath.Join(after, name))
		if err != nil {
			return err
		}
		twice, err := os.ReadFile(filepath.Join(again, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			r.add(SecondRun, name, 0, "a second run removes the file")
		case err != nil:
			return err
		case !bytes.Equal(once, twice):
			n, first := referee.Lines(once, twice)
			r.add(SecondRun, name, first, fmt.Sprintf("a second run changes %s", text.Count(n, "line", "lines")))
		}
	}
	return nil
}

// listFiles lists the regular files of a tree, but for what git keeps.
func listFiles(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(dir, name)
			out = append(out, rel)
			return err
		}
		return nil
	})
	return out, err
}
