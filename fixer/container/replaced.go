package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// replaces reports whether something else stands in place of a file of the image: a mount,
// or what a Dockerfile here copies there.
func (s *Spec) replaces(at string) bool { return s.Mounted(at) || s.Image.copiesTo(at) }

// copiesTo reports whether a build that the image is made by copies to a path.
func (p *Profile) copiesTo(at string) bool {
	for _, b := range p.builds {
		for _, stage := range b.Stage.Chain() {
			if slices.ContainsFunc(stage.Instructions, func(i *dockerfile.Instruction) bool { return copies(stage, i, at) }) {
				return true
			}
		}
	}
	return false
}

// copies reports whether an instruction copies to a path: to it, to its directory under its
// name, or a directory of other files above it.
func copies(stage *dockerfile.Stage, i *dockerfile.Instruction, at string) bool {
	if i.Keyword != "COPY" && i.Keyword != "ADD" || len(i.Words) < 2 {
		return false
	}
	to := i.Words[len(i.Words)-1].Value
	if !path.IsAbs(to) {
		to = path.Join(stage.WorkdirAt(i).Text, to)
	}
	to = path.Clean(to)
	for _, w := range i.Words[:len(i.Words)-1] {
		name := path.Base(strings.TrimSuffix(w.Value, "/"))
		switch {
		case to == at, path.Join(to, name) == at:
			return true
		case within(to, at) && to != "/" && (strings.HasSuffix(w.Value, "/") || path.Ext(name) == "" || name == "." || strings.Contains(name, "*")):
			return true
		}
	}
	return false
}
