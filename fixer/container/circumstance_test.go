package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// make changes a spec so that a condition gets an answer, as far as its data let a
// file give that answer. Whether it does is for the caller to ask.
func (s *Spec) make(c *image.Condition, want Truth) {
	if c.Unknown != "" {
		return
	}
	parts := partsOf(c)
	switch want {
	case Yes:
		for _, part := range parts {
			part(s, Yes)
		}
	default: // one that is not so is enough, and the others must not stand in its way
		for i, part := range parts {
			if i == 0 {
				part(s, want)
			} else {
				part(s, Yes)
			}
		}
	}
}

// partsOf are the parts of a condition that must all hold, as what gives each an
// answer.
func partsOf(c *image.Condition) (out []func(*Spec, Truth)) {
	one := func(list []string, yes, unknown func(*Spec, string)) {
		if len(list) > 0 {
			out = append(out, func(s *Spec, want Truth) {
				switch want {
				case Yes:
					yes(s, list[0])
				case Unknown:
					unknown(s, list[0])
				}
			})
		}
	}
	one(c.Env, func(s *Spec, want string) {
		name, value, valued := strings.Cut(filled(want), "=")
		if !valued {
			value = "x"
		}
		s.Env = append(s.Env, Variable{Name: name, Value: value, Known: true})
	}, func(s *Spec, want string) {
		name, _, valued := strings.Cut(filled(want), "=")
		if s.EnvFrom = !valued; valued {
			s.Env = append(s.Env, Variable{Name: name})
		}
	})
	one(c.Word, func(s *Spec, word string) { s.Command = append(s.Command, filled(word)) },
		func(s *Spec, _ string) { s.Command = append(s.Command, "$(WORDS)") })
	one(c.Calls, func(s *Spec, program string) {
		s.Runs = append(s.Runs, NewRun(Run{What: "the readiness probe", Words: []string{filled(program)}}))
	}, func(s *Spec, _ string) { s.Runs = append(s.Runs, Run{What: "the readiness probe", Unread: true}) })
	if len(c.Program) > 0 {
		out = append(out, func(s *Spec, want Truth) {
			if want == No {
				s.Command = []string{"another-program"}
			}
		})
	}
	if len(c.Mount) > 0 {
		out = append(out, func(s *Spec, want Truth) {
			if kind := MountVolume; want == Yes {
				if len(c.As) > 0 {
					kind = MountKind(c.As[0])
				}
				if kind == unprepared {
					kind = MountScratch
				}
				s.Mounts = append(s.Mounts, Mount{Target: c.Mount[0], Kind: kind, Host: "/srv"})
			}
		})
	}
	if len(c.Replaced) > 0 {
		out = append(out, func(s *Spec, want Truth) {
			if want == Yes {
				s.Mounts = append(s.Mounts, Mount{Target: c.Replaced[0], Kind: MountHost, Host: "/srv"})
			}
		})
	}
	if c.User != "" {
		out = append(out, func(s *Spec, want Truth) {
			who := image.Identity{UID: 4711, KnownUID: true, Numeric: true}
			switch {
			case want == Unknown:
				who = image.Identity{}
			case (c.User == "root") == (want == Yes):
				who = image.Identity{KnownUID: true, Numeric: true}
			}
			s.User = User{Set: true, Certain: want != Unknown, Identity: who}
		})
	}
	if c.Default {
		out = append(out, func(s *Spec, want Truth) {
			if want == No {
				s.Command = []string{"another-program"}
			}
		})
	}
	if c.LowPort {
		out = append(out, func(s *Spec, want Truth) {
			if s.HostNetwork = want != No; want == Yes {
				s.Ports = []int{80}
			}
		})
	}
	for _, inner := range c.All {
		out = append(out, func(s *Spec, want Truth) { s.make(inner, want) })
	}
	if len(c.Any) > 0 {
		out = append(out, func(s *Spec, want Truth) {
			for i, inner := range c.Any {
				if want == No || i == 0 {
					s.make(inner, want)
				}
			}
		})
	}
	if c.Not != nil {
		out = append(out, func(s *Spec, want Truth) { s.make(c.Not, not(want)) })
	}
	return out
}

// filled puts a word where a pattern has any text.
func filled(pattern string) string { return strings.ReplaceAll(pattern, "*", "x") }

// A circumstance is a container of an image in which one of the conditions that
// the table knows of it has an answer.
type circumstance struct {
	*Spec
	answer Truth
}

// circumstances makes the containers of an image in which a condition holds, does
// not hold, and is not known, on each platform, as far as a file can tell. The
// other conditions are those that must hold besides.
func circumstances(p *Profile, c *image.Condition, others []*image.Condition, change func(*Spec)) (out []circumstance) {
	for _, platform := range []Platform{Compose, Kubernetes} {
		for _, want := range []Truth{Yes, No, Unknown} {
			s := &Spec{Platform: platform, Image: p}
			for _, other := range others {
				if other != c {
					s.make(other, Yes)
				}
			}
			s.make(c, want)
			if change != nil {
				change(s)
			}
			if s.holds(c) == want {
				out = append(out, circumstance{s, want})
			}
		}
	}
	return out
}

// own are the texts of a decision but for what the table says of the image in all
// circumstances.
func (d Decision) own(e *image.Entry) []string {
	texts := []string{d.Breaks, d.Advice}
	for _, one := range d.Evidence {
		always := slices.ContainsFunc(image.Fields(), func(f image.Field) bool { return one == fixer.ImageEvidence(e.Evidence(f)) })
		if !always {
			texts = append(texts, one.Text)
		}
	}
	return texts
}

// says reports whether a decision says a text of its own accord.
func (d Decision) says(text string, e *image.Entry) bool {
	return slices.ContainsFunc(d.own(e), func(own string) bool { return strings.Contains(own, text) })
}

// names reports whether a decision names a path of its own accord.
func (d Decision) names(at string, e *image.Entry) bool {
	return slices.ContainsFunc(d.own(e), func(text string) bool {
		i := strings.Index(text, at)
		return i >= 0 && !strings.HasPrefix(text[i+len(at):], "/")
	})
}
