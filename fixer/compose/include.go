package compose

import (
	"maps"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A member is a file that is loaded with another one.
type member struct {
	file string
	doc  *yamldoc.Doc
}

// includers returns, for each file, those that include it.
func (p *Project) includers() map[string][]string {
	out := map[string][]string{}
	for _, file := range slices.Sorted(maps.Keys(p.files)) {
		for _, name := range p.files[file].Includes {
			at := path.Join(path.Dir(file), name)
			out[at] = append(out[at], file)
		}
	}
	return out
}

// chained returns, for each file that an include lists first, the files that it
// lists after it, which are read over the first.
func (p *Project) chained() map[string][]string {
	out := map[string][]string{}
	for file, f := range p.files {
		for _, list := range f.chains {
			first := path.Join(path.Dir(file), list[0])
			for _, name := range list[1:] {
				if at := path.Join(path.Dir(file), name); p.files[at] != nil && !slices.Contains(out[first], at) {
					out[first] = append(out[first], at)
				}
			}
		}
	}
	for _, list := range out {
		slices.Sort(list) // of several includes: an order that does not change
	}
	return out
}

func (p *Project) includedOver(s *Service, files []string) []Part {
	var out []Part
	for _, file := range files {
		f := p.files[file]
		if o := f.Service(s.Name); o != nil && o != s {
			out = append(out, Part{o, file, f.Doc})
		}
	}
	return out
}

// maxTogether bounds how many files one project is taken to have.
const maxTogether = 64

// together returns the files that are loaded with a file: its override, what it
// includes and what includes it. They define the volumes, secrets and configs
// that its services name.
func (p *Project) together(file string, includers []string) []member {
	var out []member
	seen := map[string]bool{file: true}
	add := func(at string) {
		if f := p.files[at]; f != nil && !seen[at] && len(out) < maxTogether {
			seen[at] = true
			out = append(out, member{at, f.Doc})
		}
	}
	if slices.Contains(MainNames, path.Base(file)) {
		for _, name := range overrideNames {
			add(path.Join(path.Dir(file), name))
		}
	}
	if slices.Contains(overrideNames, path.Base(file)) {
		for _, name := range MainNames {
			add(path.Join(path.Dir(file), name))
		}
	}
	for _, other := range includers {
		add(other)
	}
	for _, name := range p.files[file].Includes {
		add(path.Join(path.Dir(file), name))
	}
	for i := 0; i < len(out); i++ {
		for _, name := range p.files[out[i].file].Includes {
			add(path.Join(path.Dir(out[i].file), name))
		}
	}
	return out
}

// Definition returns what the top level of the files says of something a service
// names: the entry of name under section, which is volumes, secrets, configs or
// networks. The service's own file and its overrides are asked first, the file
// that says it is returned with it; nil where none does.
func (v View) Definition(section, name string) Setting {
	asked := []member{{v.File, v.Doc}}
	for _, o := range v.Overrides {
		asked = append(asked, member{o.File, o.Doc})
	}
	for _, m := range append(asked, v.together...) {
		if n := m.doc.Root.Get(section).Get(name); n != nil {
			return Setting{Node: n, File: m.file}
		}
	}
	return Setting{}
}
