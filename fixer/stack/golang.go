package stack

import (
	"cmp"
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
	Agrees:    func(a *App) bool { return madeModule(a) != "" },
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
		if err := startsScript(a, started); err != nil {
			return nil, err
		}
		return nil, Refuse(UnknownOutput, a.StartsIn, "Name the binary in the build: go build -o "+cmp.Or(started, "/app/server")+" .",
			"the container starts %s, and no go build in the file is known to write it", a.Start[0])
	}
	if strings.HasPrefix(a.Start[0], "/go/bin/") {
		return nil, Refuse(UnknownStart, a.StartsIn, "Start the binary by its name", "the container starts a binary in /go/bin by its path, which a smaller image does not have")
	}
	r := &Recipe{}
	static := true
	for _, b := range binaries {
		c := Copy{Path: b.path, Why: "go build"}
		if name, ok := strings.CutPrefix(b.path, "/go/bin/"); ok {
			c.Path, c.From = "/usr/local/bin/"+name, b.path // which is in PATH where /go/bin is not
		}
		r.Copies = append(r.Copies, c)
		if dir := path.Dir(c.Path); strings.HasSuffix(dir, "/bin") {
			r.Programs = append(r.Programs, path.Base(c.Path))
		}
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
	r.Runtimes = goRuntimes(a, static)
	return r, nil
}

// goRuntimes are the images on which a binary runs: minimal ones first, and for what
// needs a shell or packages one of the same distribution.
func goRuntimes(a *App, static bool) []Runtime { return a.keepsUser(goImages(a, static)) }

func goImages(a *App, static bool) []Runtime {
	if a.Base.Distribution == image.Alpine {
		alpine := alpineOf(a)
		alpine.Packages = append(alpine.Packages, "tzdata") // the toolchain has time zones of its own
		if static {
			return []Runtime{distrolessStatic(), alpine, scratch(a, distrolessStatic())}
		}
		return []Runtime{alpine}
	}
	if static {
		return []Runtime{distrolessStatic(), debianSlim(a), scratch(a, distrolessStatic())}
	}
	const base = "gcr.io/distroless/base-debian13:nonroot"
	switch a.Base.Codename {
	case "trixie":
		return []Runtime{{ID: "distroless-base", Image: base, User: nonroot, Same: true, Why: "the binary may be linked against the C library of Debian 13, which this image has"}, debianSlim(a)}
	case "":
		return []Runtime{{ID: "distroless-base", Image: base, User: nonroot, Why: "the binary may be linked against the C library of Debian 13 or an older release, which this image serves"}, debianSlim(a)}
	}
	return []Runtime{debianSlim(a)}
}

// nonroot is the user of the distroless images with that tag.
const nonroot = "65532:65532"

func distrolessStatic() Runtime {
	return Runtime{ID: "distroless-static", Image: "gcr.io/distroless/static-debian13:nonroot", User: nonroot, Static: true, Why: "the binary is built without cgo, so it is static"}
}

// scratch is the image with nothing in it, for a static binary. Certificates come along from
// the build, which checks its downloads with them, and time zones where it installs them.
func scratch(a *App, static Runtime) Runtime {
	r := Runtime{ID: "scratch", Image: "scratch", User: nonroot, Static: true, Why: static.Why + ", and this image is empty",
		Copies: []Copy{{Path: "/etc/ssl/certs/ca-certificates.crt", Why: "the certificates with which the build checks its downloads"}},
		Breaks: []string{"An application that writes to /tmp, looks up users by name, or reads time zones: an empty image has none of them"},
	}
	if a.installs("tzdata") {
		r.Copies = append(r.Copies, Copy{Path: "/usr/share/zoneinfo", Why: "tzdata"})
		r.Breaks = []string{"An application that writes to /tmp or looks up users by name: an empty image has neither"}
	}
	return r
}

// goBinaries finds what the builds of the file write.
func goBinaries(a *App) []goBinary {
	var out []goBinary
	mod := madeModule(a)
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
			if len(targets) == 0 {
				targets = []string{"."}
			}
			for _, t := range targets {
				t, _, _ = strings.Cut(t, "@")
				base := path.Base(t)
				if t == "." || t == "" {
					base = path.Base(mod)
				}
				if base == "..." {
					for _, name := range a.goCommands(t) {
						out = append(out, goBinary{path.Join("/go/bin", name), st.Instruction, static})
					}
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
			if dir && len(targets) == 0 {
				targets = []string{"."}
			}
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

// madeModule is the module that the build makes itself (go mod init NAME); "" for none.
func madeModule(a *App) string {
	out := ""
	a.Commands(func(_ build.Step, c build.Command) {
		if list := c.Plain(); c.Program == "go" && len(list) == 3 && list[0] == "mod" && list[1] == "init" {
			out = list[2]
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

// goCommands are the names of the commands below a pattern such as ./cmd/...: directories
// of the context with a main.go, which the build copies.
func (a *App) goCommands(pattern string) []string {
	var out []string
	dir := strings.TrimSuffix(path.Join("/", strings.TrimSuffix(pattern, "..."))[1:], "/")
	for _, src := range a.Sources() {
		for n := range a.Context.Tree.Below(a.Context.Join(path.Join(src, dir))) {
			rel, ok := a.Context.Rel(n.Path)
			if path.Base(n.Path) == "main.go" && path.Dir(n.Path) != a.Context.Join(src) && ok && a.Copies(rel) {
				out = appendOnce(out, path.Base(path.Dir(n.Path)))
			}
		}
	}
	return out
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
