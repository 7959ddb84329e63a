package prove

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Bounds on the copy of a build context; variables for tests.
var (
	maxContextBytes int64 = 4 << 30
	maxContextNames       = 500_000
)

// A workplace is a copy of a build context outside the repository, in which a build may
// find what a plan makes of its files.
type workplace struct {
	dir        string // of the copy
	dockerfile string // the path of the Dockerfile's copy
	subject    *Subject
	beside     bool // the Dockerfile lies outside the context, and is copied beside it
}

// copyContext copies the files that a build of a subject is sent, before or after the
// plan. Links are copied as links, and nothing that they lead to: a build does the same.
func copyContext(ctx context.Context, root, into string, s *Subject) (*workplace, error) {
	w := &workplace{dir: filepath.Join(into, "context"), subject: s}
	all, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer all.Close()
	from, err := all.OpenRoot(filepath.FromSlash(s.Context))
	if err != nil {
		return nil, fmt.Errorf("the build context %s: %s", s.Context, disk.Reason(err))
	}
	defer from.Close()
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return nil, err
	}
	to, err := os.OpenRoot(w.dir)
	if err != nil {
		return nil, err
	}
	defer to.Close()
	c := &copying{ctx: ctx, from: from, to: to, sends: w.sends(all)}
	if err := fs.WalkDir(from.FS(), ".", c.entry); err != nil {
		return nil, fmt.Errorf("the build context %s: %w", s.Context, err)
	}
	return w, w.placeDockerfile(all, into)
}

// placeDockerfile finds the Dockerfile in the copy, or copies it beside it.
func (w *workplace) placeDockerfile(root *os.Root, into string) error {
	if rel, ok := w.rel(w.subject.Dockerfile); ok {
		w.dockerfile = filepath.Join(w.dir, filepath.FromSlash(rel))
		return nil
	}
	w.beside = true
	dir := filepath.Join(into, "dockerfile")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{w.subject.Dockerfile, w.subject.Dockerfile + ".dockerignore"} {
		data, skip := disk.Read(root, filepath.FromSlash(name), maxDockerfile)
		switch {
		case skip == nil:
			if err := os.WriteFile(filepath.Join(dir, path.Base(name)), data, 0o600); err != nil {
				return err
			}
		case name == w.subject.Dockerfile:
			return errors.New(skip.Reason)
		}
	}
	w.dockerfile = filepath.Join(dir, path.Base(w.subject.Dockerfile))
	return nil
}

// maxDockerfile bounds a Dockerfile and its ignore file, in bytes.
const maxDockerfile = 20 << 20

// rel is the path of a file of the repository in the context.
func (w *workplace) rel(at string) (string, bool) {
	return buildcontext.Context{Dir: w.subject.Context}.Rel(at)
}

// apply makes the copy what the plan makes of the repository.
func (w *workplace) apply() error {
	for _, c := range w.subject.changes {
		name, ok := w.rel(c.Path)
		at := filepath.Join(w.dir, filepath.FromSlash(name))
		if !ok {
			if !w.beside {
				continue
			}
			at = filepath.Join(filepath.Dir(w.dockerfile), path.Base(c.Path))
		}
		if err := w.replace(at, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *workplace) replace(at string, c engine.Change) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Lstat(at); err == nil {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: %s cannot be replaced", c.Path, disk.Describe(info.Mode()))
		}
		mode = info.Mode().Perm()
	} else if c.Before != nil {
		return nil // the build is not sent it
	}
	if err := os.WriteFile(at, c.After, mode); err != nil {
		return errors.New(disk.Reason(err))
	}
	return nil
}

// sends returns whether a path of the context is copied: what the ignore file excludes
// before and after the plan is not. Ignore files and Dockerfiles always are. Where
// an ignore file cannot be read the engine decides alone.
func (w *workplace) sends(root *os.Root) func(name string, dir bool) bool {
	before, after := (*buildcontext.Ignore)(nil), (*buildcontext.Ignore)(nil)
	always := map[string]bool{}
	for _, p := range ignoreFiles(w.subject.Dockerfile, w.subject.Context) {
		data, skip := disk.Read(root, filepath.FromSlash(p), maxDockerfile)
		now := data
		for _, c := range w.subject.changes {
			if c.Path == p {
				now = c.After
			}
		}
		if skip == nil && before == nil {
			before, _ = buildcontext.ParseIgnore(data)
		}
		if now != nil && after == nil {
			after, _ = buildcontext.ParseIgnore(now)
		}
	}
	for _, p := range append(ignoreFiles(w.subject.Dockerfile, w.subject.Context), w.subject.Dockerfile, path.Join(w.subject.Context, ".containerignore")) {
		if rel, ok := w.rel(p); ok {
			for ; rel != "."; rel = path.Dir(rel) {
				always[rel] = true
			}
		}
	}
	excludes := func(i *buildcontext.Ignore, name string, dir bool) bool {
		return i.Excludes(name) && !(dir && i.ReIncludesBelow(name))
	}
	return func(name string, dir bool) bool {
		return always[name] || !excludes(before, name, dir) || !excludes(after, name, dir)
	}
}

// A copying copies the names of a walk.
type copying struct {
	ctx      context.Context
	from, to *os.Root
	sends    func(name string, dir bool) bool
	bytes    int64
	names    int
}

func (c *copying) entry(name string, d fs.DirEntry, err error) error {
	switch {
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	case err != nil:
		return errors.New(text.VisibleLine(name) + ": " + disk.Reason(err))
	case name == ".":
		return nil
	case !c.sends(name, d.IsDir()):
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if c.names++; c.names > maxContextNames {
		return fmt.Errorf("more than %d files", maxContextNames)
	}
	at := filepath.FromSlash(name)
	switch {
	case d.IsDir():
		mode := fs.FileMode(0o755)
		if info, err := d.Info(); err == nil {
			mode = info.Mode().Perm() | 0o700 // so that it can be filled, and removed again
		}
		return errors.Join(c.to.Mkdir(at, 0o700), c.to.Chmod(at, mode))
	case d.Type()&fs.ModeSymlink != 0:
		link, err := c.from.Readlink(at)
		if err != nil {
			return err
		}
		return c.to.Symlink(link, at)
	case d.Type().IsRegular():
		return c.file(at)
	}
	return nil // no build is sent sockets, devices and the like
}

func (c *copying) file(name string) (err error) {
	in, err := c.from.OpenFile(name, os.O_RDONLY|disk.OpenFlags, 0)
	if err != nil {
		return errors.New(text.VisibleLine(name) + ": " + disk.Reason(err))
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err // something else has taken the name since
	}
	out, err := c.to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	n, err := io.Copy(out, io.LimitReader(in, maxContextBytes-c.bytes+1))
	if err != nil {
		return errors.New(disk.Reason(err))
	}
	if c.bytes += n; c.bytes > maxContextBytes {
		return fmt.Errorf("more than %d GiB", maxContextBytes>>30)
	}
	return errors.Join(out.Chmod(info.Mode().Perm()), c.to.Chtimes(name, info.ModTime(), info.ModTime()))
}

// below reports whether a path lies in a directory, whatever links lead to either.
func below(dir, at string) bool {
	for _, d := range []string{dir, resolved(dir)} {
		for _, p := range []string{at, resolved(at)} {
			if rel, err := filepath.Rel(d, p); err == nil && filepath.IsLocal(rel) {
				return true
			}
		}
	}
	return false
}

func resolved(at string) string {
	if real, err := filepath.EvalSymlinks(at); err == nil {
		return real
	}
	return strings.Clone(at)
}
