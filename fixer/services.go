package fixer

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Service is what belongs together because it is built and run as one: the
// Dockerfiles of an image, and the Compose services and workloads that run it. A
// Compose service or workload of which nothing more is known is a service alone.
type Service struct {
	Name  string         // unique among the services of a snapshot
	Parts []ServicePlace // sorted by file and path
}

// A ServicePlace is a part of a service: a whole Dockerfile, a Compose service or
// a workload.
type ServicePlace struct {
	File string
	Path string // "services.web" or "Deployment/web"; "" for the whole file
	name string // by which a person would call it, "" for a Dockerfile
	kind Kind
}

// Services are the services of a snapshot, sorted by name.
type Services struct {
	All    []*Service
	byPart map[Key]*Service // with no rule
}

// Of returns the service that a finding belongs to, nil for one that belongs to none.
func (s *Services) Of(k Key) *Service {
	if v := s.byPart[Key{File: k.File}]; v != nil {
		return v
	}
	for end := len(k.Path); end > 0; end-- {
		if end < len(k.Path) && !strings.ContainsRune(" .:[", rune(k.Path[end])) {
			continue
		}
		if v := s.byPart[Key{File: k.File, Path: k.Path[:end]}]; v != nil {
			return v
		}
	}
	return nil
}

// Services works out which Dockerfile, Compose service and workloads belong together.
// The links are those of the topology; besides, a Compose service and a workload of
// one name that run the same image are one service, where no other Compose service
// has that name. They are worked out once.
func (s *Snapshot) Services() *Services {
	s.servicesOnce.Do(func() { s.services = s.findServices() })
	return s.services
}

func (s *Snapshot) findServices() *Services {
	j := joiner{parent: map[ServicePlace]ServicePlace{}}
	topology := s.Topology()
	named := map[string][]compose.View{}
	var workloads []imageUser
	for f := range s.Files() {
		if f.Skip != nil || f.Context {
			continue
		}
		if f.Compose != nil {
			for _, v := range topology.Compose().Views(f.Path) {
				at := serviceOf(v.Part())
				j.add(at)
				for _, o := range v.Overrides {
					j.join(at, serviceOf(o))
				}
				if b, ok := topology.ServiceBuild(v); ok {
					j.join(at, dockerfilePlace(b.Path))
				} else if b, ok := topology.ImageBuild(v.Image); ok {
					j.join(at, dockerfilePlace(b.Path))
				}
				if !v.Completes {
					named[v.Name] = append(named[v.Name], v)
				}
			}
		}
		for _, o := range f.Objects {
			w := o.Workload()
			if w == nil {
				continue
			}
			at := ServicePlace{File: f.Path, Path: w.ID(), name: w.Name, kind: Kubernetes}
			j.add(at)
			for _, c := range w.Containers() {
				if b, ok := topology.ImageBuild(c.Image); ok {
					j.join(at, dockerfilePlace(b.Path))
				}
				workloads = append(workloads, imageUser{at, c.Image})
			}
		}
	}
	for _, w := range workloads {
		if views := named[w.name]; len(views) == 1 && repositoryOf(w.image) != "" {
			if ref, _ := views[0].ImageName(); repositoryOf(cmp.Or(ref, views[0].Image)) == repositoryOf(w.image) {
				j.join(w.ServicePlace, serviceOf(views[0].Part()))
			}
		}
	}
	return j.services()
}

type imageUser struct {
	ServicePlace
	image string
}

func serviceOf(p compose.Part) ServicePlace {
	return ServicePlace{File: p.File, Path: p.Service.Path.String(), name: p.Name, kind: Compose}
}

func dockerfilePlace(path string) ServicePlace {
	return ServicePlace{File: path, kind: Dockerfile}
}

// repositoryOf cuts tag and digest off an image reference.
func repositoryOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	ref, _, _ = image.CutTag(ref)
	return ref
}

// A joiner finds which places are connected.
type joiner struct {
	parent map[ServicePlace]ServicePlace
	order  []ServicePlace
}

func (j *joiner) add(p ServicePlace) {
	if _, known := j.parent[p]; !known {
		j.parent[p] = p
		j.order = append(j.order, p)
	}
}

func (j *joiner) root(p ServicePlace) ServicePlace {
	for j.parent[p] != p {
		j.parent[p] = j.parent[j.parent[p]]
		p = j.parent[p]
	}
	return p
}

func (j *joiner) join(a, b ServicePlace) {
	j.add(a)
	j.add(b)
	j.parent[j.root(b)] = j.root(a)
}

// services names what is connected, and sorts it.
func (j *joiner) services() *Services {
	byRoot := map[ServicePlace]*Service{}
	out := &Services{byPart: map[Key]*Service{}}
	for _, p := range j.order {
		v := byRoot[j.root(p)]
		if v == nil {
			v = &Service{}
			byRoot[j.root(p)] = v
			out.All = append(out.All, v)
		}
		v.Parts = append(v.Parts, p)
		out.byPart[Key{File: p.File, Path: p.Path}] = v
		if p.kind == Compose { // rules write a name as it is, whatever is in it
			out.byPart[Key{File: p.File, Path: "services." + p.name}] = v
		}
	}
	count := map[string]int{}
	for _, v := range out.All {
		slices.SortFunc(v.Parts, func(a, b ServicePlace) int {
			return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Path, b.Path))
		})
		v.Name = serviceName(v.Parts)
		count[v.Name]++
	}
	inDir := map[string]int{} // of one name and directory
	for _, v := range out.All {
		inDir[v.Name+"\x00"+path.Dir(v.namedBy().File)]++
	}
	seen := map[string]bool{}
	for _, v := range out.All {
		if count[v.Name] > 1 { // one name is not one service: say where
			at := v.namedBy()
			where := path.Dir(at.File)
			if where == "." || inDir[v.Name+"\x00"+where] > 1 {
				where = at.File
			}
			name := v.Name + " (" + where + ")"
			if seen[name] {
				name = v.Name + " (" + at.File + " " + at.Path + ")"
			}
			v.Name = name
		}
		seen[v.Name] = true
	}
	slices.SortFunc(out.All, func(a, b *Service) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// namedBy is the part that gives the service its name: a Compose service or else a
// workload, where it has one.
func (s *Service) namedBy() ServicePlace {
	for _, kind := range []Kind{Compose, Kubernetes} {
		for _, p := range s.Parts {
			if p.kind == kind && p.name != "" {
				return p
			}
		}
	}
	return s.Parts[0]
}

// mostNames bounds how many names the name of a service is made of.
const mostNames = 3

// serviceName is made of the names of the Compose services, or else of the
// workloads: one image may run under several.
func serviceName(parts []ServicePlace) string {
	for _, kind := range []Kind{Compose, Kubernetes} {
		var names []string
		for _, p := range parts {
			if p.kind == kind && p.name != "" && !slices.Contains(names, p.name) {
				names = append(names, p.name)
			}
		}
		if len(names) > mostNames {
			names = append(names[:mostNames-1:mostNames-1], "others")
		}
		if len(names) > 0 {
			return strings.Join(names, ", ")
		}
	}
	return cmp.Or(parts[0].Path, parts[0].File)
}
