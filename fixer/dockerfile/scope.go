package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// maxValue bounds an expanded value: ENV A=$A$A doubles with every line.
const maxValue = 8 << 10

// scope holds the variables that are set at a point of the file. What the base
// image itself sets is not known here, so a variable the file does not declare
// is unknown, not empty.
type scope struct {
	escape byte
	vars   map[string]variable
	parent *scope // of the stage named by FROM, never changed from here
}

type variable struct {
	value string
	known bool // false: declared, but its value cannot be known from the file
}

// lookup finds a variable here or in the stages before.
func (s *scope) lookup(name string) (variable, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.vars[name]; ok {
			return v, true
		}
	}
	return variable{}, false
}

// builtinArgs are the ARGs that BuildKit sets itself; a default for them in the
// file does not count.
var builtinArgs = map[string]bool{
	"BUILDPLATFORM": true, "BUILDOS": true, "BUILDOSVERSION": true, "BUILDARCH": true, "BUILDVARIANT": true,
	"TARGETPLATFORM": true, "TARGETOS": true, "TARGETOSVERSION": true, "TARGETARCH": true, "TARGETVARIANT": true,
	"TARGETSTAGE": true,
}

func newScope(escape byte) *scope { return &scope{escape: escape, vars: map[string]variable{}} }

// newGlobals are the ARGs before the first FROM with their defaults.
func (f *File) newGlobals() *scope {
	s := newScope(f.Escape)
	for _, i := range f.MetaArgs {
		for _, p := range i.Pairs {
			s.arg(p, nil)
		}
	}
	return s
}

// walk visits the instructions of the FROM chain in the order in which a build
// runs them, each with the variables that it reads.
func (s *Stage) walk(visit func(*Stage, *Instruction, *scope)) {
	vars := newScope(s.file.Escape)
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			visit(stage, i, vars)
			switch i.Keyword {
			case "ARG":
				for _, p := range i.Pairs {
					vars.arg(p, s.file.globals)
				}
			case "ENV":
				vars.env(i.Pairs)
			}
		}
	}
}

// arg declares one ARG. Without a default it takes that of the global ARG of
// the same name; without that either, nothing changes unless the build sets it.
func (s *scope) arg(p Pair, globals *scope) {
	if builtinArgs[p.Key] {
		s.vars[p.Key] = variable{}
		return
	}
	if p.HasValue {
		v, known := s.expand(p.Arg.Raw)
		s.vars[p.Key] = variable{v, known}
		return
	}
	if v, ok := globals.lookup(p.Key); ok {
		s.vars[p.Key] = v
	}
}

// env declares the pairs of one ENV. All of them read the variables as they
// were before the instruction.
func (s *scope) env(pairs []Pair) {
	values := make([]variable, len(pairs))
	for k, p := range pairs {
		v, known := s.expand(p.Arg.Raw)
		values[k] = variable{v, known}
	}
	for k, p := range pairs {
		s.vars[p.Key] = values[k]
	}
}

// expand replaces the variables of raw and takes quotes off. known is false,
// and the value empty, when a variable matters whose value the file does not
// set.
func (s *scope) expand(raw string) (value string, known bool) {
	if !strings.ContainsAny(raw, "$\"'") && strings.IndexByte(raw, s.escape) < 0 {
		return raw, true
	}
	for _, r := range references(raw, s.escape) {
		v, ok := s.lookup(r.name)
		if r.name == "" || ok && !v.known || !ok && !r.fallback {
			return "", false
		}
	}
	v, _, err := shell.NewLex(rune(s.escape)).ProcessWord(raw, s)
	if err != nil || len(v) > maxValue {
		return "", false
	}
	return v, true
}

// Get makes a scope readable for BuildKit's word reader.
func (s *scope) Get(name string) (string, bool) {
	v, ok := s.lookup(name)
	return v.value, ok && v.known
}

// Keys lists nothing: it only serves suggestions in error messages.
func (s *scope) Keys() []string { return nil }
