package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed run_without_shell.md
var runWithoutShellDoc string

// RunWithoutShell reports RUN in an image without a shell.
var RunWithoutShell = &fixer.Rule{
	Name:     "dockerfile/run-without-shell",
	Title:    "RUN in an image without a shell",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Tally, ID: "shell-run-in-scratch"},
		{Source: fixer.DockerDocs, ID: "RUN", Link: "https://docs.docker.com/reference/dockerfile/#run"},
	},
	Doc: runWithoutShellDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		looked := map[*dockerfile.Stage]bool{} // the build ends at the first one
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "RUN" || i.JSON || i.OnBuild || s.Windows || mountsPrograms(i) {
				return
			}
			if _, own := s.ShellAt(i); own != nil {
				return
			}
			base, known := build.BaseOf(p, s)
			if s.Root().Image == "scratch" {
				base, known = image.Base{Shell: image.NoShell}, true
			}
			if !known || base.Shell != image.NoShell || looked[s] {
				return
			}
			looked[s] = true
			if build.Of(p.File).MayBring(s, "sh") || filled(s) {
				return
			}
			finding := fixer.Finding{
				Message: fmt.Sprintf("RUN needs a shell, which %s does not include: the build fails", s.Root().Image),
				Advice:  "Run the command in a separate stage with a shell (FROM debian:13-slim AS files), and copy the result with COPY --from=files. WORKDIR creates directories, and COPY --chown sets owners",
			}
			if s.Root().Image != "scratch" {
				finding.Evidence = []fixer.Evidence{fixer.ImageEvidence(base.Evidence(image.BaseShell))}
			}
			report(p, at, finding)
		})
	},
}

// filled reports whether files of the build context are copied to where programs
// lie: a whole root file system may be among them.
func filled(s *dockerfile.Stage) bool {
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if (i.Keyword == "COPY" || i.Keyword == "ADD") && len(i.Words) > 1 && build.ProgramDir(i.Words[len(i.Words)-1].Value) {
				return true
			}
		}
	}
	return false
}

// mountsPrograms reports whether a mount from an image or a stage lies over a
// folder that may hold a shell.
func mountsPrograms(i *dockerfile.Instruction) bool {
	for _, flag := range i.Flags {
		from, target := false, ""
		for _, o := range flag.Options() {
			switch o.Key {
			case "from":
				from = true
			case "target", "dst", "destination":
				target = o.Value
			}
		}
		if flag.Name == "mount" && from && (strings.Contains(target, "$") || build.ProgramDir(target)) {
			return true
		}
	}
	return false
}
