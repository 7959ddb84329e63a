package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
)

// Holds tells whether a condition of the image table holds for the container. It is
// for those who judge what the decisions of this room led to.
func (s *Spec) Holds(c *image.Condition) Truth { return s.holds(c) }

// holds tells whether a condition under which something is known of an image
// holds for the container. Unknown is for what no file tells: every decision
// takes it for what lowers its level.
func (s *Spec) holds(c *image.Condition) Truth {
	if c == nil {
		return Yes
	}
	if c.Unknown != "" {
		return Unknown
	}
	out := Yes
	part := func(given bool, answer func() Truth) {
		if given && out != No {
			out = both(out, answer())
		}
	}
	part(len(c.Env) > 0, func() Truth { return anyOf(c.Env, s.envIs) })
	part(len(c.Word) > 0, func() Truth { return anyOf(c.Word, s.hasWord) })
	part(len(c.Program) > 0, func() Truth { return anyOf(c.Program, s.startsProgram) })
	part(len(c.Calls) > 0, func() Truth { return anyOf(c.Calls, s.calls) })
	part(len(c.Mount) > 0, func() Truth {
		return truth(slices.ContainsFunc(c.Mount, func(at string) bool { return s.mountedAs(at, c.As) }))
	})
	part(len(c.Replaced) > 0, func() Truth { return truth(slices.ContainsFunc(c.Replaced, s.replaces)) })
	part(c.User != "", func() Truth { return s.userIs(c.User) })
	part(c.Default, func() Truth { return truth(!s.replacesStart()) })
	part(c.LowPort, func() Truth { return s.lowPortIsClosed() })
	part(len(c.Any) > 0, func() Truth { return anyOf(c.Any, s.holds) })
	for _, inner := range c.All {
		part(true, func() Truth { return s.holds(inner) })
	}
	part(c.Not != nil, func() Truth { return not(s.holds(c.Not)) })
	return out
}

func truth(is bool) Truth {
	if is {
		return Yes
	}
	return No
}

func not(t Truth) Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unknown
}

// both is the answer to two conditions that must hold together.
func both(a, b Truth) Truth {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	}
	return Unknown
}

// anyOf is the answer to a list of which one has to hold.
func anyOf[T any](list []T, ask func(T) Truth) Truth {
	out := No
	for _, one := range list {
		switch ask(one) {
		case Yes:
			return Yes
		case Unknown:
			out = Unknown
		}
	}
	return out
}

// envIs answers NAME, which is set and not empty, and NAME=value. What the image
// sets by itself is in what is known of it, unless it is built here.
func (s *Spec) envIs(want string) Truth {
	name, value, valued := strings.Cut(want, "=")
	is := func(v Variable) Truth {
		switch {
		case !v.Known && valued:
			return Unknown
		case !v.Known:
			return Yes // it is set, to whatever it is
		case valued:
			return truth(image.Matches(strings.ToLower(value), strings.ToLower(v.Value)))
		}
		return truth(v.Value != "")
	}
	out, found := No, false
	for _, v := range s.Env {
		if image.Matches(name, v.Name) {
			found = true
			if t := is(v); t != No {
				out = t
			}
		}
	}
	switch {
	case found:
		return out
	case s.EnvFrom:
		return Unknown
	}
	if set := s.Image.Env(name); set.Known && set.Value != "" && !strings.Contains(name, "*") {
		return is(Variable{Name: name, Value: set.Value, Known: true})
	}
	return No
}

// words are those of the command line that the container is started with: of the
// file, else of the image. Those of shell text are among them.
func (s *Spec) words() []string {
	var out []string
	for _, r := range s.starts() {
		out = append(out, r.Words...)
		for _, c := range r.Commands {
			for _, w := range c.Words {
				out = append(out, w.Value)
			}
		}
	}
	return out
}

// hasWord answers whether a word is on the command line. A word that is only
// known when it is run may be any.
func (s *Spec) hasWord(pattern string) Truth {
	out := No
	for _, w := range s.words() {
		switch {
		case image.Matches(pattern, w):
			return Yes
		case strings.HasPrefix(w, "$"):
			out = Unknown
		}
	}
	for _, r := range s.starts() {
		if r.Unread {
			out = Unknown
		}
	}
	return out
}

// startsProgram answers whether the image's entry point is given a program to
// start: the first word, and none where the words begin with an option, which an
// entry point gives to its own program.
func (s *Spec) startsProgram(pattern string) Truth {
	if !s.replacesStart() {
		return Yes
	}
	words := s.Command
	if len(s.Entrypoint) > 0 {
		words = s.Entrypoint
	}
	if len(words) == 0 || strings.HasPrefix(words[0], "-") {
		return Yes
	}
	return truth(image.Matches(pattern, path.Base(words[0])))
}

// calls answers whether the container is made to run a program.
func (s *Spec) calls(program string) Truth {
	out := No
	for _, r := range s.runs() {
		for _, c := range r.Commands {
			if image.Matches(program, c.Program) {
				return Yes
			}
		}
		if r.Unread {
			out = Unknown
		}
	}
	return out
}

// unprepared is what a condition calls storage that does not start with the
// image's own directory: all but Docker's volumes, which are made as a copy of it.
const unprepared = "unprepared"

// mountedAs reports whether something of the kinds is mounted at a path, above or
// below it.
func (s *Spec) mountedAs(at string, kinds []string) bool {
	return slices.ContainsFunc(s.Mounts, func(m Mount) bool {
		if !within(m.Target, at) && !within(at, m.Target) {
			return false
		}
		return len(kinds) == 0 || slices.Contains(kinds, string(m.Kind)) ||
			slices.Contains(kinds, unprepared) && (m.Kind != MountVolume || s.Platform != Compose) && m.Kind != MountFiles
	})
}

func (s *Spec) userIs(who string) Truth {
	user, _ := s.StartsAs()
	switch {
	case user.IsRoot():
		return truth(who == "root")
	case notRoot(user):
		return truth(who == "other")
	}
	return Unknown
}

// lowPortIsClosed answers whether a port below 1024 that the container listens on
// takes a privilege which no setting of its own network can do without: in the
// network of the host, and where a pod's settings are another's.
func (s *Spec) lowPortIsClosed() Truth {
	switch {
	case s.Platform == Knative:
		return truth(len(s.LowPorts()) > 0)
	case !s.HostNetwork:
		return No
	case len(s.LowPorts()) > 0:
		return Yes
	case s.unknownPorts():
		return Unknown
	}
	return No
}
