package compose

import (
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Project is the Compose files of a repository, by path.
type Project struct {
	files  map[string]*File
	views  func() map[string][]View // by file, worked out once
	given  map[string]map[string]Given
	values *sync.Map         // of [viewKey]: what a service comes to, where it was asked for
	onRead func(path string) // nil, or called with each file that a view depends on
	onAsk  func(file string) // nil, or called with each file whose views are asked for
}

// Traced returns the same project, which calls onAsk with every file whose views are
// asked for, and onRead with the path of every file that these depend on.
func (p *Project) Traced(onAsk, onRead func(path string)) *Project {
	return &Project{files: p.files, views: p.views, given: p.given, values: p.values, onRead: onRead, onAsk: onAsk}
}

// A Given is the value that an environment file gives a variable, where that is known.
type Given struct {
	Value string
	Place string // file:line
}

// NewProject returns the project of the given files, with what environment files give by
// directory and by name: nil for nothing. The maps are kept and must not change.
func NewProject(files map[string]*File, given map[string]map[string]Given) *Project {
	p := &Project{files: files, given: given, values: &sync.Map{}}
	p.views = sync.OnceValue(p.readViews)
	return p
}

// A View is a service with everything it is made of.
type View struct {
	*Service
	File string // path of the file that holds it
	Doc  *yamldoc.Doc

	// Bases are the services it extends, nearest first.
	Bases []Part

	// Overrides are services of the same name in the files that are read over its
	// own, the last one last: the override file that Compose reads by default
	// (compose.override.yaml) and, where an include lists them, the files after
	// the first.
	Overrides []Part

	// Partial says that what the service lacks says nothing: it has neither an
	// image nor a build, it completes a service of another file, or it extends
	// one that is not here.
	Partial bool

	// Completes says that Compose reads the service over that of another file by
	// itself, whose view has it among its overrides.
	Completes bool

	// Variant tells apart the views of one service that differ in what is read
	// over it; "" is the one that [Project.Views] returns.
	Variant string

	given      map[string]Given // by name, what environment files of its directory say
	parts      []Part           // what it is made of, the strongest first
	dependents []Dependent
	together   []member // the other files of its project
	under      string   // the file that its own one only completes, "" for none
	lacks      need     // what its file does not load without
}

// A Part is a service of a file that contributes to a view.
type Part struct {
	*Service
	File string
	Doc  *yamldoc.Doc
}

// Part returns the service itself, without what it is completed by.
func (v View) Part() Part { return Part{v.Service, v.File, v.Doc} }

// assembled returns the view with its parts in order.
func (v View) assembled() View {
	v.parts = make([]Part, 0, len(v.Overrides)+1+len(v.Bases))
	for _, o := range slices.Backward(v.Overrides) {
		v.parts = append(v.parts, o)
	}
	v.parts = append(append(v.parts, v.Part()), v.Bases...)
	for i, part := range v.parts {
		if tag(part.Node) == overrideTag { // it stands in place of all that is weaker
			v.parts = v.parts[:i+1]
			break
		}
	}
	return v
}

// Files returns the paths of the files a view is made of, its own first, with
// those of its project that may define what it names. That it completes a
// service of another file is not among what they decide: it follows from which
// files and services there are.
func (v View) Files() []string {
	out := []string{v.File}
	add := func(file string) {
		if !slices.Contains(out, file) {
			out = append(out, file)
		}
	}
	for _, part := range slices.Concat(v.Bases, v.Overrides) {
		add(part.File)
	}
	for _, m := range v.together {
		add(m.file)
	}
	return out
}

// CLI is how docker compose is called for the service from the root of the
// repository: with the directory or the file where Compose finds neither by itself,
// and with the file that its own one completes, without which it does not load.
func (v View) CLI() string {
	dir := path.Dir(v.File)
	switch found := v.Completes || slices.Contains(MainNames, path.Base(v.File)); {
	case found && dir == ".":
		return "docker compose"
	case found:
		return "docker compose --project-directory " + text.ShellWord(dir)
	}
	if v.under != "" {
		return "docker compose -f " + text.ShellWord(v.under) + " -f " + text.ShellWord(v.File)
	}
	return "docker compose -f " + text.ShellWord(v.File)
}

// Directory returns the project directory of the service, in which Compose looks for
// .env and from which relative paths lead. sure is false where other files use the
// service too, from a directory of their own, or its file is read after one from elsewhere.
func (v View) Directory() (dir string, sure bool) {
	dir = path.Dir(v.File)
	if v.under != "" {
		dir = path.Dir(v.under)
	}
	for _, d := range v.dependents {
		if path.Dir(d.File) != dir {
			return dir, false
		}
	}
	for _, m := range v.together {
		if path.Dir(m.file) != dir {
			return dir, false
		}
	}
	return dir, !v.lacks.elsewhere
}

// completed returns the Compose file that a file of another name completes: the one
// beside it that has all that it lacks, or that it is named after and has a service
// which the file itself gives neither an image nor a build.
func (p *Project) completed(file string, lacks need) string {
	if slices.Contains(MainNames, path.Base(file)) {
		return ""
	}
	if lacks.by != "" {
		return lacks.by
	}
	for _, s := range p.files[file].Services {
		if s.Image != "" || s.Build != nil || s.Extends != nil {
			continue
		}
		for _, main := range beside(file) {
			if f := p.files[main]; f != nil && f.Service(s.Name) != nil {
				return main
			}
		}
	}
	return ""
}

// Views returns the services of a file in its order. The slice is shared and
// must not change.
func (p *Project) Views(file string) []View {
	views := p.views()[file]
	if p.onAsk != nil {
		p.onAsk(file)
	}
	if p.onRead != nil {
		p.onRead(file)
		for _, v := range views {
			for _, f := range v.Files() {
				p.onRead(f)
			}
			if v.under != "" {
				p.onRead(v.under)
			}
			for _, f := range v.lacks.beside {
				p.onRead(f)
			}
			for _, d := range v.dependents {
				for _, f := range d.Files() {
					p.onRead(f)
				}
			}
		}
	}
	return views
}

func (p *Project) readViews() map[string][]View {
	out := make(map[string][]View, len(p.files))
	chained, includers := p.chained(), p.includers()
	together := make(map[string][]member, len(p.files))
	for file := range p.files {
		together[file] = p.together(file, includers[file])
	}
	needs := p.needs(together)
	for file, f := range p.files {
		lacks := needs[file]
		under := p.completed(file, lacks)
		for _, s := range f.Services {
			v := View{Service: s, File: file, Doc: f.Doc, Bases: p.bases(s, file), together: together[file], under: under, lacks: lacks}
			v.Overrides = append(p.overrides(s, file), p.includedOver(s, chained[file])...)
			v.Partial = s.Image == "" && s.Build == nil &&
				!slices.ContainsFunc(v.Bases, func(b Part) bool { return b.Image != "" || b.Build != nil })
			last := s
			if n := len(v.Bases); n > 0 {
				last = v.Bases[n-1].Service
			}
			directory, _ := v.Directory()
			v.given = p.given[directory]
			v.Completes = p.completes(file, s.Name)
			v.Partial = v.Partial || v.Completes || last.Extends != nil && last.Extends.Service != ""
			out[file] = append(out[file], v.assembled())
		}
	}
	p.overElsewhere(out)
	p.addDependents(out)
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
		out = append(out, Part{base, file, f.Doc})
		s = base
	}
	return out
}

// The names Compose looks for in a directory, and those of the override that
// it reads with either, the first that is there.
var (
	MainNames     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

func (p *Project) overrides(s *Service, file string) []Part {
	if !slices.Contains(MainNames, path.Base(file)) {
		return nil
	}
	for _, name := range overrideNames {
		at := path.Join(path.Dir(file), name)
		if f := p.files[at]; f != nil {
			if o := f.Service(s.Name); o != nil {
				return []Part{{o, at, f.Doc}}
			}
			return nil
		}
	}
	return nil
}

// completes reports whether the file is an override of a Compose file that has the
// service.
func (p *Project) completes(file, service string) bool {
	if !slices.Contains(overrideNames, path.Base(file)) {
		return false
	}
	for _, main := range MainNames {
		if f := p.files[path.Join(path.Dir(file), main)]; f != nil && f.Service(service) != nil {
			return true
		}
	}
	return false
}

// overElsewhere makes services partial that complete one of a directory above: a file
// that is called an override and has none to complete beside it is put beside that one
// before it is used, as the overrides that a project offers its users are.
func (p *Project) overElsewhere(views map[string][]View) {
	whole := places{byName: map[string][]Part{}, byPlace: map[[2]string][]Part{}}
	for _, file := range slices.Sorted(maps.Keys(views)) {
		for _, v := range views[file] {
			if !v.Partial && !IsOverride(file) {
				whole.add(v.Part())
			}
		}
	}
	for file, list := range views {
		for i := range list {
			if IsOverride(file) && !list[i].Partial && len(whole.above(list[i].Name, file)) > 0 {
				list[i].Partial = true
			}
		}
	}
}

// IsOverride reports whether a file of this name only completes others.
func IsOverride(file string) bool {
	return strings.Contains(path.Base(file), ".override.")
}
