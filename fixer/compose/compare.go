package compose

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An Edit is what a change of one file declares.
type Edit struct {
	Paths []yamldoc.Path // of the data that may be another
	Adds  []yamldoc.Path // those of Paths at which nothing that holds may go
	New   bool           // the file was not there: all that it says is declared

	// Sets are the variables that the edit of a .env gives values to.
	Sets map[string]string
}

// Compare compares the services of two versions of a project that edits lead from one to
// the other of, by file: as Compose means them, with all that is read over them. The
// error says which service would be another where no edit declares it, or would not be
// loaded any more.
func Compare(before, after *Project, edits map[string]Edit) error {
	c := &projectComparison{before: before, after: after, edits: edits}
	c.index()
	for _, file := range slices.Sorted(maps.Keys(after.files)) {
		if err := c.file(file); err != nil {
			return err
		}
	}
	return nil
}

// Differences returns the services of a file, each with a key that comes to another value.
func Differences(before, after *Project, file string) [][2]string {
	var out [][2]string
	was := map[string]map[string]*Value{}
	for _, v := range before.Views(file) {
		was[v.Name] = v.Resolve(nil)
	}
	for _, v := range after.Views(file) {
		is := v.Resolve(nil)
		keys := maps.Clone(is)
		maps.Copy(keys, was[v.Name])
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if !is[key].equal(was[v.Name][key]) {
				out = append(out, [2]string{v.Name, key})
			}
		}
	}
	return out
}

type projectComparison struct {
	before, after *Project
	edits         map[string]Edit
	declared      map[string]map[string][]declared
	anySets       bool
}

// sets returns the variables that the .env of a service's project gets, or nil.
func (c *projectComparison) sets(v View) map[string]string {
	if !c.anySets {
		return nil
	}
	dir, _ := v.Directory()
	return c.edits[path.Join(dir, ".env")].Sets
}

// reaches reports whether an edit is of what the service is made of, or of its variables.
func (c *projectComparison) reaches(v View) bool {
	for _, part := range v.parts {
		if _, edited := c.edits[part.File]; edited {
			return true
		}
	}
	return c.sets(v) != nil
}

// file compares the services of one file that an edit reaches, each in every variant.
func (c *projectComparison) file(file string) error {
	_, edited := c.edits[file]
	var was map[string]View
	for _, v := range c.after.Views(file) {
		forms := []View{v}
		for _, d := range v.dependents {
			if d.Service == v.Service {
				forms = append(forms, d.View)
			}
		}
		for _, form := range forms {
			if !c.reaches(form) {
				continue
			}
			if was == nil {
				was = c.viewsBefore(file)
			}
			old, known := was[form.Name+"\x00"+form.Variant]
			if !known {
				old, known = was[form.Name+"\x00"] // another file is read over it now
			}
			if !known && !c.declares(form, nil, "") {
				return fmt.Errorf("service %q of %s would be new, which the fix does not declare", form.Name, file)
			}
			if err := c.service(old, form, known); err != nil {
				return err
			}
		}
	}
	if !edited {
		return nil
	}
	for _, v := range c.before.Views(file) {
		if c.after.files[file].Service(v.Name) == nil && !c.declares(v, nil, "") {
			return fmt.Errorf("service %q of %s would be gone, which the fix does not declare", v.Name, file)
		}
	}
	return c.definitions(file)
}

// viewsBefore returns the services of a file as they were, by name and variant.
func (c *projectComparison) viewsBefore(file string) map[string]View {
	out := map[string]View{}
	for _, v := range c.before.Views(file) {
		out[v.Name+"\x00"] = v
		for _, d := range v.dependents {
			if d.Service == v.Service {
				out[v.Name+"\x00"+d.Variant] = d.View
			}
		}
	}
	return out
}

// service compares one service with what it was, where it is not a new one.
func (c *projectComparison) service(old, v View, known bool) error {
	var was map[string]*Value
	if known {
		was = c.before.resolved(old)
	}
	is := c.after.resolved(v)
	if set := c.sets(v); set != nil {
		is = v.Resolve(func(name string) (string, bool) { value, ok := set[name]; return value, ok })
	}
	if known && was == nil || is == nil {
		return nil // too large to be resolved: each file has been compared by itself
	}
	keys := maps.Clone(is)
	maps.Copy(keys, was)
	for key := range keys {
		if !known || was[key].equal(is[key]) {
			delete(keys, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !c.declares(old, &v, key) {
			return fmt.Errorf("the edit would change %s of service %q in %s, which the fix does not declare", key, v.Name, v.File)
		}
		if lost := was[key].lost(is[key]); lost != "" && c.onlyAdds(old, v, key) {
			return fmt.Errorf("the edit would take %s from %s of service %q in %s, where the fix only adds", lost, key, v.Name, v.File)
		}
	}
	refused := v.refused(is)
	if len(refused) == 0 {
		return nil
	}
	var before []string
	if known {
		before = old.refused(was)
	}
	for _, why := range refused {
		if !slices.Contains(before, why) {
			return fmt.Errorf("after the edit Compose would refuse %s: service %q %s", v.File, v.Name, why)
		}
	}
	return nil
}

// A declared path lies in a service, or in what any service of the file may use.
type declared struct {
	path yamldoc.Path
	adds bool
}

// index sorts what the edits declare by file and service; "" stands for all services.
func (c *projectComparison) index() {
	c.declared = make(map[string]map[string][]declared, len(c.edits))
	for file, edit := range c.edits {
		c.anySets = c.anySets || edit.Sets != nil
		adds := make(map[string]bool, len(edit.Adds))
		for _, p := range edit.Adds {
			adds[p.String()] = true
		}
		byService := map[string][]declared{}
		if edit.New {
			byService[""] = []declared{{}}
		}
		for _, p := range edit.Paths {
			service := ""
			switch {
			case inFragment(p) || p[0].Key == "services" && len(p) == 1:
			case p[0].Key == "services":
				service = p[1].Key
			default:
				continue
			}
			byService[service] = append(byService[service], declared{p, adds[p.String()]})
		}
		c.declared[file] = byService
	}
}

// eachPath yields the declared paths that lie in what a service is made of, or in what may
// be used there: an anchor that stands elsewhere. The path of a whole new file is empty.
func (c *projectComparison) eachPath(old View, v *View, f func(p yamldoc.Path, adds bool)) {
	look := func(parts []Part) {
		for _, part := range parts {
			byService := c.declared[part.File]
			for _, service := range []string{"", part.Name} {
				for _, d := range byService[service] {
					f(d.path, d.adds)
				}
			}
		}
	}
	look(old.parts)
	if v != nil {
		look(v.parts)
	}
}

// declares reports whether an edit declares that a key of the service may be another, or
// for the key "" that the service as a whole may.
func (c *projectComparison) declares(old View, v *View, key string) bool {
	found := false
	c.eachPath(old, v, func(p yamldoc.Path, _ bool) { found = found || names(p, key) })
	return found
}

// inFragment reports whether a path is of what no service holds itself, but may use by an
// alias.
func inFragment(p yamldoc.Path) bool { return len(p) == 0 || strings.HasPrefix(p[0].Key, "x-") }

// names reports whether a declared path that lies in a service, or in a fragment, is of a key.
func names(p yamldoc.Path, key string) bool {
	if inFragment(p) {
		return len(p) < 2 || slices.ContainsFunc(p[1:], func(s yamldoc.Step) bool { return s.Key == key })
	}
	return len(p) <= 2 || p[2].Key == key || p[2].Key == "<<"
}

// onlyAdds reports whether all that is declared of a key is that something is added.
func (c *projectComparison) onlyAdds(old, v View, key string) bool {
	only := true
	c.eachPath(old, &v, func(p yamldoc.Path, adds bool) { only = only && (adds || !names(p, key)) })
	return only
}

// definitions compares what a file newly defines with what the other files of its project
// define under the same name: of two definitions one is lost, or Compose refuses both.
func (c *projectComparison) definitions(file string) error {
	f, old := c.after.files[file], c.before.files[file]
	if _, edited := c.edits[file]; !edited || len(f.Services) == 0 {
		return nil
	}
	var r resolver
	for _, section := range []string{"networks", "volumes", "secrets", "configs"} {
		for name, n := range f.Doc.Root.Get(section).All() {
			if old != nil && old.Doc.Root.Get(section).Get(name) != nil {
				continue
			}
			for _, m := range c.after.Views(file)[0].together {
				other := m.doc.Root.Get(section).Get(name)
				r.left = maxResolved
				if other != nil && r.whole(other) != r.whole(n) {
					return fmt.Errorf("%s.%s would be defined in %s, and %s defines it otherwise", section, name, file, m.file)
				}
			}
		}
	}
	return nil
}
