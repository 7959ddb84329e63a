package dockerfile

import (
	"path"
	"strings"
)

// state is what the instructions so far have set for those that follow. It is
// worked out once, when the file is read: each instruction keeps the state it
// runs in, and each stage the one it ends with.
type state struct {
	user, workdir, stopsignal Value
	shell                     *Instruction
}

// computeStates sets the state in which each of a stage's instructions runs.
func (s *Stage) computeStates(globals *scope) {
	cur := &state{} // the one that an instruction changes is another one: the others share it
	vars := newScope(globals.escape)
	if s.Parent != nil {
		cur = s.Parent.end
		vars.parent = s.Parent.vars
	}
	s.From.state = cur
	for _, i := range s.Instructions {
		i.state = cur
		if i.Trigger != nil {
			i.Trigger.state = cur
		}
		switch i.Keyword {
		case "USER":
			next := *cur
			next.user = newValue(s, i, i.Args.Raw, vars)
			cur = &next
		case "STOPSIGNAL":
			next := *cur
			next.stopsignal = newValue(s, i, i.Args.Raw, vars)
			cur = &next
		case "WORKDIR":
			v := newValue(s, i, i.Args.Raw, vars)
			v.Known = v.Known && (isAbsolute(v.Text) || cur.workdir.Known)
			v.Text = joinWorkdir(cur.workdir.Text, v.Text)
			next := *cur
			next.workdir = v
			cur = &next
		case "SHELL":
			next := *cur
			next.shell = i
			cur = &next
		case "ARG":
			for _, p := range i.Pairs {
				vars.arg(p, globals)
			}
		case "ENV":
			vars.env(i.Pairs)
		}
	}
	s.end, s.vars = cur, vars
}

// stateAt returns the state an instruction runs in; the end of the stage for
// nil.
func (s *Stage) stateAt(i *Instruction) *state {
	state := s.end
	if i != nil {
		state = i.state
	}
	if state == nil { // before the first stage
		return &nothingSet
	}
	return state
}

var nothingSet state

// joinWorkdir follows one WORKDIR by another.
func joinWorkdir(dir, next string) string {
	switch {
	case strings.HasPrefix(next, "/"):
		return path.Clean(next)
	case isAbsolute(next), len(dir)+len(next) > maxValue:
		return next
	}
	return path.Join(dir, next)
}

// isAbsolute also accepts the paths of Windows.
func isAbsolute(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`) || isDrivePath(p)
}
