package multistage

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// readPackages says what becomes of the packages that a command installs.
func (c *conversion) readPackages(p *partition, st build.Step, call *build.PackageCall, gone map[string]bool) error {
	if !call.Installs() || gone[call.Virtual] && call.Virtual != "" {
		return nil
	}
	p.manager = call.Manager
	p.layered = p.layered || slices.ContainsFunc(call.Packages, func(name string) bool { return glibcOnMusl[build.PackageName(name)] })
	for _, name := range call.Packages {
		plain := build.PackageName(name)
		switch {
		case gone[plain], gone[name], buildVariables[strings.Trim(name, "${}")]:
			continue
		case strings.ContainsAny(name, "$`"):
			return stack.Refuse(stack.UnknownPackage, st.Instruction, "Name the packages", "line %d installs packages that a variable names (%s)", st.Instruction.Line, text.VisibleLine(name))
		}
		fate := stack.FateOf(c.app.Base, name)
		if c.called(plain) && len(fate.Run) == 0 {
			fate = stack.Fate{Run: []string{name}, Sure: true} // git, where the container calls it
		}
		if slices.Contains(c.stack.BuildPackages, plain) && !c.called(plain) {
			fate = stack.Fate{Sure: true}
		}
		if fate.Sure && !slices.Contains(fate.Run, name) {
			p.dropped = append(p.dropped, plain)
		}
		for _, run := range fate.Run {
			if slices.Contains(p.packages, run) {
				continue
			}
			p.packages = append(p.packages, run)
			if run == plain && c.recommends(call) {
				p.whole = append(p.whole, run)
			}
			if !fate.Sure {
				p.unsure = append(p.unsure, run)
			}
		}
	}
	return nil
}

// recommends reports whether apt also installs what the packages of a command recommend.
func (c *conversion) recommends(call *build.PackageCall) bool {
	if call.Manager.Name != "apt" || slices.ContainsFunc(call.Words, func(w dockerfile.Word) bool {
		return strings.Contains(w.Value, "nstall-recommends") || build.HoldsOptions(w)
	}) {
		return false
	}
	for _, i := range c.app.Stage.Instructions {
		if strings.Contains(i.Args.Raw, "Install-Recommends") {
			return false
		}
	}
	return true
}

// buildVariables are variables of images that name packages for building.
var buildVariables = map[string]bool{"PHPIZE_DEPS": true}

// glibcOnMusl are packages of Alpine that let binaries for glibc run.
var glibcOnMusl = text.WordSet("gcompat libc6-compat glibc glibc-bin")
