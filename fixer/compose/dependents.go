package compose

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Dependent is a service that is made of another one too, so that it is
// reached by what is written there: one that extends it or has its mapping by an alias,
// or the same service with other files read over it.
type Dependent struct {
	View
	Why string // a main clause for people: "service db extends it"
	By  Part   // what makes it another container
}

// Reached returns the services, besides the one that the view shows, for which a
// value holds that is written for key in its place ([View.Place]).
func (v View) Reached(key string) []Dependent {
	place, _ := v.Place(key)
	var out []Dependent
	for _, d := range v.dependents {
		if place.Service != nil && d.takes(place.Service, key) {
			out = append(out, d)
		}
	}
	return out
}

// Completed returns the service as it is with each of the files that complete it: docker
// compose -f compose.yaml -f compose.prod.yaml.
func (v View) Completed() []Dependent {
	var out []Dependent
	for _, d := range v.dependents {
		if d.Variant == d.By.File && d.Service == v.Service {
			out = append(out, d)
		}
	}
	return out
}

// HasHeirs reports whether other services are made of this one.
func (v View) HasHeirs() bool {
	return slices.ContainsFunc(v.dependents, func(d Dependent) bool { return d.Service != v.Service })
}

// takes reports whether what is written for key in the mapping of one of the
// view's parts holds in the view.
func (v View) takes(s *Service, key string) bool {
	for _, p := range v.parts {
		if p.Service == s || s.Node != nil && s.Node.Kind == yamldoc.Mapping && s.Node.Anchor() != "" && p.Node.Takes(s.Node, key) {
			return true
		}
		if p.replaces(key) {
			return false
		}
	}
	return false
}

// maxDependents bounds how many dependents of one service are looked at.
const maxDependents = 48

// addDependents fills in the dependents of all views.
func (p *Project) addDependents(views map[string][]View) {
	completed := p.completions(views)
	heirs := map[*Service][]View{}
	files := slices.Sorted(maps.Keys(views))
	anchored := map[string][]*Service{}
	for _, file := range files {
		anchored[file] = anchoredIn(views[file])
	}
	for _, file := range files {
		for _, v := range views[file] {
			made := []*Service{v.Service}
			for _, part := range append([]Part{v.Part()}, v.Bases...) {
				for _, s := range append([]*Service{part.Service}, anchored[part.File]...) {
					if !slices.Contains(made, s) && (s == part.Service || part.Node.Takes(s.Node, "")) {
						made = append(made, s)
						heirs[s] = append(heirs[s], v)
					}
				}
			}
		}
	}
	for _, file := range files {
		for i := range views[file] {
			v := &views[file][i]
			v.dependents = variants(*v, completed[v.Service])
			for _, heir := range heirs[v.Service] {
				if len(v.dependents) >= maxDependents {
					break
				}
				why := fmt.Sprintf("service %s extends this service", heir.Name)
				if !slices.ContainsFunc(heir.Bases, func(b Part) bool { return b.Service == v.Service }) {
					why = fmt.Sprintf("service %s has the settings of this service by an alias", heir.Name)
				}
				if heir.File != v.File {
					why = fmt.Sprintf("service %s of %s extends this service", heir.Name, heir.File)
				}
				v.dependents = append(v.dependents, Dependent{heir, why, heir.Part()})
				for _, d := range variants(heir, completed[heir.Service]) {
					d.Why = why + ", and " + d.Why
					v.dependents = append(v.dependents, d)
				}
			}
		}
	}
}

// anchoredIn returns the services of a file whose own mapping has an anchor that is used.
func anchoredIn(views []View) []*Service {
	var out []*Service
	for _, v := range views {
		if v.Node != nil && v.Node.Kind == yamldoc.Mapping && len(v.Node.Users()) > 0 {
			out = append(out, v.Service)
		}
	}
	return out
}

// variants returns the same service with other files read over it: without its
// override, and with each of the files that complete it.
func variants(v View, completions []Part) []Dependent {
	var out []Dependent
	if n := len(v.Overrides); n > 0 {
		bare := v
		bare.Overrides, bare.Variant = nil, "alone"
		out = append(out, Dependent{bare.assembled(), fmt.Sprintf("file %s can be used without %s", v.File, v.Overrides[n-1].File), v.Part()})
	}
	for _, c := range completions {
		over := v
		over.Overrides, over.Variant = append(slices.Clone(v.Overrides), c), c.File
		out = append(out, Dependent{over.assembled(), fmt.Sprintf("file %s overrides this service", c.File), c})
		if len(out) >= maxDependents {
			break
		}
	}
	return out
}

// completions finds the services of other files that complete one, besides those
// that Compose or an include reads over it: docker compose -f compose.yaml -f
// compose.prod.yaml, and the list of files of a dev container.
//
// A service that has neither an image nor a build completes one of the same
// name, the nearest: in its directory, in one above, in one below. One that has them
// does so if its file has a service that only completes, is called an override, or
// is named after the other, as compose.prod.yaml is after compose.yaml.
func (p *Project) completions(views map[string][]View) map[*Service][]Part {
	files := slices.Sorted(maps.Keys(views))
	whole := places{byName: map[string][]Part{}, byPlace: map[[2]string][]Part{}}
	isWhole, extended := map[*Service]bool{}, map[*Service]bool{}
	for _, file := range files {
		for _, v := range views[file] {
			if !v.Partial {
				isWhole[v.Service] = true
				whole.add(v.Part())
			}
			for _, b := range v.Bases {
				extended[b.Service] = true
			}
		}
	}
	out := map[*Service][]Part{}
	for _, file := range files {
		over := map[string]bool{} // the files that this one is read over
		for _, v := range views[file] {
			alone := v.Image == "" && v.Build == nil && v.Extends == nil
			if v.Completes || extended[v.Service] || !alone && !IsOverride(file) {
				continue
			}
			nearest := whole.nearest(v.Name, file)
			if len(nearest) == 0 && alone {
				nearest = p.included(v.Name, file)
			}
			for _, base := range nearest {
				over[base.File] = true
			}
		}
		for _, other := range beside(file) {
			if p.files[other] != nil {
				over[other] = true
			}
		}
		delete(over, file)
		for _, base := range slices.Sorted(maps.Keys(over)) {
			for _, v := range views[file] {
				s := p.files[base].Service(v.Name)
				if !isWhole[s] || v.Completes || len(out[s]) >= maxDependents || slices.ContainsFunc(v.Bases, func(b Part) bool { return b.Service == s }) {
					continue
				}
				out[s] = append(out[s], v.Part())
			}
		}
	}
	return out
}

// places are services by name, and by name and directory, sorted by file.
type places struct {
	byName  map[string][]Part
	byPlace map[[2]string][]Part
}

func (all places) add(p Part) {
	all.byName[p.Name] = append(all.byName[p.Name], p)
	at := [2]string{p.Name, path.Dir(p.File)}
	all.byPlace[at] = append(all.byPlace[at], p)
}

// nearest returns those services of a name that lie nearest to a file: beside it,
// else in the nearest directory above, else in those below.
func (all places) nearest(name, file string) []Part {
	if found := all.above(name, file); len(found) > 0 {
		return found
	}
	own := path.Dir(file)
	prefix := own + "/"
	if own == "." {
		prefix = ""
	}
	list := all.byName[name]
	from, _ := slices.BinarySearchFunc(list, prefix, func(p Part, prefix string) int { return strings.Compare(p.File, prefix) })
	to := from
	for to < len(list) && to-from < maxDependents && strings.HasPrefix(list[to].File, prefix) {
		to++
	}
	return list[from:to]
}

// above returns those beside a file, else those in the nearest directory above it.
func (all places) above(name, file string) []Part {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		found := slices.DeleteFunc(slices.Clone(all.byPlace[[2]string{name, dir}]), func(p Part) bool { return p.File == file })
		if len(found) > 0 || dir == "." || dir == "/" {
			return found
		}
	}
}

// included returns the service of a name that a Compose file beside a file includes from
// another directory: what is read over that file completes what it includes.
func (p *Project) included(name, file string) []Part {
	var out []Part
	for _, main := range MainNames {
		at := path.Join(path.Dir(file), main)
		if p.files[at] == nil || at == file {
			continue
		}
		for _, m := range p.together(at, nil) {
			if s := p.files[m.file].Service(name); s != nil && m.file != file && (s.Image != "" || s.Build != nil) {
				out = append(out, Part{s, m.file, m.doc})
			}
		}
	}
	return out
}

// beside returns the names beside a file that Compose looks for by itself and
// that it is named after with a word added, as compose.prod.yaml is after
// compose.yaml.
func beside(file string) []string {
	var out []string
	for _, main := range MainNames {
		if other := path.Join(path.Dir(file), main); namedAfter(file, other) {
			out = append(out, other)
		}
	}
	return out
}

func namedAfter(file, other string) bool {
	rest, ok := strings.CutPrefix(path.Base(file), strings.TrimSuffix(path.Base(other), path.Ext(other)))
	word := strings.TrimSuffix(rest, path.Ext(rest))
	return ok && len(word) > 1 && strings.ContainsRune(".-_", rune(word[0]))
}
