package build

import (
	"errors"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A Build is what the build of one Dockerfile does, as far as the file alone
// tells. Each part of it is read when it is first asked for, once, and shared:
// what it returns must not be changed.
type Build struct {
	File *dockerfile.File

	steps    func() []Step // of all stages, those for Windows among them
	run      func() []Step // RUN alone, without stages for Windows
	byInst   func() map[*dockerfile.Instruction]int
	packages func() *Packages
	accounts func() []AccountChange
	context  func() *ContextUse
}

var builds = fixer.Derive(func(f *fixer.File) *Build { return Read(f.Dockerfile) })

// Of returns the build of a file that is a Dockerfile, read once for each version
// of it.
func Of(f *fixer.File) *Build { return builds.Of(f) }

// Read returns the build of a Dockerfile that is at hand without its [fixer.File].
func Read(f *dockerfile.File) *Build {
	b := &Build{File: f}
	b.steps = sync.OnceValue(func() []Step { return readSteps(f) })
	b.run = sync.OnceValue(func() []Step { return b.filter("RUN") })
	b.byInst = sync.OnceValue(b.index)
	b.packages = sync.OnceValue(func() *Packages { return readPackages(b) })
	b.accounts = sync.OnceValue(func() []AccountChange { return readAccounts(b) })
	b.context = sync.OnceValue(func() *ContextUse { return readContextUse(b) })
	return b
}

// Steps returns the steps of the given keywords in all stages but those for
// Windows, whose shells are other ones, in the order of the file. Text that the
// shell reader refuses (heredocs, triggers, the exec form) is read from a copy,
// so that it can be reported and not edited.
func (b *Build) Steps(keywords ...string) []Step {
	if len(keywords) == 1 && keywords[0] == "RUN" {
		return b.run()
	}
	return b.filter(keywords...)
}

func (b *Build) filter(keywords ...string) []Step {
	var out []Step
	for _, st := range b.steps() {
		if !st.Stage.Windows && slices.Contains(keywords, st.Instruction.Keyword) {
			out = append(out, st)
		}
	}
	return out
}

// Step returns the step of an instruction that hands text to a shell: the
// trigger itself for one of ONBUILD. An instruction that is none has a step
// without commands.
func (b *Build) Step(i *dockerfile.Instruction) Step {
	if k, ok := b.byInst()[i]; ok {
		return b.steps()[k]
	}
	return Step{Stage: i.Stage, Instruction: i, At: i}
}

func (b *Build) index() map[*dockerfile.Instruction]int {
	out := map[*dockerfile.Instruction]int{}
	for k, st := range b.steps() {
		out[st.Instruction] = k
	}
	return out
}

// Each calls visit with every instruction after the FROM of a stage. A trigger
// of ONBUILD is visited in the place of the ONBUILD that holds it, which is
// where a finding in it lies.
func Each(f *dockerfile.File, visit func(s *dockerfile.Stage, i, at *dockerfile.Instruction)) {
	for _, s := range f.Stages {
		for _, at := range s.Instructions {
			i := at
			if at.Trigger != nil {
				i = at.Trigger
			}
			visit(s, i, at)
		}
	}
}

// Reason is the sentence of a refusal, without the line that its finding names
// anyway.
func Reason(err error) string {
	var r *dockerfile.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}
