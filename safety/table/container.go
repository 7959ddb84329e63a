package table

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A subject is something that runs: a container of a pod, a Compose service, or
// the image that a Dockerfile builds.
type subject struct {
	file, place string // as the findings of oakum's rules name them
	line        int
	spec        *container.Spec
	told        bool // the file itself says whom it runs as
	dropsAll    bool
}

// subjects are those of a snapshot, by file.
func subjects(snap *fixer.Snapshot) []subject {
	var out []subject
	facts := &fixer.Facts{}
	for f := range snap.Files() {
		if f.Skip != nil || f.Context {
			continue
		}
		rule := &fixer.Rule{Name: "safety/table", Kind: f.Kind, AsWritten: true, Check: func(p *fixer.Pass) { out = append(out, collect(p, f)...) }}
		_, _, _ = fixer.NewInspection(snap, f, facts).Run(rule) // what cannot be read breaks for reasons of its own
	}
	return out
}

func collect(p *fixer.Pass, f *fixer.File) []subject {
	switch f.Kind {
	case fixer.Kubernetes:
		return pods(p, f)
	case fixer.Compose:
		return services(p, f)
	case fixer.Dockerfile:
		return images(p, f)
	}
	return nil
}

func pods(p *fixer.Pass, f *fixer.File) []subject {
	var out []subject
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil || w.Partial || w.Windows() != "" {
			continue
		}
		for _, c := range w.Containers() {
			s := container.FromContainer(p, c)
			out = append(out, subject{
				file: f.Path, place: c.FindingPath(), line: c.Node.Line, spec: s, told: s.User.Set || s.NonRoot.Yes(),
				dropsAll: slices.Contains(c.DroppedCapabilities(), "ALL"),
			})
		}
	}
	return out
}

func services(p *fixer.Pass, f *fixer.File) []subject {
	var out []subject
	for _, v := range p.Topology().Compose().Views(f.Path) {
		if v.Partial || v.Completes {
			continue
		}
		s := container.FromService(p, v)
		drops := slices.ContainsFunc(v.List("cap_drop"), func(item compose.Setting) bool {
			name, _ := compose.Expand(item.Node.Text())
			return strings.TrimPrefix(strings.ToUpper(name), "CAP_") == "ALL"
		})
		out = append(out, subject{file: f.Path, place: "services." + v.Name, line: v.Key.Line, spec: s, told: s.User.Set, dropsAll: drops})
	}
	return out
}

// images looks at the last stage of a Dockerfile, which is what a build without
// --target makes.
func images(p *fixer.Pass, f *fixer.File) []subject {
	stages := f.Dockerfile.Stages
	if len(stages) == 0 {
		return nil
	}
	last := stages[len(stages)-1]
	profile := container.OfStage(p, f.Path, f.Dockerfile, last)
	user := last.User()
	line := last.From.Line
	if user.At != nil {
		line = user.At.Line
	}
	return []subject{{
		file: f.Path, place: stageName(last), line: line, told: user.At != nil && user.Known,
		spec: &container.Spec{Platform: container.Compose, Image: profile, Kind: fixer.FromDockerfile, Place: f.Path},
	}}
}

// program is what the table knows of the program that a container starts, where
// it is certain that it starts that one: neither the file nor a Dockerfile names
// another.
func (s subject) program() *image.Entry {
	e := s.spec.Image.Program()
	if e == nil || len(s.spec.Entrypoint) > 0 {
		return nil
	}
	words := s.spec.Command
	if len(words) == 0 && s.spec.Image.BuiltHere() {
		if cmd := s.spec.Image.Build.Stage.Cmd(); cmd.At != nil {
			words = s.spec.Image.Cmd().Value
			if len(words) == 0 {
				return nil
			}
		}
	}
	if len(words) == 0 || strings.HasPrefix(words[0], "-") {
		return e
	}
	name := words[0][strings.LastIndexByte(words[0], '/')+1:]
	if strings.HasPrefix(name, e.ID) || e.Service != nil && e.Service.Name != "" && strings.HasPrefix(name, e.Service.Name) {
		return e
	}
	return nil
}

// stageName names a stage as the findings of rules do.
func stageName(s *dockerfile.Stage) string {
	if s.Name != "" {
		return "stage " + s.Name
	}
	return s.Label()
}
