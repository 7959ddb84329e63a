package compose

import (
	"maps"
	"slices"
	"strings"
)

// twins are settings that stand both in a service and below deploy. Compose refuses a
// service in which they differ, one of them absent too where its block is there.
var twins = []struct{ key, block, field string }{
	{"mem_limit", "limits", "memory"},
	{"cpus", "limits", "cpus"},
	{"pids_limit", "limits", "pids"},
	{"mem_reservation", "reservations", "memory"},
}

// refused says why Compose does not load a service that comes to these values. It knows
// the reasons that an edit can give it, and not all there are.
func (v View) refused(r map[string]*Value) []string {
	var out []string
	if !r["network_mode"].empty() && len(r["networks"].names()) > 0 {
		out = append(out, "has both network_mode and networks")
	}
	resources := r["deploy"].entry("resources")
	for _, t := range twins {
		if block := resources.entry(t.block); !r[t.key].empty() && !block.empty() && !block.entry(t.field).equal(r[t.key]) {
			out = append(out, "sets "+t.key+" other than deploy.resources."+t.block+"."+t.field)
		}
	}
	for _, section := range []string{"secrets", "configs"} {
		for _, name := range r[section].names() {
			if source := sourceOf(r[section].entries[name].text); !v.defines(section, source) {
				out = append(out, "uses "+source+", which "+section+" does not define")
			}
		}
	}
	for _, name := range r["networks"].names() {
		if name != "default" && !v.defines("networks", name) {
			out = append(out, "uses network "+name+", which is not defined")
		}
	}
	for _, m := range v.Mounts() {
		if m.Source != "" && !strings.ContainsAny(m.Source, `/\.~$`) && m.Node.Get("type").Text() != "bind" && m.Node.Get("type").Text() != "image" && !v.defines("volumes", m.Source) {
			out = append(out, "uses volume "+m.Source+", which is not defined")
		}
	}
	for _, name := range r["depends_on"].names() {
		if other := v.sibling(name); other == nil {
			out = append(out, "depends on service "+name+", which is not there")
		} else if v.startsWithout(r, other) && r["depends_on"].entries[name].entry("required").String() != "false" {
			out = append(out, "depends on service "+name+", which starts with a profile only")
		}
	}
	if name, ok := strings.CutPrefix(r["network_mode"].String(), "service:"); ok && v.sibling(name) == nil {
		out = append(out, "shares the network of service "+name+", which is not there")
	}
	if build := r["build"]; !build.entry("dockerfile").empty() && !build.entry("dockerfile_inline").empty() {
		out = append(out, "has both dockerfile and dockerfile_inline")
	}
	return out
}

// entry returns an entry of a value, nil for none.
func (v *Value) entry(name string) *Value {
	if v == nil {
		return nil
	}
	return v.entries[name]
}

func (v *Value) names() []string {
	if v == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(v.entries))
}

// String is the text of a value that has no entries.
func (v *Value) String() string {
	if v == nil {
		return ""
	}
	return strings.TrimPrefix(v.text, "=")
}

// sourceOf is the name of a secret or config that an entry uses.
func sourceOf(entry string) string {
	inner, long := strings.CutPrefix(entry, "[")
	if !long {
		return strings.TrimPrefix(entry, "=")
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), " ") {
		if source, ok := strings.CutPrefix(part, "source="); ok {
			return source
		}
	}
	return ""
}

// defines reports whether the files of the service's project define a name.
func (v View) defines(section, name string) bool {
	if v.Definition(section, name).Node != nil {
		return true
	}
	for _, part := range v.parts { // of a variant, the file that is read over it
		if part.Doc.Root.Get(section).Get(name) != nil {
			return true
		}
	}
	return false
}

// sibling returns what the project's files say of another service, its weakest part; nil
// where there is none.
func (v View) sibling(name string) []Part {
	var out []Part
	seen := map[string]bool{}
	add := func(file string, m member) {
		if n := m.doc.Root.Get("services").Get(name); n != nil && !seen[file] {
			seen[file] = true
			out = append(out, Part{Service: &Service{Name: name, Node: n}, File: file, Doc: m.doc})
		}
	}
	add(v.File, member{v.File, v.Doc})
	for _, part := range v.parts {
		add(part.File, member{part.File, part.Doc})
	}
	for _, m := range v.together {
		add(m.file, m)
	}
	return out
}

// startsWithout reports whether the service can start without another one of the project,
// which has profiles that do not start with it.
func (v View) startsWithout(r map[string]*Value, other []Part) bool {
	var profiles []string
	for _, part := range other {
		profiles = append(profiles, part.Node.Get("profiles").Texts()...)
	}
	if len(profiles) == 0 {
		return false
	}
	own := r["profiles"].names()
	return len(own) == 0 || slices.ContainsFunc(own, func(p string) bool { return !slices.Contains(profiles, p) })
}
