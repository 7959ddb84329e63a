package build

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// MayBring reports whether anything in a stage may bring a program along: a step
// that mentions it, installs what a variable names or runs what is not read
// here, or a copy of a directory in which programs lie.
func (b *Build) MayBring(s *dockerfile.Stage, tool string) bool {
	mention := text.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(tool) + `($|[^\w-])`)
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			switch i.Keyword {
			case "RUN":
				if mention.MatchString(string(b.File.Source[i.Start:i.End])) {
					return true
				}
				for _, c := range b.Step(i).Commands {
					call := c.Package
					if call != nil && slices.ContainsFunc(call.Words, func(w dockerfile.Word) bool { return w.Dynamic }) || call == nil && c.RunsUnread() {
						return true
					}
				}
			case "COPY", "ADD":
				for k, w := range i.Words {
					_, from := i.Flag("from")
					if path.Base(w.Value) == tool || from && k < len(i.Words)-1 && ProgramDir(w.Value) || i.Keyword == "ADD" && IsArchive(w.Value) {
						return true
					}
				}
			}
		}
	}
	return false
}

// ProgramDir reports whether a path is a directory in which programs lie, or one above
// such directories.
func ProgramDir(p string) bool {
	p = strings.TrimRight(p, "/*")
	return p == "" || p == "/usr" || p == "/usr/local" || strings.HasSuffix(p, "bin") || p == "/rootfs" || strings.HasSuffix(p, "rootfs")
}

// IsArchive reports whether a name is by convention that of a tar archive, or of a
// compressed file, which ADD unpacks where they are tar inside.
func IsArchive(name string) bool { return archiveName().MatchString(name) }

// archiveName matches what is a tar archive by convention, and compressed files
// that may be one.
var archiveName = text.Regexp(`\.(tar(\.\w+)?|t[gx]z|tbz2?|tzst|taz|txz|gz|xz|bz2|zst|lzma|ova|oci|gem|crate|rootfs|layer)$|\.tar\.`)
