package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// launched are the words of the one command that the container starts, with what a
// shell would put in as it is written; nil where there are several, or none.
func (a *App) launched() []string {
	if a.Start != nil {
		return a.Start
	}
	if list := build.Started(a.line); len(list) == 1 {
		return list[0]
	}
	return nil
}

// shellReads reports whether a shell reads what the container starts, and puts in files
// for patterns.
func (a *App) shellReads() bool {
	return a.line.Shell || len(a.line.Args) > 0 && build.IsShell(a.line.Args[0])
}

// inDirs calls visit with every command of the RUNs and the directory of the image in
// which it runs; "" where that is not known.
func (a *App) inDirs(visit func(st build.Step, dir string, c build.Command)) {
	for _, st := range a.Steps {
		dir := a.Absolute(st.Instruction, ".")
		for _, c := range st.Commands {
			visit(st, dir, c)
			if c.Program != "cd" {
				continue
			}
			if list := c.Plain(); len(list) == 1 && c.Place == 0 {
				dir = below(dir, list[0])
			} else {
				dir = ""
			}
		}
	}
}

// below makes a path absolute as seen from a directory; "" where that is not known.
func below(dir, p string) string {
	switch {
	case p == "" || strings.ContainsAny(p, "$`~"):
		return ""
	case path.IsAbs(p):
		return path.Clean(p)
	case dir == "":
		return ""
	}
	return path.Join(dir, p)
}

// A move is a cp or mv of the build: what ends up at a path, and where it was.
type move struct {
	from string // absolute; may be a pattern
	by   *dockerfile.Instruction
}

// movedTo finds the cp, mv, ln or install that puts a file at a path of the image. A
// pattern that is copied to the name of a file matches one file, or the build fails.
func (a *App) movedTo(p string) (m move, ok bool) {
	a.inDirs(func(st build.Step, dir string, c build.Command) {
		if !slices.Contains([]string{"cp", "mv", "install", "ln"}, c.Program) {
			return
		}
		list := c.Arguments().Names()
		if len(list) < 2 {
			return
		}
		to := below(dir, list[len(list)-1])
		for _, w := range list[:len(list)-1] {
			from := below(dir, w)
			if from == "" || to == "" {
				continue
			}
			match, err := path.Match(path.Base(from), path.Base(p))
			switch {
			case to == p && len(list) == 2:
				m, ok = move{from, st.Instruction}, true
			case to == path.Dir(p) && err == nil && match: // into a directory, under its own name
				m, ok = move{path.Join(path.Dir(from), path.Base(p)), st.Instruction}, true
			}
		}
	})
	return m, ok
}

// contextPath finds the file or directory of the context that the build copies to a
// path of the image. ok is false where none is known.
func (a *App) contextPath(p string) (name string, ok bool) {
	if !a.HasContext {
		return "", false
	}
	for _, i := range a.Stage.Instructions {
		sources := dockerfile.ContextSources(i)
		if len(sources) == 0 {
			continue
		}
		to := a.Absolute(i, i.Words[len(i.Words)-1].Value)
		if to == "" {
			continue
		}
		for _, w := range sources {
			if w.Dynamic {
				continue
			}
			src := path.Join("/", w.Value)[1:]
			if at, found := a.sourceOf(src, to, p); found && a.sends(at) {
				name, ok = at, true
			}
		}
	}
	return name, ok
}

// imagePath is where a build has a directory of the context; "" where no COPY of a
// directory puts it anywhere.
func (a *App) imagePath(name string) string {
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			to := a.Absolute(i, i.Words[len(i.Words)-1].Value)
			if w.Dynamic || to == "" || src != "" && !a.isDir(src) {
				continue
			}
			if rest, ok := strings.CutPrefix(name, src); ok && (src == "" || rest == "" || rest[0] == '/') {
				return path.Join(to, rest)
			}
		}
	}
	return ""
}

// IsSource reports whether a path of the image is a file that the build copies from the
// context, or a directory of it with what is compiled.
func (a *App) IsSource(p string) bool {
	name, ok := a.contextPath(p)
	if !ok {
		return false
	}
	n, there := a.Context.Has(name)
	return there && n.Kind == buildcontext.Plain || a.holdsSources(name)
}

// sourceOf is where a path of the image was in the context, by one source of a COPY.
func (a *App) sourceOf(src, to, p string) (name string, ok bool) {
	switch {
	case strings.ContainsAny(src, "*?["):
		match, err := path.Match(path.Base(src), path.Base(p))
		return path.Join(path.Dir(src), path.Base(p)), err == nil && match && to == path.Dir(p)
	case src == "" || a.isDir(src):
		if !build.Within(p, to) {
			return "", false
		}
		return path.Join(src, strings.TrimPrefix(strings.TrimPrefix(p, to), "/")), true
	}
	return src, to == p || path.Join(to, path.Base(src)) == p
}

// sends reports whether a path of the context is there and is sent; that is the root
// for "".
func (a *App) sends(p string) bool { return p == "" || p == "." || a.Context.Sends(p) }

// readAt reads the file of the context that the build copies to a path of the image.
// ok is false where it copies none, or it was not read.
func (a *App) readAt(p string) (m Manifest, ok bool) {
	name, ok := a.contextPath(p)
	if !ok {
		return m, false
	}
	if n, there := a.Context.Has(name); !there || n.Kind != buildcontext.Plain {
		return m, false
	}
	full := path.Join(a.Context.Dir, name)
	data := a.read(full)
	return Manifest{full, name, data}, data != nil
}
