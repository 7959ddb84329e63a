package compose

import (
	"path"
	"slices"
	"strings"
	"sync"

	"oakum/fixer/yamldoc"
)

// A Project is the Compose files of a repository, by path.
type Project struct {
	files  map[string]*File
	views  func() map[string][]View // by file, worked out once
	onRead func(path string)        // nil, or called with each file that a view depends on
}

// Traced returns the same project, which calls onRead with the path of every file
// that a view depends on.
func (p *Project) Traced(onRead func(path string)) *Project {
	return &Project{files: p.files, views: p.views, onRead: onRead}
}

// NewProject returns the project of the given files. The map is kept and must not change.
func NewProject(files map[string]*File) *Project {
	p := &Project{files: files}
	p.views = sync.OnceValue(func() map[string][]View {
		out := make(map[string][]View, len(files))
		for file := range files {
			out[file] = p.readViews(file)
		}
		return out
	})
	return p
}

// A View is a service with everything it is made of.
type View struct {
	*Service
	File string // path of the file that holds it
	Doc  *yamldoc.Doc

	// Bases are the services it extends, nearest first.
	Bases []Part

	// Overrides are services of the same name in the override files that
	// Compose reads by default (compose.override.yaml).
	Overrides []Part

	// Partial says that what the service lacks says nothing: it has neither an
	// image nor a build, it completes a service of another file, or it extends
	// one that is not here.
	Partial bool
}

// rootBase returns the end of the chain of services it extends.
func (v View) rootBase() *Service {
	if n := len(v.Bases); n > 0 {
		return v.Bases[n-1].Service
	}
	return v.Service
}

// completes reports whether the file is an override of a Compose file that has the
// service.
func (p *Project) completes(file, service string) bool {
	if !slices.Contains(overrideNames, path.Base(file)) {
		return false
	}
	for _, main := range mainNames {
		if f := p.files[path.Join(path.Dir(file), main)]; f != nil && f.Service(service) != nil {
			return true
		}
	}
	return false
}

// A Part is a service of a file that contributes to a view.
type Part struct {
	*Service
	File string
}

// Files returns the paths of the files a view is made of, its own first. That
// it completes a service of another file is not among what they decide: it
// follows from which files and services there are.
func (v View) Files() []string {
	out := []string{v.File}
	for _, parts := range [][]Part{v.Bases, v.Overrides} {
		for _, part := range parts {
			if !slices.Contains(out, part.File) {
				out = append(out, part.File)
			}
		}
	}
	return out
}

// Views returns the services of a file in its order. The slice is shared and
// must not change.
func (p *Project) Views(file string) []View {
	views := p.views()[file]
	if p.onRead != nil {
		p.onRead(file)
		for _, v := range views {
			for _, f := range v.Files() {
				p.onRead(f)
			}
		}
	}
	return views
}

func (p *Project) readViews(file string) []View {
	f := p.files[file]
	if f == nil {
		return nil
	}
	var out []View
	for _, s := range f.Services {
		v := View{Service: s, File: file, Doc: f.Doc, Bases: p.bases(s, file)}
		v.Overrides = p.overrides(s, file)
		v.Partial = s.Image == "" && s.Build == nil &&
			!slices.ContainsFunc(v.Bases, func(b Part) bool { return b.Image != "" || b.Build != nil })
		if last := v.rootBase(); last.Extends != nil && last.Extends.Service != "" || p.completes(file, s.Name) {
			v.Partial = true
		}
		out = append(out, v)
	}
	return out
}

// maxExtends bounds chains of extends; Compose refuses circles, and so do we.
const maxExtends = 16

func (p *Project) bases(s *Service, file string) []Part {
	var out []Part
	for range maxExtends {
		if s.Extends == nil || s.Extends.Service == "" {
			break
		}
		if s.Extends.File != "" {
			file = path.Join(path.Dir(file), s.Extends.File)
		}
		f := p.files[file]
		if f == nil {
			break
		}
		base := f.Service(s.Extends.Service)
		if base == nil || slices.ContainsFunc(out, func(o Part) bool { return o.Service == base }) {
			break
		}
		out = append(out, Part{base, file})
		s = base
	}
	return out
}

// The names Compose looks for in a directory, and those of the override that
// it reads with either, the first that is there.
var (
	mainNames     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

func (p *Project) overrides(s *Service, file string) []Part {
	if !slices.Contains(mainNames, path.Base(file)) {
		return nil
	}
	for _, name := range overrideNames {
		at := path.Join(path.Dir(file), name)
		if f := p.files[at]; f != nil {
			if o := f.Service(s.Name); o != nil {
				return []Part{{o, at}}
			}
			return nil
		}
	}
	return nil
}

// IsOverride reports whether a file of this name only completes others.
func IsOverride(file string) bool {
	return strings.Contains(path.Base(file), ".override.")
}

// A Setting is the value of one key of a service and where it is written.
type Setting struct {
	Node *yamldoc.Node // nil when nothing sets it
	File string
	Own  bool // written in the service's own mapping, not merged, extended or overridden
}

// Setting returns what holds for a key that has one value: the override's,
// else the service's own or merged one, else the nearest base's. The tag !reset
// takes away what comes after it.
func (v View) Setting(key string) Setting {
	for _, o := range slices.Backward(v.Overrides) {
		if n := o.Node.Get(key); !n.Null() {
			return Setting{Node: n, File: o.File}.unlessReset()
		}
	}
	if n := v.Node.Get(key); !n.Null() {
		return Setting{Node: n, File: v.File, Own: v.Node.Own(key) != nil}.unlessReset()
	}
	for _, b := range v.Bases {
		if n := b.Node.Get(key); !n.Null() {
			return Setting{Node: n, File: b.File}.unlessReset()
		}
	}
	return Setting{}
}

// Compose's own tags: the value takes away, or stands instead of, what an
// extended service or the file before gave.
const (
	resetTag    = "!reset"
	overrideTag = "!override"
)

func (s Setting) unlessReset() Setting {
	if s.Node.Resolve().Tag == resetTag {
		return Setting{}
	}
	return s
}

// List returns the entries that hold for a key that has a list: those of the
// bases, the service and the overrides together, because Compose appends them
// where no tag says otherwise.
func (v View) List(key string) []Setting {
	var out []Setting
	add := func(n *yamldoc.Node, file string, own bool) {
		if n.Null() {
			return
		}
		tag := n.Resolve().Tag
		if tag == resetTag || tag == overrideTag {
			out = nil
		}
		if tag == resetTag {
			return
		}
		for _, item := range n.List() {
			out = append(out, Setting{Node: item, File: file, Own: own})
		}
	}
	for _, b := range slices.Backward(v.Bases) {
		add(b.Node.Get(key), b.File, false)
	}
	add(v.Node.Get(key), v.File, v.Node.Own(key) != nil)
	for _, o := range v.Overrides {
		add(o.Node.Get(key), o.File, false)
	}
	return out
}

// ImageName returns the image that the service runs, with defaults of
// variables filled in; certain is false when a variable decides it.
func (v View) ImageName() (ref string, certain bool) {
	if s := v.Setting("image"); s.Node != nil {
		return Expand(s.Node.Text())
	}
	return "", true
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
	add := func(b *Build, file string, replace bool) {
		if b == nil {
			return
		}
		ok = true
		inline = inline || b.Inline
		if b.Context != "" && (context == "" || replace) {
			context, at = b.Context, file
		}
		if b.Dockerfile != "" && (name == "" || replace) {
			name = b.Dockerfile
		}
		if b.Target != "" && (ref.Target == "" || replace) {
			ref.Target = b.Target
		}
	}
	add(v.Build, v.File, false)
	for _, b := range v.Bases {
		add(b.Build, b.File, false)
	}
	for _, o := range v.Overrides {
		add(o.Build, o.File, true)
	}
	if !ok || inline {
		return DockerfileRef{}, false
	}
	for _, field := range []*string{&context, &name, &ref.Target} {
		value, certain := Expand(*field)
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
