package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Fact is one thing that is known of the image a container runs, with where it
// comes from: an instruction of a Dockerfile here, the registry or the table. The
// zero value is a fact that is not known.
type Fact[T any] struct {
	Value    T
	Known    bool
	Proven   bool
	Evidence fixer.Evidence
}

// byName takes over a fact that is known by the image's name.
func byName[T any](p *Profile, of func(*image.Knowledge) image.Fact[T]) Fact[T] {
	if p.Known == nil {
		return Fact[T]{}
	}
	f := of(p.Known)
	if !f.Known {
		return Fact[T]{}
	}
	return Fact[T]{Value: f.Value, Known: true, Proven: f.Proven, Evidence: fixer.ImageEvidence(f.From)}
}

// byBuild is a fact that an instruction of the build sets. known is false where
// a variable that the file does not tell decides it.
func byBuild[T any](p *Profile, at *dockerfile.Instruction, value T, known bool) Fact[T] {
	return Fact[T]{
		Value: value, Known: known, Proven: known && p.Build.Certain && p.StaleReason == "",
		Evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: place(p.Build.Path, at.Line), Text: at.Keyword + " " + at.Text()},
	}
}

// Entrypoint is what the image starts, empty where it leaves that to CMD. Shell
// form is given as the shell that runs it.
func (p *Profile) Entrypoint() Fact[[]string] {
	if p.BuiltHere() {
		if e := p.Build.Stage.Entrypoint(); e.At != nil {
			return byBuild(p, e.At, commandWords(e), true)
		}
	}
	return byName(p, (*image.Knowledge).Entrypoint)
}

// Cmd is what the image starts by itself, or gives to its entrypoint. An
// ENTRYPOINT of the build takes the CMD of its base away.
func (p *Profile) Cmd() Fact[[]string] {
	if p.BuiltHere() {
		if c := p.Build.Stage.Cmd(); c.At != nil {
			return byBuild(p, c.At, commandWords(c), true)
		}
		if e := p.Build.Stage.Entrypoint(); e.At != nil {
			return byBuild(p, e.At, []string(nil), true)
		}
	}
	return byName(p, (*image.Knowledge).Cmd)
}

func commandWords(c dockerfile.CommandLine) []string {
	if c.Shell {
		return append([]string{"/bin/sh", "-c"}, c.Args...)
	}
	return c.Args
}

// Env is the value of a variable in the image. One that is known not to be set
// is known, and empty.
func (p *Profile) Env(name string) Fact[string] {
	if p.BuiltHere() {
		if v, ok := p.Build.Stage.LookupEnv(name); ok {
			return byBuild(p, v.At, v.Text, v.Known)
		}
	}
	all := byName(p, (*image.Knowledge).Env)
	out := Fact[string]{Known: all.Known, Proven: all.Proven, Evidence: all.Evidence}
	for _, pair := range all.Value {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			out.Value = value
		}
	}
	return out
}

// Label is the value of a label of the image, as Env gives a variable.
func (p *Profile) Label(name string) Fact[string] {
	if p.BuiltHere() {
		for _, l := range p.Build.Stage.Labels() {
			if l.Key == name {
				return byBuild(p, l.At, l.Text, l.Known)
			}
		}
	}
	all := byName(p, (*image.Knowledge).Labels)
	return Fact[string]{Value: all.Value[name], Known: all.Known, Proven: all.Proven, Evidence: all.Evidence}
}

// StopSignal is the signal that ends the image's process; "" is SIGTERM.
func (p *Profile) StopSignal() Fact[string] {
	if p.BuiltHere() {
		if s := p.Build.Stage.StopSignal(); s.At != nil {
			return byBuild(p, s.At, s.Text, s.Known)
		}
	}
	return byName(p, (*image.Knowledge).StopSignal)
}

// HasHealthcheck says whether the image checks its own health.
func (p *Profile) HasHealthcheck() Fact[bool] {
	if p.BuiltHere() {
		if h := p.Build.Stage.Healthcheck(); h.At != nil {
			return byBuild(p, h.At, len(h.Args) > 0, true)
		}
	}
	return byName(p, (*image.Knowledge).HasHealthcheck)
}

// Volumes are the paths that the image declares as VOLUME: those of the build
// besides those of its base. It is known as far as it goes; a base that nobody
// knows may declare more.
func (p *Profile) Volumes() Fact[[]string] {
	var out Fact[[]string]
	if base := byName(p, (*image.Knowledge).Volumes); base.Known {
		out = Fact[[]string]{Known: true, Proven: base.Proven, Evidence: base.Evidence}
		for _, v := range base.Value {
			out.Value = append(out.Value, v.Path)
		}
	}
	if !p.BuiltHere() {
		return out
	}
	for _, v := range p.Build.Stage.Volumes() {
		if v.Known && !slices.Contains(out.Value, v.Text) {
			more := byBuild(p, v.At, append(slices.Clone(out.Value), v.Text), true)
			more.Proven = more.Proven && (out.Proven || !out.Known)
			out = more
		}
	}
	return out
}

// Ports are what the image listens on, as the table says, else what its registry
// told that it exposes. What an image built here exposes is not taken for what
// it listens on, and what its base listens on is another program's.
func (p *Profile) Ports() Fact[[]image.Port] {
	if p.BuiltHere() {
		return Fact[[]image.Port]{}
	}
	return byName(p, (*image.Knowledge).Ports)
}
