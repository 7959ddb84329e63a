package compose

import (
	"cmp"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// ImageName returns the image that the service runs, with variables filled in by the
// environment file beside it and by their defaults; certain is false when a variable decides
// it.
func (v View) ImageName() (ref string, certain bool) {
	if s := v.Setting("image"); s.Node != nil {
		return v.Fill(s.Node.Text())
	}
	return "", true
}

// Fill is [Expand] with the values that the environment file of the service's directory gives,
// as far as they are known: those of images and Dockerfiles.
func (v View) Fill(s string) (value string, certain bool) {
	if len(v.given) == 0 || !strings.Contains(s, "$") {
		return Expand(s)
	}
	return expand(s, v.lookup(maxNesting), 0)
}

func (v View) lookup(depth int) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		found, ok := v.given[name]
		if !ok || depth == 0 {
			return "", false
		}
		if !strings.Contains(found.Value, "$") {
			return found.Value, true
		}
		value, _ := expand(found.Value, v.lookup(depth-1), 0)
		return value, true
	}
}

// Given returns what the environment file of the service's directory gives the first variable
// of a text that it knows.
func (v View) Given(s string) (name string, found Given, ok bool) {
	for _, name := range Variables(s) {
		if found, ok := v.given[name]; ok {
			return name, found, true
		}
	}
	return "", Given{}, false
}

// A DockerfileRef is where the Dockerfile of a service is.
type DockerfileRef struct {
	Path    string // relative to the root of the repository
	Context string // the build context, likewise
	Target  string // the stage, "" for the last
	Certain bool   // no variable decides it
}

// Dockerfile returns where the Dockerfile that builds the service is: what the
// service says, completed by what it extends and replaced by its overrides,
// field by field. ok is false when it is not built here, or from elsewhere.
func (v View) Dockerfile() (ref DockerfileRef, ok bool) {
	ref.Certain = true
	var context, name string
	at := v.File
	inline := false
	for _, p := range v.parts {
		if b := p.Build; b != nil {
			ok = true
			inline = inline || b.Inline
			if b.Context != "" && context == "" {
				context, at = b.Context, p.File
			}
			name, ref.Target = cmp.Or(name, b.Dockerfile), cmp.Or(ref.Target, b.Target)
		}
		if p.replaces("build") {
			break
		}
	}
	if !ok || inline {
		return DockerfileRef{}, false
	}
	for _, field := range []*string{&context, &name, &ref.Target} {
		value, certain := v.Fill(*field)
		*field, ref.Certain = value, ref.Certain && certain
	}
	if context == "" {
		context = "."
	}
	if name == "" {
		name = "Dockerfile"
	}
	if strings.Contains(context, "://") || strings.HasPrefix(context, "git@") || path.IsAbs(context) || path.IsAbs(name) {
		return DockerfileRef{}, false
	}
	ref.Context = path.Join(path.Dir(at), context)
	ref.Path = path.Join(ref.Context, name)
	return ref, true
}

// IsBuilt reports whether the service is built, from wherever.
func (v View) IsBuilt() bool {
	for _, p := range v.parts {
		if p.Build != nil {
			return true
		}
		if p.replaces("build") {
			break
		}
	}
	return false
}

// InlineDockerfile returns the text of the Dockerfile that stands in the entry
// itself, under build.dockerfile_inline; nil without one.
func (s *Service) InlineDockerfile() *yamldoc.Node {
	n := s.Node.Get("build").Get("dockerfile_inline").Resolve()
	if n.Text() == "" {
		return nil
	}
	return n
}

// InlineDockerfile returns the Dockerfile that builds the service where it stands
// in a Compose file, with that file and the stage; nil where a file or nothing
// builds it.
func (v View) InlineDockerfile() (text *yamldoc.Node, file, target string) {
	for _, p := range v.parts {
		if text == nil && p.InlineDockerfile() != nil {
			text, file = p.InlineDockerfile(), p.File
		}
		if p.Build != nil {
			target = cmp.Or(target, p.Build.Target)
		}
		if p.replaces("build") {
			break
		}
	}
	target, _ = v.Fill(target)
	return text, file, target
}
