package table

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Breakage is a container that is certain not to work.
type Breakage struct {
	File  string
	Place string // the container, service or stage, as findings name it
	Line  int
	Says  string
}

// Made returns what is certain to break in a snapshot and was not in the one
// before: what the changes between them broke. Of one kind of setting a container
// has one breakage, with all that is wrong with it.
func Made(before, after *fixer.Snapshot) []Breakage {
	type key struct{ file, place, says string }
	had := map[key]bool{}
	for _, s := range subjects(before) {
		for _, check := range checks {
			for _, says := range check(s) {
				had[key{s.file, s.place, says}] = true
			}
		}
	}
	var out []Breakage
	for _, s := range subjects(after) {
		for _, check := range checks {
			var made []string
			for _, says := range check(s) {
				if k := (key{s.file, s.place, says}); !had[k] {
					had[k] = true // a service with several views breaks once
					made = append(made, says)
				}
			}
			if len(made) > 0 {
				out = append(out, Breakage{File: s.file, Place: s.place, Line: s.line, Says: strings.Join(made, "; ")})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Breakage) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Place, b.Place))
	})
	return out
}

// checks are for one kind of setting each.
var checks = []func(subject) []string{subject.readOnly, subject.user, subject.commands, subject.capabilities, subject.noNewPrivileges}

// readOnly is about a read-only root filesystem: an image that does not run on
// one, and places that its program writes to.
func (s subject) readOnly() []string {
	e := s.program()
	if e == nil || !s.spec.ReadOnly.Yes() {
		return nil
	}
	if e.ReadOnly.Support == image.SupportNo && e.Verified(image.FieldReadOnly) {
		return []string{e.ID + " does not run on a read-only root filesystem"}
	}
	var out []string
	for _, at := range s.written(e) {
		if !s.room(at) {
			out = append(out, fmt.Sprintf("the root filesystem is read-only, and nothing is mounted at %s, where %s writes", at, e.ID))
		}
	}
	return out
}

// written are the places that the program of an image is certain to write to.
func (s subject) written(e *image.Entry) []string {
	if !e.Verified(image.FieldWritable) {
		return nil
	}
	var out []string
	for _, w := range e.Writable {
		moved := w.Env != "" && (s.spec.EnvFrom || slices.ContainsFunc(s.spec.Env, func(v container.Variable) bool { return v.Name == w.Env }))
		moved = moved || len(w.Option) > 0 && len(s.spec.Command) > 0
		if w.Path != "" && !moved && s.spec.Holds(w.When) == container.Yes {
			out = append(out, w.Path)
		}
	}
	return out
}

// room reports whether a place can be written to on a read-only root: something is
// mounted there, the image declares it as a volume, or Docker mounts it by itself.
func (s subject) room(at string) bool {
	return s.spec.Mounted(at) || s.spec.Platform == container.Compose && below("/dev/shm", at) ||
		slices.ContainsFunc(s.spec.Image.Volumes().Value, func(volume string) bool { return below(volume, at) })
}

func below(dir, at string) bool {
	dir, at = path.Clean(container.UnderRun(dir)), container.UnderRun(at)
	return at == dir || strings.HasPrefix(at, strings.TrimSuffix(dir, "/")+"/")
}

// user is about whom the file tells it to run as: an image that must be root, and
// what the kubelet refuses to start.
func (s subject) user() []string {
	user, _ := s.spec.StartsAs()
	if !s.told {
		return nil
	}
	if s.spec.Platform != container.Compose && s.spec.NonRoot.Yes() {
		switch {
		case user.IsRoot() && (s.spec.User.Set || s.spec.Image.Proven):
			return []string{"runAsNonRoot is true and the user is root: the kubelet refuses to start it"}
		case !s.spec.User.Set && s.spec.Image.Proven && !user.Numeric && user.Name != "":
			return []string{"runAsNonRoot is true and the image names its user " + user.Name + " without a number: the kubelet refuses to start it"}
		}
	}
	e := s.program()
	if e == nil || !user.IsNonRoot() || !e.Verified(image.FieldNonRoot) {
		return nil
	}
	if e.NonRoot.Support == image.SupportNo {
		return []string{fmt.Sprintf("it runs as %s, and %s must start as root", user, e.ID)}
	}
	var out []string
	for _, c := range e.NonRoot.Conditions {
		if s.spec.Holds(c) == container.No {
			out = append(out, fmt.Sprintf("it runs as %s, which %s does only where %s", user, e.ID, c.Says))
		}
	}
	if e.NonRoot.Support != image.SupportConditional || s.spec.Image.BuiltHere() {
		return out
	}
	for _, at := range s.written(e) { // a build may give the directories to the user
		if !s.room(at) {
			out = append(out, fmt.Sprintf("it runs as %s, and %s, where %s writes, is root's in its image: nothing is mounted there", user, at, e.ID))
		}
	}
	return out
}

// capabilities is about dropping all of them.
func (s subject) capabilities() []string {
	e := s.program()
	if e == nil || !s.dropsAll || slices.Contains(s.spec.Add, "ALL") || s.spec.Privileged.Yes() {
		return nil
	}
	user, _ := s.spec.StartsAs()
	field, need := image.FieldCapsRoot, slices.Clone(e.CapsRoot.Need)
	switch {
	case user.IsNonRoot():
		field, need = image.FieldCapsNonRoot, slices.Clone(e.CapsNonRoot)
	case !user.IsRoot():
		return nil
	default:
		for _, name := range slices.Sorted(maps.Keys(e.CapsRoot.Conditional)) {
			if s.spec.Holds(e.CapsRoot.Conditional[name]) == container.Yes {
				need = append(need, name)
			}
		}
	}
	if !e.Verified(field) {
		return nil
	}
	need = slices.DeleteFunc(need, func(name string) bool {
		weaker := e.CapsRoot.Instead[name]
		return slices.Contains(s.spec.Add, name) || weaker != "" && slices.Contains(s.spec.Add, weaker)
	})
	if len(need) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("all capabilities are dropped, and %s, which starts as %s, needs %s", e.ID, user, strings.Join(need, ", "))}
}

// noNewPrivileges is about programs that gain privileges after the start.
func (s subject) noNewPrivileges() []string {
	e := s.program()
	user, _ := s.spec.StartsAs()
	if e == nil || !s.spec.NoNewPrivileges.Yes() || !user.IsRoot() || e.CapsRoot.Gains == nil || !e.Verified(image.FieldCapsRoot) || s.spec.Holds(e.CapsRoot.Gains) != container.Yes {
		return nil
	}
	return []string{fmt.Sprintf("new privileges are forbidden, and %s gains some when it has become another user: %s", e.ID, e.CapsRoot.Gains.Says)}
}
