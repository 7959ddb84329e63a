package stack

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var rustStack = &Stack{
	Name:      "Rust",
	Images:    []string{image.DockerHub + "/library/rust", image.DockerHub + "/rustlang/rust"},
	Manifests: []string{"Cargo.toml"},
	Does: func(_ *App, _ build.Step, c build.Command) *Work {
		switch c.Program {
		case "rustup", "rustc", "rustfmt", "wasm-pack", "cargo-chef":
			return &Work{}
		case "cargo":
			if verb, _ := c.Subcommand(); verb != "run" && verb != "publish" {
				return &Work{Develops: verb == "test"}
			}
		}
		return nil
	},
	Plan: planRust,
}

// cargoHome is where the official image has Cargo's programs, which are in PATH.
const cargoHome = "/usr/local/cargo"

// A rustBinary is what a build may write: a program of any name in a directory.
type rustBinary struct {
	dir    string          // of the image
	names  map[string]bool // of the programs; nil where any of the package are meant
	by     *dockerfile.Instruction
	static bool // linked against musl, statically
}

func planRust(a *App) (*Recipe, error) {
	words := a.launched()
	if len(words) == 0 {
		return nil, unknownStart(a)
	}
	if p := path.Base(words[0]); p == "cargo" || build.ReadStart(words).Kind == build.StartsBuild {
		return nil, Refuse(BuildAtStart, a.StartsIn, "Build in a RUN (cargo build --release) and start target/release/NAME", "the container compiles when it starts (%s)", text.VisibleLine(short(strings.Join(words, " "), 60)))
	}
	started := words[0]
	if strings.Contains(started, "$") {
		started, _ = a.Build.Expand(a.Stage, nil, started)
	}
	p := a.Absolute(nil, started)
	if !strings.Contains(started, "/") {
		p = path.Join(cargoHome, "bin", started)
		if _, ok := a.movedTo(path.Join("/usr/local/bin", started)); ok {
			p = path.Join("/usr/local/bin", started)
		} else if _, ok := a.movedTo(path.Join("/usr/bin", started)); ok {
			p = path.Join("/usr/bin", started)
		}
	}
	binary, err := findBinary(a, started, p)
	if err != nil {
		return nil, err
	}
	r := &Recipe{Leaves: []string{"the Rust toolchain", "the sources, the registry of crates and intermediate files"}}
	program := Copy{Path: p, Why: "cargo"}
	if !strings.Contains(started, "/") { // by its name, in PATH
		r.Programs = append(r.Programs, started)
		program.Path = path.Join("/usr/local/bin", started)
		if program.Path != p {
			program.From = p
		}
	}
	r.Copies = append(r.Copies, program)
	files := append(assets(a), memberAssets(a)...)
	for _, at := range files {
		r.add(at, "files that the application may open")
	}
	if len(files) == 0 {
		r.Assumes = append(r.Assumes, "the application opens no file of its sources, of which none of the usual directories (templates, static, migrations) is copied")
	}
	r.Breaks = append(r.Breaks, "An application that opens other files of its source directory does not find them")
	if err := rustRuntimes(a, r, binary); err != nil {
		return nil, err
	}
	r.Runtimes = a.keepsUser(r.Runtimes)
	return r, nil
}

// findBinary finds the build that writes the program at a path.
func findBinary(a *App, started, p string) (rustBinary, error) {
	from := p
	if m, ok := a.movedTo(p); ok {
		from = m.from
	}
	list := rustBinaries(a)
	for _, b := range list {
		name := path.Base(from)
		if path.Dir(from) != b.dir {
			continue
		}
		if b.names == nil || b.names[name] || strings.ContainsAny(name, "*") {
			return b, nil
		}
		return b, Refuse(Disagreement, a.StartsIn, "Start the binary by the name that Cargo.toml gives it", "the container starts %s, but the build makes %s",
			text.VisibleLine(path.Base(p)), text.VisibleLine(listOf(b.names)))
	}
	if err := startsScript(a, started); err != nil {
		return rustBinary{}, err
	}
	return rustBinary{}, Refuse(UnknownOutput, a.StartsIn, "Start the binary by the path that cargo build --release writes (target/release/NAME)",
		"the container starts %s, and no cargo build in the file is known to write it", text.VisibleLine(started))
}

func listOf(names map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// rustBinaries finds what the builds of the file write.
func rustBinaries(a *App) []rustBinary {
	var out []rustBinary
	a.inDirs(func(st build.Step, dir string, c build.Command) {
		verb, k := c.Subcommand()
		if c.Program != "cargo" || verb != "build" && verb != "install" && verb != "b" && verb != "zigbuild" {
			return
		}
		b := rustBinary{by: st.Instruction, static: a.Base.Distribution == image.Alpine && !a.dynamicMusl(st)}
		target, crossed := option(c, k, "--target")
		if v, at := a.Build.Variable(a.Stage, st.Instruction, "CARGO_BUILD_TARGET"); at != nil && !crossed {
			target, crossed = v, true
		}
		if crossed {
			b.static = strings.HasSuffix(target, "-musl") && !a.dynamicMusl(st)
		}
		project := dir
		if v, ok := option(c, k, "--manifest-path"); ok {
			project = path.Dir(below(dir, v))
		}
		if verb == "install" {
			b.installed(a, dir, c, k)
		} else {
			if project == "" || strings.ContainsAny(target, "$`") {
				return
			}
			b.dir = targetDir(a, st, project, c, k)
			profile := "debug"
			if c.Has("--release", "-r") {
				profile = "release"
			}
			if v, ok := option(c, k, "--profile"); ok {
				profile = v
			}
			if crossed {
				b.dir = path.Join(b.dir, target)
			}
			b.dir = path.Join(b.dir, profile)
			b.names = cargoPrograms(a, project)
		}
		out = append(out, b)
	})
	slices.Reverse(out) // the last one counts: builds before it may be of empty programs
	return out
}

// dynamicMusl reports whether a build for musl is told to link dynamically.
func (a *App) dynamicMusl(st build.Step) bool {
	v, _ := a.Build.Variable(a.Stage, st.Instruction, "RUSTFLAGS")
	for _, c := range st.Commands {
		for _, w := range c.Assigns {
			v += w.Value
		}
	}
	return strings.Contains(v, "-crt-static")
}

// installed fills in what cargo install writes.
func (b *rustBinary) installed(a *App, dir string, c build.Command, verb int) {
	b.dir = path.Join(cargoHome, "bin")
	if root, ok := option(c, verb, "--root"); ok {
		b.dir = path.Join(below(dir, root), "bin")
	}
	if p, ok := option(c, verb, "--path"); ok {
		b.names = cargoPrograms(a, below(dir, p))
		return
	}
	b.names = map[string]bool{}
	for _, name := range c.Arguments().Names() {
		if name != "install" {
			name, _, _ = strings.Cut(name, "@")
			b.names[name] = true
		}
	}
}

// targetDir is the directory into which a build writes.
func targetDir(a *App, st build.Step, project string, c build.Command, verb int) string {
	if v, ok := option(c, verb, "--target-dir"); ok {
		return below(project, v)
	}
	for _, w := range c.Assigns {
		if v, ok := strings.CutPrefix(w.Value, "CARGO_TARGET_DIR="); ok {
			return below(project, v)
		}
	}
	if v, at := a.Build.Variable(a.Stage, st.Instruction, "CARGO_TARGET_DIR"); at != nil {
		return below(project, v)
	}
	return path.Join(project, "target")
}

// cargoPrograms are the names of the programs that a package, or a workspace, makes; nil
// where they are not known.
func cargoPrograms(a *App, dir string) map[string]bool {
	m, ok := a.readAt(path.Join(dir, "Cargo.toml"))
	if !ok {
		return nil
	}
	out := map[string]bool{}
	toml := readCargo(m.Data)
	for _, name := range toml.programs() {
		out[name] = true
	}
	for _, name := range a.namesIn(path.Join(dir, "src/bin")) {
		out[strings.TrimSuffix(name, ".rs")] = true
	}
	for _, member := range toml.members {
		if strings.ContainsAny(member, "*?[") {
			return nil
		}
		programs := cargoPrograms(a, path.Join(dir, member))
		if programs == nil {
			return nil
		}
		maps.Copy(out, programs)
	}
	return out
}

// namesIn are the names in a directory of the image that the build copies there.
func (a *App) namesIn(dir string) []string {
	src, ok := a.contextPath(dir)
	if !ok {
		return nil
	}
	var out []string
	for n := range a.Context.Tree.Below(a.Context.Join(src)) {
		if path.Dir(n.Path) == a.Context.Join(src) {
			out = append(out, path.Base(n.Path))
		}
	}
	return out
}
