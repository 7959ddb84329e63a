package compose

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// A name is something that a service refers to and a file has to define: an entry of
// networks or of services.
type name struct{ section, key string }

// A need is what a file lacks to be loaded: names that its services refer to and that no
// file of its project defines.
type need struct {
	beside    []string // the Compose files of its directory; none where nothing is lacking
	by        string   // the main Compose file of its directory that has all of it, or ""
	elsewhere bool     // some of it is in no Compose file of its directory
}

// needs returns what the files lack, without those that lack nothing.
func (p *Project) needs(together map[string][]member) map[string]need {
	defined, here, beside := map[string]map[name]bool{}, map[string]map[name]bool{}, map[string][]string{}
	for _, file := range slices.Sorted(maps.Keys(p.files)) {
		dir := path.Dir(file)
		if here[dir] == nil {
			here[dir] = map[name]bool{}
		}
		defined[file] = p.files[file].defines()
		maps.Copy(here[dir], defined[file])
		beside[dir] = append(beside[dir], file)
	}
	out := map[string]need{}
	for file, f := range p.files {
		lacking := map[name]bool{}
		for _, s := range f.Services {
			for n := range s.refersTo() {
				if !defined[file][n] && !slices.ContainsFunc(together[file], func(m member) bool { return defined[m.file][n] }) {
					lacking[n] = true
				}
			}
		}
		if len(lacking) == 0 {
			continue
		}
		dir := path.Dir(file)
		n := need{beside: beside[dir], elsewhere: !definesAll(here[dir], lacking)}
		for _, base := range MainNames {
			if main := path.Join(dir, base); n.by == "" && definesAll(defined[main], lacking) {
				n.by = main
			}
		}
		out[file] = n
	}
	return out
}

func definesAll(defined, names map[name]bool) bool {
	for n := range names {
		if !defined[n] {
			return false
		}
	}
	return true
}

// defines returns the networks and services that the file defines.
func (f *File) defines() map[name]bool {
	out := map[name]bool{}
	for _, section := range []string{"networks", "services"} {
		for key := range f.Doc.Root.Get(section).All() {
			out[name{section, key}] = true
		}
	}
	return out
}

// refersTo returns the names that Compose refuses to load the service without. A
// dependency that is not required may be missing.
func (s *Service) refersTo() map[name]bool {
	out := map[name]bool{}
	add := func(section, key string) {
		if key != "" && !strings.Contains(key, "$") {
			out[name{section, key}] = true
		}
	}
	networks, dependencies := s.Node.Get("networks"), s.Node.Get("depends_on")
	for _, key := range networks.Texts() {
		add("networks", key)
	}
	for key := range networks.All() {
		add("networks", key)
	}
	for _, key := range dependencies.Texts() {
		add("services", key)
	}
	for key, condition := range dependencies.All() {
		if required, known := (Setting{Node: condition.Get("required")}).Bool(); required || !known {
			add("services", key)
		}
	}
	delete(out, name{"networks", "default"})
	return out
}
