package build

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A SecretMount is the change that lets the steps of a Dockerfile take a secret
// from a mount in place of a build argument. A build argument is in the
// environment of every step behind it, whether its text names it or not, so each
// step gets the mount that names it or may read its environment.
type SecretMount struct {
	Steps []*dockerfile.Instruction // that get the mount
	Named bool                      // all of them read it by name; else some only may

	build *Build
	name  string
	drops []drop
}

type drop struct {
	arg  *dockerfile.Instruction
	pair dockerfile.Pair
}

// MountSecret plans the change for every ARG of a name, one in any stage. The
// reason says why the argument cannot become a mount; it is "" when it can.
func (b *Build) MountSecret(name string) (*SecretMount, string) {
	f := b.File
	m := &SecretMount{build: b, name: name, Named: true}
	for _, i := range f.MetaArgs {
		if _, ok := i.Pair(name); ok {
			return nil, fmt.Sprintf("line %d declares the variable before FROM, for every stage", i.Line)
		}
	}
	if why := FrontendBefore(f, 10, "secrets as variables need"); why != "" {
		return nil, why
	}
	for _, s := range f.Stages {
		for _, i := range s.Instructions {
			if i.Keyword != "ARG" {
				continue
			}
			if pair, ok := i.Pair(name); ok {
				if why := m.add(s, i, pair); why != "" {
					return nil, why
				}
			}
		}
	}
	if len(m.drops) == 0 {
		return nil, "no stage declares the variable"
	}
	if _, err := m.Edits(); err != nil {
		return nil, Reason(err)
	}
	return m, ""
}

// add finds the steps of a stage, and of those that start from it, that the
// argument reaches.
func (m *SecretMount) add(s *dockerfile.Stage, arg *dockerfile.Instruction, pair dockerfile.Pair) string {
	m.drops = append(m.drops, drop{arg, pair})
	reads := regexp.MustCompile(`\$\{?[#!]?` + regexp.QuoteMeta(m.name) + `\b`)
	any := false
	for _, stage := range append([]*dockerfile.Stage{s}, StagesFrom(m.build.File, s)...) {
		for _, i := range stage.Instructions {
			if stage == s && i.Start <= arg.Start {
				continue
			}
			if i.Keyword == "ARG" || i.Keyword == "ENV" {
				if _, ok := i.Pair(m.name); ok {
					return fmt.Sprintf("line %d declares the variable again", i.Line)
				}
			}
			switch {
			case i.Keyword != "RUN" && reads.Match(m.build.File.Source[i.Start:i.End]):
				return fmt.Sprintf("%s on line %d reads the variable, and only RUN can mount a secret", i.Keyword, i.Line)
			case slices.ContainsFunc(i.Flags, func(fl dockerfile.Flag) bool { return fl.Name == "mount" && strings.Contains(fl.Value, m.name) }):
				return fmt.Sprintf("line %d already has a mount of that name", i.Line)
			case i.Keyword != "RUN":
				continue
			}
			switch st := m.build.Step(i); {
			case st.Expands(m.name):
				any = true
				m.take(i)
			case st.ReadsEnvironment():
				any, m.Named = true, false
				m.take(i)
			}
		}
	}
	if !any {
		return "no later RUN reads the variable"
	}
	return ""
}

func (m *SecretMount) take(step *dockerfile.Instruction) {
	if !slices.Contains(m.Steps, step) {
		m.Steps = append(m.Steps, step)
	}
}

// Edits takes the argument out and adds the mount to the steps.
func (m *SecretMount) Edits() ([]text.Edit, error) {
	var edits []text.Edit
	for _, d := range m.drops {
		e, err := m.build.File.DeletePair(d.arg, d.pair)
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	for _, i := range m.Steps {
		e, err := m.build.File.AddFlag(i, fmt.Sprintf("--mount=type=secret,id=%s,env=%s", m.name, m.name))
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	return edits, nil
}

// Breaks says what can stop working.
func (m *SecretMount) Breaks() string {
	out := fmt.Sprintf("Builds that do not pass --secret id=%s in place of --build-arg %s, in CI too: the variable is empty there. BuildKit 0.16 or newer is required", m.name, m.name)
	if !m.Named {
		out += ". Steps that do not name the variable get the mount, too, because a command in them may read the environment"
	}
	for _, d := range m.drops {
		if d.pair.Value != "" {
			out += ". The default in the file is removed and must be rotated"
			break
		}
	}
	return out
}

// Lines are where the steps stand, in words.
func (m *SecretMount) Lines() string {
	var lines []string
	for _, i := range m.Steps {
		lines = append(lines, strconv.Itoa(i.Line))
	}
	if len(lines) == 1 {
		return "line " + lines[0]
	}
	return "lines " + strings.Join(lines, ", ")
}
