package build

import (
	"errors"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// Each calls visit with every instruction behind the FROM of a stage. A trigger
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

// Shells are the shells of the Bourne family.
var Shells = text.WordSet("sh bash ash dash ksh zsh")
