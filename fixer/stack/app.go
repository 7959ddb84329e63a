package stack

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// An App is the application in a Dockerfile of one stage, and what the repository says
// of it.
type App struct {
	Path  string // of the Dockerfile
	File  *dockerfile.File
	Stage *dockerfile.Stage
	Build *build.Build
	Steps []build.Step // the RUNs of the stage, in order

	Ref  image.Reference // of the base image
	Base image.Base

	// Assumed says, without full stop, what was assumed of the base; "" for nothing.
	Assumed string

	Context    buildcontext.Context
	HasContext bool // the context of the build is known

	Workdir string // in which the container starts: absolute, or "" where it is not known

	// Start are the words that a container starts with; nil where the file gives none,
	// or a shell reads them and they are more than one plain command.
	Start    []string
	StartsIn *dockerfile.Instruction // ENTRYPOINT or CMD; nil for none

	line dockerfile.CommandLine // the words of both, whoever reads them
	read func(path string) []byte
	pass *fixer.Pass
}

// Open reads the application of the file of a pass. ok is false for a file without
// exactly one stage that names an image.
func Open(p *fixer.Pass) (a *App, ok bool) {
	f := p.File.Dockerfile
	if f == nil || len(f.Stages) != 1 {
		return nil, false
	}
	s := f.Final()
	a = &App{Path: p.File.Path, File: f, Stage: s, Build: build.Of(p.File), pass: p}
	ref, err := image.ParseReference(s.Image)
	if err != nil {
		return nil, false
	}
	a.Ref = ref
	a.Base, _ = build.BaseOf(p, s)
	a.assumeRelease()
	a.Steps = a.Build.Steps("RUN")
	a.Context, a.HasContext = p.Topology().Context(p.File.Path)
	if w := s.Workdir(); w.Known && path.IsAbs(w.Text) {
		a.Workdir = path.Clean(w.Text)
	} else if w.At == nil {
		a.Workdir = startDirectory(ref)
	}
	a.readStart()
	a.read = func(path string) []byte {
		if file := p.Read(path); file != nil {
			return bytes.TrimPrefix(file.Data, []byte("\ufeff"))
		}
		return nil
	}
	return a, true
}

// startDirectory is the working directory of an image, for a file that sets none.
func startDirectory(ref image.Reference) string {
	words := ref.Words()
	switch ref.Name() {
	case image.DockerHub + "/library/php":
		if slices.Contains(words, "apache") || slices.Contains(words, "fpm") {
			return "/var/www/html"
		}
	case image.DockerHub + "/library/golang":
		return "/go"
	}
	return "/"
}

// readStart reads what the container starts: the words of ENTRYPOINT and CMD together.
// Wrappers such as tini are left out.
func (a *App) readStart() {
	entry, cmd := a.Stage.Entrypoint(), a.Stage.Cmd()
	line := cmd
	switch {
	case entry.At != nil && entry.Shell:
		line = entry // CMD is not read
	case entry.At != nil && cmd.At != nil && cmd.Shell:
		a.StartsIn = entry.At
		return
	case entry.At != nil:
		line = entry
		line.Args = slices.Concat(entry.Args, cmd.Args)
	}
	a.StartsIn, a.line = line.At, line
	if line.At == nil {
		return
	}
	if line.Shell && len(line.Args) > 0 && strings.ContainsAny(line.Args[0], "$`;&|<>(){}*?\n") {
		return
	}
	if list := build.Started(line); len(list) == 1 {
		a.Start = list[0]
	}
}

// Program is the name of the program that the container starts, without directory; ""
// where it is not known.
func (a *App) Program() string {
	if len(a.Start) == 0 {
		return ""
	}
	return path.Base(a.Start[0])
}

// Absolute makes a path of the image absolute as seen from the directory in which an
// instruction runs; "" where that is not known. A nil instruction is the end.
func (a *App) Absolute(at *dockerfile.Instruction, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	dir := a.Workdir
	if at != nil {
		switch w := a.Stage.WorkdirAt(at); {
		case w.At == nil:
			dir = startDirectory(a.Ref)
		case !w.Known || !path.IsAbs(w.Text):
			return ""
		default:
			dir = w.Text
		}
	}
	if dir == "" || strings.ContainsAny(p, "$`~") {
		return ""
	}
	return path.Join(dir, p)
}

// A Manifest is a file of the repository that says what the application is made of.
type Manifest struct {
	Path string // relative to the root of the repository
	Name string // relative to the build context
	Data []byte
}

// Manifest finds the first of the files of these names that the build copies into the
// image. ok is false where it copies none of them, or the file was not read.
func (a *App) Manifest(names ...string) (m Manifest, ok bool) {
	for _, name := range a.find(names...) {
		full := path.Join(a.Context.Dir, name)
		if data := a.read(full); data != nil {
			return Manifest{full, name, data}, true
		}
	}
	return m, false
}

// Has reports whether the build copies a file of one of the names; its content is not
// asked for.
func (a *App) Has(names ...string) bool { return len(a.find(names...)) > 0 }

// find returns the files of the context, relative to it, of one of the names, in a
// directory that the build copies or copies from.
func (a *App) find(names ...string) []string {
	if !a.HasContext {
		return nil
	}
	dirs := a.Sources()
	var out []string
	for _, name := range names {
		for _, dir := range dirs {
			p := path.Join(dir, name)
			if n, ok := a.Context.Has(p); ok && n.Kind == buildcontext.Plain && a.Context.Sends(p) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// Sources are the directories of the context that the build copies, or copies files
// of, relative to the context, in the order of the file.
func (a *App) Sources() []string {
	var out []string
	add := func(dir string) {
		if dir = path.Clean(dir); !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			if w.Dynamic {
				continue
			}
			src := path.Join("/", w.Value)[1:]
			if n, ok := a.Context.Has(src); src == "" || ok && n.Kind != buildcontext.Plain {
				add(src)
			} else {
				add(path.Dir(src))
			}
		}
	}
	return out
}

// missingSource finds the first path that COPY or ADD names and that is not in the
// directory that the context was taken for; "" for none.
func (a *App) missingSource() (at *dockerfile.Instruction, name string) {
	if a.Context.Tree == nil {
		return nil, ""
	}
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			if src == "" || w.Dynamic || strings.ContainsAny(src, `*?[`) {
				continue
			}
			if _, there := a.Context.Has(src); !there {
				return i, w.Value
			}
		}
	}
	return nil, ""
}

// Commands calls visit with every command of the RUNs, in order.
func (a *App) Commands(visit func(st build.Step, c build.Command)) {
	for _, st := range a.Steps {
		for _, c := range st.Commands {
			visit(st, c)
		}
	}
}

// Services are the Compose services that run the image.
func (a *App) Services() []compose.View { return a.pass.Topology().Users(a.Path) }

// Scripts are the shell scripts that the container starts, as far as the build copies
// them and they were read.
func (a *App) Scripts() []Manifest {
	var out []Manifest
	for _, line := range []dockerfile.CommandLine{a.Stage.Entrypoint(), a.Stage.Cmd()} {
		for _, words := range build.Started(line) {
			for k, w := range words[:min(len(words), 2)] {
				if path.Ext(w) != ".sh" && (k > 0 || path.Ext(w) != "") {
					continue
				}
				for _, name := range a.find(path.Base(w), strings.TrimPrefix(w, "./"), path.Join("scripts", path.Base(w)), path.Join("docker", path.Base(w))) {
					full := path.Join(a.Context.Dir, name)
					if data := a.read(full); bytes.HasPrefix(data, []byte("#!")) || data != nil && path.Ext(w) == ".sh" {
						out = append(out, Manifest{full, name, data})
						break
					}
				}
			}
		}
	}
	return out
}
