package dockerfile

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// children are the stages that start right from this one and do not say whom
// their steps run as: a USER here would be theirs as well.
func (s *imageCheck) children() []*dockerfile.Stage {
	var out []*dockerfile.Stage
	for _, o := range s.file.Stages {
		if o.Parent == s.stage && !beginsWithUser(o) {
			out = append(out, o)
		}
	}
	return out
}

// beginsWithUser reports whether a stage says whom it runs as before its first
// step.
func beginsWithUser(s *dockerfile.Stage) bool {
	for _, i := range s.Instructions {
		switch {
		case i.Keyword == "USER":
			return true
		case needsRootToBuild(i):
			return false
		}
	}
	return false
}

// startsFromTarget reports whether the stage starts from one that is run as well.
func (s *imageCheck) startsFromTarget() bool {
	return slices.ContainsFunc(build.Targets(s.pass), func(t *dockerfile.Stage) bool { return t != s.stage && build.InChain(s.stage, t) })
}

// derivedNeeds says which Dockerfile starts from the image of this stage and
// would be another user's for it, or "". Stages of this file are kept as they
// are by [keepChildren].
func (s *imageCheck) derivedNeeds() string {
	if children := s.children(); len(children) > 0 && !s.runsAsRootHere() {
		return fmt.Sprintf("Set USER in a separate final stage that Compose builds: %s starts from this stage, and its steps may need root", stagePath(children[0]))
	}
	for _, d := range s.pass.Topology().Derived(s.pass.File.Path) {
		if d.Of.Stage.Index == s.stage.Index && !beginsWithUser(d.Stage) {
			return fmt.Sprintf("Write USER root at the start of %s and its own USER at the end, then add USER here. That file starts from this image and inherits the user", d.Path)
		}
	}
	return ""
}

// keepChildren makes stages that start from one that gets a USER begin as root.
func keepChildren(f *dockerfile.File, children []*dockerfile.Stage) ([]text.Edit, error) {
	var edits []text.Edit
	for _, o := range children {
		e, err := f.InsertAfter(o.From, matchCase(f, "USER")+" 0")
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	return edits, nil
}
