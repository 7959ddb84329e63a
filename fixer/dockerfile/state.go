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
	vars                      *scope
}

// run brings a stage's instructions into the state they run in.
func (s *Stage) run(globals *scope) {
	cur := state{vars: &scope{escape: globals.escape, vars: map[string]variable{}}}
	if s.Parent != nil {
		cur = s.Parent.end
		cur.vars = &scope{escape: globals.escape, vars: map[string]variable{}, parent: s.Parent.end.vars}
	}
	for _, i := range s.Instructions {
		i.state = cur
		switch i.Keyword {
		case "USER":
			cur.user = newValue(s, i, i.Args.Raw, cur.vars)
		case "STOPSIGNAL":
			cur.stopsignal = newValue(s, i, i.Args.Raw, cur.vars)
		case "WORKDIR":
			v := newValue(s, i, i.Args.Raw, cur.vars)
			v.Known = v.Known && (absolute(v.Text) || cur.workdir.Known)
			v.Text = joinWorkdir(cur.workdir.Text, v.Text)
			cur.workdir = v
		case "SHELL":
			cur.shell = i
		case "ARG":
			for _, p := range i.Pairs {
				cur.vars.arg(p, globals)
			}
		case "ENV":
			cur.vars.env(i.Pairs)
		}
	}
	s.end = cur
}

// before returns the state an instruction of the stage runs in; the end of the
// stage for nil and for instructions of no stage.
func (s *Stage) before(i *Instruction) state {
	if i == nil || i.Stage == nil || i == i.Stage.From || i.OnBuild {
		return s.end
	}
	return i.state
}

// joinWorkdir follows one WORKDIR by another.
func joinWorkdir(dir, next string) string {
	switch {
	case strings.HasPrefix(next, "/"):
		return path.Clean(next)
	case absolute(next), len(dir)+len(next) > maxValue:
		return next
	}
	return path.Join(dir, next)
}

// absolute also knows the paths of Windows.
func absolute(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`) || drivePath(p)
}
