package container

import (
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// Lacks names the first program that a command line needs and that the image is known
// not to contain, "" for none. It is "a shell" for text that a shell is to read. What a
// build, a mount or a command before may bring along is taken to be there.
func (s *Spec) Lacks(r Run) (tool string, because fixer.Evidence) {
	known := s.Image.Known
	if known == nil || !known.HasBase || known.Entry != nil && known.Entry.ByName || slices.ContainsFunc(s.runs(), Run.installs) || r.installs() {
		return "", fixer.Evidence{}
	}
	if len(r.Words) == 0 {
		if because, ok := s.absent("sh"); ok {
			return "a shell", because
		}
	} else if first := path.Base(r.Words[0]); programPlace(r.Words[0]) && (!r.Start || isShell(first) || s.startsCommand()) {
		if because, ok := s.absent(first); ok {
			return first, because
		}
	}
	const sometimes = dockerfile.InCondition | dockerfile.InBranch | dockerfile.InLoop | dockerfile.InFunction | dockerfile.InNegation | dockerfile.InSubstitution
	for i, c := range r.Commands {
		inText := len(r.Words) == 0 || i > 0
		alternative := slices.ContainsFunc(r.Commands, func(o build.Command) bool {
			return o.Place&dockerfile.InOr != 0 && !endings[o.Program] && o.Program != c.Program
		})
		if !inText || c.Program == "" || c.Place&sometimes != 0 || alternative || !programPlace(c.Words[c.ProgramWord].Value) {
			continue
		}
		if because, ok := s.absent(c.Program); ok {
			return c.Program, because
		}
	}
	return "", fixer.Evidence{}
}

// endings are what a check says its answer with.
var endings = map[string]bool{"exit": true, "true": true, "false": true, "echo": true, "kill": true, ":": true}

func isShell(program string) bool {
	return program == "sh" || program == "bash" || program == "ash" || program == "dash"
}

// programPlace reports whether a program is given by its name alone, or in a directory
// in which programs of the system lie.
func programPlace(word string) bool {
	return path.Base(word) == word || slices.Contains([]string{"/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin"}, path.Dir(word))
}

// startsCommand reports whether the command of the file is started as it is, and is not
// handed to an entrypoint of the image.
func (s *Spec) startsCommand() bool {
	entry := s.Image.Entrypoint()
	return len(s.Entrypoint) > 0 || entry.Known && len(entry.Value) == 0
}

// installs reports whether a command line calls a package manager, or hands on what is
// not read here.
func (r Run) installs() bool {
	return slices.ContainsFunc(r.Commands, func(c build.Command) bool { return c.Package != nil || c.Install != nil })
}

// absent reports whether the image is known not to have a program.
func (s *Spec) absent(tool string) (because fixer.Evidence, ok bool) {
	base := s.Image.Known.Base
	field := image.BaseTools
	if tool == "sh" || tool == "ash" {
		field = image.BaseShell
		ok = base.Shell == image.NoShell
	} else {
		ok = base.Has(tool) == image.Absent
	}
	if !ok || !base.Verified(field) {
		return fixer.Evidence{}, false
	}
	for _, b := range s.Image.builds {
		if build.Read(b.File).MayBring(b.Stage, tool) {
			return fixer.Evidence{}, false
		}
	}
	if slices.ContainsFunc(s.Mounts, func(m Mount) bool { return path.Base(m.Target) == tool || build.ProgramDir(m.Target) }) {
		return fixer.Evidence{}, false
	}
	return fixer.ImageEvidence(base.Evidence(field)), true
}
