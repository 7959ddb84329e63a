package compose

import (
	"errors"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A File is one Compose file.
type File struct {
	YAML     *yamldoc.File
	Doc      *yamldoc.Doc // the document that holds the services
	Services []*Service   // in the order of the file
	Includes []string     // paths the file includes, as written

	chains [][]string // of these, lists of several, which are read one over the other
}

// A Service is one entry under services, as this file alone says it.
type Service struct {
	Name    string
	Node    *yamldoc.Node // its mapping; nil when the entry is empty
	Key     *yamldoc.Node // its name in the file
	Path    yamldoc.Path
	Image   string // as written, "" without one
	Build   *Build
	Extends *Extends
}

// Build says which Dockerfile builds a service's image, as far as this entry
// says it: what is "" may come from the service that is extended or overridden.
type Build struct {
	Context    string
	Dockerfile string // relative to the context
	Target     string
	Inline     bool // dockerfile_inline
}

// Extends names the service that another one starts from.
type Extends struct {
	File    string // as written; "" for the same file
	Service string
}

// Parse reads the services of a Compose file. A file without a services
// section is legal when it includes others; one that has none of the keys of
// a Compose file is refused.
func Parse(y *yamldoc.File) (*File, error) {
	f := &File{YAML: y}
	for _, doc := range y.Docs {
		if doc.Root != nil && doc.Root.Resolve().Kind == yamldoc.Mapping {
			f.Doc = doc
			break
		}
	}
	if f.Doc == nil {
		return nil, errors.New("the top level is not a mapping")
	}
	services := f.Doc.Root.Get("services").Resolve()
	if services == nil && !f.hasComposeKeys() {
		return nil, errors.New("no services section: not a Compose file, or the old version 1 format")
	}
	if services != nil && services.Kind == yamldoc.Mapping {
		for _, e := range services.Entries() {
			if name := e.Key.Text(); name != "<<" && name != "" && !strings.HasPrefix(name, "x-") && tag(e.Value) != resetTag {
				f.Services = append(f.Services, newService(name, e))
			}
		}
	}
	if inc := f.Doc.Root.Get("include").Resolve(); inc != nil {
		for _, item := range inc.Items() {
			paths := includePaths(item)
			f.Includes = append(f.Includes, paths...)
			if len(paths) > 1 {
				f.chains = append(f.chains, paths)
			}
		}
	}
	return f, nil
}

func (f *File) hasComposeKeys() bool {
	for _, k := range []string{"include", "networks", "volumes", "secrets", "configs", "name", "version"} {
		if f.Doc.Root.Get(k) != nil {
			return true
		}
	}
	return false
}

// includePaths reads both forms of an include: a path, or a mapping whose
// path is one path or a list of them.
func includePaths(n *yamldoc.Node) []string {
	if s := n.Text(); s != "" {
		return []string{s}
	}
	p := n.Get("path")
	if s := p.Text(); s != "" {
		return []string{s}
	}
	var out []string
	for _, item := range p.List() {
		out = append(out, item.Text())
	}
	return out
}

func newService(name string, e yamldoc.Entry) *Service {
	s := &Service{Name: name, Key: e.Key, Path: yamldoc.P("services", name)}
	if v := e.Value.Resolve(); v != nil && v.Kind == yamldoc.Mapping {
		s.Node = e.Value
	}
	get := func(key string) *yamldoc.Node {
		n := s.Node.Get(key)
		if !n.Null() && tag(n) == resetTag {
			return nil
		}
		return n
	}
	s.Image = get("image").Text()
	s.Build = newBuild(get("build"))
	if x := get("extends"); x != nil {
		if base := x.Text(); base != "" {
			s.Extends = &Extends{Service: base}
		} else {
			s.Extends = &Extends{File: x.Get("file").Text(), Service: x.Get("service").Text()}
		}
	}
	return s
}

func newBuild(n *yamldoc.Node) *Build {
	if n.Null() {
		return nil
	}
	if ctx := n.Text(); ctx != "" {
		return &Build{Context: ctx}
	}
	return &Build{
		Context: n.Get("context").Text(), Dockerfile: n.Get("dockerfile").Text(), Target: n.Get("target").Text(),
		Inline: !n.Get("dockerfile_inline").Null(),
	}
}

// Service returns the service of that name, or nil.
func (f *File) Service(name string) *Service {
	for _, s := range f.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}
