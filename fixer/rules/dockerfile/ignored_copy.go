package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
)

const copyIgnoredFile = "CopyIgnoredFile"

// checkIgnored reports what COPY and ADD name though the ignore file keeps it
// from the build, which then fails. Patterns that match nothing fail, too, and
// are not looked at: what a pattern should match nobody says.
func checkIgnored(p *fixer.Pass) {
	ctx, ok := p.Topology().Context(p.File.Path)
	if !ok || ctx.Ignore == nil || buildkit.Skips(p.File.Dockerfile, copyIgnoredFile) {
		return
	}
	for _, i := range p.File.Dockerfile.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			name := path.Join("/", w.Value)[1:]
			if name == "" || w.Dynamic || strings.ContainsAny(name, `*?[\`) {
				continue
			}
			if !ctx.Ignore.Excludes(name) || ctx.Ignore.ReIncludesBelow(name) {
				continue
			}
			report(p, i, fixer.Finding{
				Path:     place(p.File.Dockerfile, i) + " " + copyIgnoredFile,
				Severity: fixer.Medium,
				Start:    w.Start, End: w.End,
				Message:  fmt.Sprintf("%s: %s names %s, which %s excludes from the build context: the build fails", copyIgnoredFile, i.Keyword, w.Value, ctx.IgnorePath),
				Evidence: []fixer.Evidence{{Kind: fixer.FromRepository, Text: ctx.Why}},
				Advice: fmt.Sprintf("Add the line !%s at the end of %s, or remove the file from the instruction (https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/)",
					name, ctx.IgnorePath),
			})
			break // one place, one finding
		}
	}
}
