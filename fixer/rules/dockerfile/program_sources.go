package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// mayBring reports whether anything in a stage may bring a program along: a step
// that mentions it, installs what a variable names or runs what is not read
// here, or a copy of a folder in which programs lie.
func mayBring(b *build.Build, s *dockerfile.Stage, tool string) bool {
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
					if path.Base(w.Value) == tool || from && k < len(i.Words)-1 && programDir(w.Value) || i.Keyword == "ADD" && archiveName().MatchString(w.Value) {
						return true
					}
				}
			}
		}
	}
	return false
}

func programDir(p string) bool {
	p = strings.TrimRight(p, "/*")
	return p == "" || p == "/usr" || p == "/usr/local" || strings.HasSuffix(p, "bin") || p == "/rootfs" || strings.HasSuffix(p, "rootfs")
}
