package build

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/secret"
	"oakum/fixer/text"
)

// A SecretMount is the change that lets the steps of a Dockerfile take a secret
// from a mount in place of a build argument.
type SecretMount struct {
	Steps []*dockerfile.Instruction // that get the mount
	Named bool                      // the steps read it by name; otherwise they are those that most likely do

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
			return nil, fmt.Sprintf("line %d declares it before FROM, for every stage", i.Line)
		}
	}
	if why := envMounts(f); why != "" {
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
		return nil, "no stage declares it"
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
	reads := text.MustCompile(`\$\{?` + regexp.QuoteMeta(m.name) + `\b`)
	var named, likely, all []*dockerfile.Instruction
	for _, stage := range append([]*dockerfile.Stage{s}, StagesFrom(m.build.File, s)...) {
		for _, i := range stage.Instructions {
			if stage == s && i.Start <= arg.Start {
				continue
			}
			if i.Keyword == "ARG" || i.Keyword == "ENV" {
				if _, ok := i.Pair(m.name); ok {
					return fmt.Sprintf("line %d declares it again", i.Line)
				}
			}
			found := reads.Match(m.build.File.Source[i.Start:i.End])
			switch {
			case i.Keyword != "RUN" && found:
				return fmt.Sprintf("%s on line %d reads it, and only RUN can be given a secret", i.Keyword, i.Line)
			case slices.ContainsFunc(i.Flags, func(fl dockerfile.Flag) bool { return fl.Name == "mount" && strings.Contains(fl.Value, m.name) }):
				return fmt.Sprintf("line %d mounts something of that name already", i.Line)
			case found:
				named = append(named, i)
			case i.Keyword == "RUN":
				all = append(all, i)
				if m.readBy(i) {
					likely = append(likely, i)
				}
			}
		}
	}
	switch {
	case len(named) > 0:
		m.take(named)
	case len(likely) > 0:
		m.Named = false
		m.take(likely)
	case len(all) == 1: // if the argument is read at all, it is here
		m.Named = false
		m.take(all)
	default:
		return "no step behind it reads it by name, so that which one needs it is not known"
	}
	return ""
}

func (m *SecretMount) take(steps []*dockerfile.Instruction) {
	for _, i := range steps {
		if !slices.Contains(m.Steps, i) {
			m.Steps = append(m.Steps, i)
		}
	}
}

// readers are programs that read a token from the environment by way of
// settings that the Dockerfile does not show, with words of names for it.
var readers = map[string]map[string]bool{
	"npm": npmWords, "npx": npmWords, "yarn": npmWords, "pnpm": npmWords, "bun": npmWords,
	"pip": pipWords, "pip3": pipWords, "poetry": pipWords, "uv": pipWords, "pipenv": pipWords,
	"bundle": text.WordSet("BUNDLE GEM RUBYGEMS"), "composer": text.WordSet("COMPOSER"), "cargo": text.WordSet("CARGO"),
	"mvn": javaWords, "mvnw": javaWords, "gradle": javaWords, "gradlew": javaWords,
	"dotnet": text.WordSet("NUGET VSS AZURE"), "nuget": text.WordSet("NUGET VSS AZURE"),
}

var (
	npmWords  = text.WordSet("NPM NODE YARN PNPM NPMRC FONTAWESOME")
	pipWords  = text.WordSet("PIP PYPI POETRY UV")
	javaWords = text.WordSet("MAVEN MVN GRADLE NEXUS ARTIFACTORY")
)

func (m *SecretMount) readBy(i *dockerfile.Instruction) bool {
	words := secret.Words(m.name)
	return slices.ContainsFunc(m.build.Step(i).Commands, func(c Command) bool {
		return slices.ContainsFunc(words, func(w string) bool { return readers[c.Program][w] })
	})
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
	out := fmt.Sprintf("every build has to pass --secret id=%s in place of --build-arg %s, in CI too, or the step finds it empty; it needs BuildKit 0.16 or newer", m.name, m.name)
	if !m.Named {
		out += "; that the step reads it is a guess, since nothing names it"
	}
	for _, d := range m.drops {
		if d.pair.Value != "" {
			out += "; the default in the file is gone and has to be replaced where it is valid"
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

var frontend = text.Regexp(`^(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::([^@]*))?(?:@.*)?$`)

// envMounts says why the frontend that reads the file may not take a secret as
// a variable, which came with version 1.10, or gives "". A version of one
// number is the newest of its kind; without a directive the engine's own counts.
func envMounts(f *dockerfile.File) string {
	d, ok := f.Directive("syntax")
	if !ok {
		return ""
	}
	at := frontend().FindStringSubmatch(d.Value)
	if at == nil {
		return fmt.Sprintf("line %d names the frontend %s, of which it is not known what it takes", d.Line, d.Value)
	}
	version, _, _ := strings.Cut(at[1], "-")
	parts := strings.Split(version, ".")
	if version == "" || version == "latest" || version == "labs" || version == "1" {
		return ""
	}
	if major, err := strconv.Atoi(parts[0]); err == nil && len(parts) > 1 {
		if minor, err := strconv.Atoi(parts[1]); err == nil && (major > 1 || minor >= 10) {
			return ""
		}
	}
	return fmt.Sprintf("line %d names the frontend %s, and secrets as variables came with 1.10", d.Line, d.Value)
}
