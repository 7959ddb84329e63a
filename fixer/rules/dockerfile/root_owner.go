package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A writable is a folder that the program provably writes to and the new user would not own.
type writable struct {
	path   string
	volume *dockerfile.Instruction // the VOLUME that the owner has to be set before; nil when it can be set at the end
	create bool                    // nothing shows that it exists
	flat   bool                    // what is in it stays root's
	open   bool                    // it stays root's, and others may enter and read it
}

type writables []writable

func (l writables) paths() []string {
	var out []string
	for _, d := range l {
		if !d.open {
			out = append(out, d.path)
		}
	}
	return out
}

// volumes returns the instructions before which folders are given away.
func (l writables) volumes() []*dockerfile.Instruction {
	var out []*dockerfile.Instruction
	for _, d := range l {
		if d.volume != nil && !slices.Contains(out, d.volume) {
			out = append(out, d.volume)
		}
	}
	return out
}

// run returns the step that gives the folders of a VOLUME, or with nil those of
// the end, to a user; "" when there are none.
func (l writables) run(f *dockerfile.File, volume *dockerfile.Instruction, user string) string {
	var all, flat, open, create []string
	for _, d := range l {
		if d.volume == volume {
			if d.open {
				open = append(open, d.path)
			} else if d.flat {
				flat = append(flat, d.path)
			} else {
				all = append(all, d.path)
			}
			if d.create {
				create = append(create, d.path)
			}
		}
	}
	if len(all)+len(flat)+len(open) == 0 {
		return ""
	}
	line := matchCase(f, "RUN") + " "
	if len(create) > 0 {
		line += "mkdir -p " + strings.Join(create, " ") + " && "
	}
	var gifts []string
	if len(all) > 0 {
		gifts = append(gifts, "chown -R "+user+" "+strings.Join(all, " "))
	}
	if len(flat) > 0 {
		gifts = append(gifts, "chown "+user+" "+strings.Join(flat, " "))
	}
	if len(open) > 0 {
		gifts = append(gifts, "chmod 755 "+strings.Join(open, " "))
	}
	return line + strings.Join(gifts, " && ")
}

// givenFolders returns what the stage declares as VOLUME, the folders it makes empty
// under a name that says what for, and those at which services mount volumes. Files of the program itself stay
// root's: what it cannot change, nobody who breaks into it can. A volume takes
// the owner that the folder has when VOLUME is reached, so it is set before.
func (s *imageCheck) givenFolders(where insertionPoint) writables {
	base, ok := build.BaseOf(s.pass, s.stage)
	if !ok || !shellKnown(base) || !s.runsAsRootHere() {
		return nil
	}
	done := s.settledFolders()
	var out writables
	add := func(d writable) {
		if plainPath().MatchString(d.path) && givable(d.path) && !done.hold(d.path) && !s.worksIn(d.path) &&
			!slices.ContainsFunc(out, func(o writable) bool { return build.Within(d.path, o.path) }) {
			out = append(out, d)
		}
	}
	list := s.stage.Instructions
	for k, i := range list {
		if i.Keyword != "VOLUME" || !s.bourne(i) || k < where.index && !s.rootAt(i) {
			continue
		}
		for _, w := range i.Words {
			d := writable{path: path.Clean(w.Value), create: true}
			if k < where.index {
				d.volume = i
			}
			if !w.Dynamic && (i.JSON || w.Raw == w.Value) && !slices.ContainsFunc(list[k:], func(later *dockerfile.Instruction) bool { return s.fills(later, d.path) }) {
				add(d)
			}
		}
	}
	if s.bourne(nil) {
		for _, p := range s.madeFolders() {
			add(writable{path: p})
		}
		for _, v := range s.mountedVolumes() {
			add(writable{path: v.dir, create: true})
		}
		for _, d := range s.named {
			add(d)
		}
	}
	return append(s.room.add(s, out), s.product...)
}

// worksIn reports whether the program may lie in a folder: the working
// directory is in it, and a step that could have filled it ran there.
func (s *imageCheck) worksIn(folder string) bool {
	if !build.Within(s.stage.Workdir().Text, folder) {
		return false
	}
	return slices.ContainsFunc(s.stage.Instructions, func(i *dockerfile.Instruction) bool {
		return s.fills(i, folder) || i.Keyword == "RUN" && build.Within(s.stage.WorkdirAt(i).Text, folder)
	}) || s.stage.Parent != nil
}

var plainPath = text.Regexp(`^/[A-Za-z0-9._+@/-]+$`)

// givable reports whether a folder may be given away with all that is in it:
// none that holds the system, and none that every user may write to anyway.
func givable(p string) bool {
	for _, root := range []string{"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/tmp", "/usr", "/var/tmp"} {
		if build.Within(p, root) {
			return strings.HasPrefix(p, "/usr/src/")
		}
	}
	return !slices.Contains([]string{"/", "/home", "/media", "/mnt", "/opt", "/run", "/srv", "/var", "/var/cache", "/var/lib", "/var/log", "/var/run"}, p)
}

// rootAt reports whether a step in the place of an instruction would run as root.
func (s *imageCheck) rootAt(i *dockerfile.Instruction) bool {
	user := s.stage.UserAt(i)
	name, _, _ := strings.Cut(user.Text, ":")
	if user.At == nil { // then the base decides, which a USER further down may hide
		base, ok := build.BaseOf(s.pass, s.stage)
		return ok && base.Default.IsRoot()
	}
	return user.Known && (name == "root" || name == "0")
}

// fills reports whether an instruction copies files into a folder.
func (s *imageCheck) fills(i *dockerfile.Instruction, folder string) bool {
	n := len(i.Words)
	if i.Keyword != "COPY" && i.Keyword != "ADD" || n == 0 {
		return false
	}
	to := i.Words[n-1].Value
	if !path.IsAbs(to) {
		to = path.Join(s.stage.WorkdirAt(i).Text, to)
	}
	return build.Within(path.Clean(to), folder)
}

// settled are the folders that steps change the owner or the mode of already.
type settled map[string]bool

// hold reports whether a folder or one that it lies in is settled.
func (l settled) hold(p string) bool {
	for ; p != "/" && p != "."; p = path.Dir(p) {
		if l[p] {
			return true
		}
	}
	return false
}

// settledFolders are those of commands and of --chown.
func (s *imageCheck) settledFolders() settled {
	out := s.settledByCommand()
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if _, ok := i.Flag("chown"); ok && len(i.Words) > 0 {
				to := i.Words[len(i.Words)-1].Value
				if !path.IsAbs(to) {
					to = path.Join(stage.WorkdirAt(i).Text, to)
				}
				out[path.Clean(to)] = true
			}
		}
	}
	return out
}

// settledByCommand leaves out --chown, which does not change a folder that
// WORKDIR has made.
func (s *imageCheck) settledByCommand() settled {
	out := settled{}
	s.eachCommand(func(c build.Command, abs func(string) string) {
		if slices.Contains([]string{"chown", "chmod", "install", "chgrp", "rm", "mv"}, c.Program) {
			for _, w := range c.Args() {
				out[abs(w.Value)] = true
			}
		}
	})
	return out
}

// madeFolders returns the folders that steps of the stage make and leave empty,
// under a name that says they are for writing.
func (s *imageCheck) madeFolders() []string {
	var out []string
	s.eachCommand(func(c build.Command, abs func(string) string) {
		if c.Program != "mkdir" || c.Place != 0 {
			return
		}
		for _, w := range c.Args() {
			p := abs(w.Value)
			if w.Dynamic || strings.HasPrefix(w.Value, "-") || p == "" || !build.ForWriting(p) || slices.Contains(out, p) {
				continue
			}
			if !slices.ContainsFunc(s.stage.Instructions, func(i *dockerfile.Instruction) bool { return s.fills(i, p) }) {
				out = append(out, p)
			}
		}
	})
	return append(out, s.copiedFolders()...)
}

// copiedFolders are such folders of another stage that the stage copies at the path that
// they have there, with the folder that they lie in.
func (s *imageCheck) copiedFolders() []string {
	var out []string
	f := s.pass.File.Dockerfile
	for _, i := range s.stage.Instructions {
		from, ok := i.Flag("from")
		_, owned := i.Flag("chown")
		if !ok || owned || i.Keyword != "COPY" || len(i.Words) != 2 || i.Words[0].Value != i.Words[1].Value || !path.IsAbs(i.Words[0].Value) {
			continue
		}
		source := build.StageNamed(f, from.Value)
		if source == nil || source.Index >= s.stage.Index { // a stage copies from those before it; others would go round in a circle
			continue
		}
		there := &imageCheck{pass: s.pass, stage: source, file: s.file}
		for _, p := range there.madeFolders() {
			if build.Within(p, path.Clean(i.Words[0].Value)) {
				out = append(out, p)
			}
		}
	}
	return out
}

// eachCommand calls visit with the commands of the stage's own steps. abs makes
// a path absolute; it gives "" where the folder the command runs in is unsure.
func (s *imageCheck) eachCommand(visit func(c build.Command, abs func(string) string)) {
	for _, st := range build.Of(s.pass.File).Steps("RUN") {
		if st.Stage != s.stage {
			continue
		}
		dir := s.stage.WorkdirAt(st.Instruction)
		moved := false
		for _, c := range st.Commands {
			moved = moved || c.Program == "cd" || c.Program == "pushd"
			visit(c, func(p string) string {
				switch {
				case path.IsAbs(p):
					return path.Clean(p)
				case moved || !dir.Known:
					return ""
				}
				return path.Join(dir.Text, p)
			})
		}
	}
}
