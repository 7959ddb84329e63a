package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

var goStack = &Stack{
	Name:      "Go",
	Images:    []string{image.DockerHub + "/library/golang"},
	Manifests: []string{"go.mod"},
	Does: func(a *App, st build.Step, c build.Command) *Work {
		if c.Program != "go" {
			return nil
		}
		switch verb, _ := c.Subcommand(); verb {
		case "mod", "get", "download", "vet", "fmt", "generate", "version", "env", "list", "test":
			return &Work{Develops: verb == "test"}
		case "build":
			return &Work{}
		case "install":
			return &Work{Writes: []string{"/go/bin"}}
		}
		return nil
	},
	Plan: planGo,
}

// A goBinary is a program that a go build or go install writes.
type goBinary struct {
	path   string
	by     *dockerfile.Instruction
	static bool // built without cgo
}

func planGo(a *App) (*Recipe, error) {
	binaries := goBinaries(a)
	if len(a.Start) == 0 {
		return nil, unknownStart(a)
	}
	if p := path.Base(a.Start[0]); p == "go" || build.ReadStart(a.Start).Kind == build.StartsBuild {
		return nil, Refuse(BuildAtStart, a.StartsIn, "Build in a RUN (go build -o /app/server .) and start the binary", "the container compiles when it starts (%s)", strings.Join(a.Start, " "))
	}
	started := a.Start[0]
	if !strings.Contains(started, "/") {
		started = path.Join("/go/bin", started) // in PATH
		if k := slices.IndexFunc(binaries, func(b goBinary) bool { return path.Base(b.path) == a.Start[0] }); k >= 0 {
			started = binaries[k].path
		}
	}
	started = a.Absolute(nil, started)
	k := slices.IndexFunc(binaries, func(b goBinary) bool { return b.path == started })
	if k < 0 {
		return nil, Refuse(UnknownOutput, a.StartsIn, "Name the binary in the build: go build -o "+cmpOr(started, "/app/server")+" .",
			"the container starts %s, and no go build in the file is known to write it", a.Start[0])
	}
	r := &Recipe{}
	static := true
	for _, b := range binaries {
		r.Copies = append(r.Copies, Copy{Path: b.path, Why: "go build"})
		static = static && b.static
	}
	files := assets(a)
	for _, p := range files {
		r.Copies = append(r.Copies, Copy{Path: p, Why: "files that the application may open"})
	}
	r.Leaves = []string{"the Go toolchain", "the sources and the module cache"}
	if len(files) == 0 {
		r.Assumes = append(r.Assumes, "the binary opens no file of its sources, of which none of the usual directories (templates, static, migrations) is copied")
	}
	r.Breaks = append(r.Breaks, "An application that opens other files of its source directory does not find them")
	if static {
		r.Runtimes = append(r.Runtimes, Runtime{ID: "distroless-static", Image: "gcr.io/distroless/static-debian13:nonroot", User: "65532:65532",
			Why: "the binary is built without cgo, so it is static"})
		if a.Base.Distribution == image.Alpine {
			r.Runtimes = append(r.Runtimes, alpineOf(a))
		}
		return r, nil
	}
	switch {
	case a.Base.Distribution == image.Alpine:
		r.Runtimes = append(r.Runtimes, alpineOf(a))
	case a.Base.Codename == "trixie":
		r.Runtimes = append(r.Runtimes, Runtime{ID: "distroless-base", Image: "gcr.io/distroless/base-debian13:nonroot", User: "65532:65532", Same: true,
			Why: "the binary may be linked against the C library of Debian 13, which this image has"})
		r.Runtimes = append(r.Runtimes, debianSlim(a))
	case a.Base.Codename != "":
		r.Runtimes = append(r.Runtimes, debianSlim(a))
	default:
		r.Runtimes = append(r.Runtimes, Runtime{ID: "distroless-base", Image: "gcr.io/distroless/base-debian13:nonroot", User: "65532:65532",
			Why: "the binary may be linked against the C library of Debian 13 or an older release, which this image serves"})
	}
	return r, nil
}

// goBinaries finds what the builds of the file write.
func goBinaries(a *App) []goBinary {
	var out []goBinary
	mod := ""
	if m, ok := a.Manifest("go.mod"); ok {
		mod = moduleName(m.Data)
	}
	a.Commands(func(st build.Step, c build.Command) {
		verb, k := c.Subcommand()
		if c.Program != "go" || verb != "build" && verb != "install" {
			return
		}
		static := noCgo(a, st, c)
		name, _ := option(c, k, "-o")
		targets := goTargets(c, k)
		switch {
		case verb == "install":
			for _, t := range targets {
				t, _, _ = strings.Cut(t, "@")
				base := path.Base(t)
				if t == "." || t == "" {
					base = path.Base(mod)
				}
				if base != "" && base != "." && base != "..." {
					out = append(out, goBinary{path.Join("/go/bin", base), st.Instruction, static})
				}
			}
		case name == "":
			base := path.Base(mod)
			if len(targets) == 1 && targets[0] != "." && !strings.HasSuffix(targets[0], ".go") {
				base = path.Base(targets[0])
			} else if len(targets) > 0 && strings.HasSuffix(targets[0], ".go") {
				base = strings.TrimSuffix(path.Base(targets[0]), ".go")
			}
			if p := a.Absolute(st.Instruction, base); p != "" && base != "" && base != "." {
				out = append(out, goBinary{p, st.Instruction, static})
			}
		case !strings.ContainsAny(name, "$`*"):
			p := a.Absolute(st.Instruction, name)
			dir := strings.HasSuffix(name, "/")
			if p != "" && !dir {
				out = append(out, goBinary{p, st.Instruction, static})
			}
			for _, t := range targets {
				if base := path.Base(t); dir && p != "" && base != "..." {
					if base == "." {
						base = path.Base(mod)
					}
					out = append(out, goBinary{path.Join(p, base), st.Instruction, static})
				}
			}
		}
	})
	return out
}

// goTargets are the packages that a go command is given: the last plain words.
func goTargets(c build.Command, verb int) []string {
	var out []string
	for k := len(c.Words) - 1; k > verb; k-- {
		w := c.Words[k].Value
		if strings.HasPrefix(w, "-") || goValued[c.Words[k-1].Value] {
			break
		}
		out = append(out, w)
	}
	slices.Reverse(out)
	return out
}

var goValued = map[string]bool{"-o": true, "-ldflags": true, "-tags": true, "-mod": true, "-gcflags": true, "-asmflags": true, "-p": true, "-buildmode": true, "-installsuffix": true, "-modfile": true}

// noCgo reports whether a build is known to be done without cgo: it is told so, or the
// image has no C compiler and nothing installs one.
func noCgo(a *App, st build.Step, c build.Command) bool {
	for _, w := range c.Assigns {
		if v, ok := strings.CutPrefix(w.Value, "CGO_ENABLED="); ok {
			return v == "0"
		}
	}
	for _, o := range st.Commands { // export CGO_ENABLED=0, env CGO_ENABLED=0
		for _, w := range o.Words {
			if w.Value == "CGO_ENABLED=0" {
				return true
			}
		}
	}
	if v, at := a.Build.Variable(a.Stage, st.Instruction, "CGO_ENABLED"); at != nil {
		return v == "0"
	}
	return a.Base.Distribution == image.Alpine && !a.installs("gcc", "build-base", "musl-dev", "alpine-sdk", "g++", "clang")
}

// moduleName reads the module line of a go.mod.
func moduleName(data []byte) string {
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "module" {
			return strings.Trim(f[1], `"`)
		}
	}
	return ""
}
