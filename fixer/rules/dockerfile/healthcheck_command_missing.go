package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed healthcheck_command_missing.md
var healthcheckCommandMissingDoc string

// HealthcheckCommandMissing reports HEALTHCHECK commands that are not in the
// image.
var HealthcheckCommandMissing = &fixer.Rule{
	Name:     "dockerfile/healthcheck-command-missing",
	Title:    "HEALTHCHECK runs a missing command",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.6"},
		{Source: fixer.GitHub, ID: "GoogleContainerTools/distroless#183"},
	},
	Doc: healthcheckCommandMissingDoc,
	Check: func(p *fixer.Pass) {
		seen := map[*dockerfile.Instruction]bool{}
		for _, s := range build.Targets(p) {
			if h := s.Healthcheck(); h.At != nil && len(h.Args) > 0 && !s.Windows && !seen[h.At] {
				seen[h.At] = true
				checkHealthcheck(p, s, h)
			}
		}
	},
}

func checkHealthcheck(p *fixer.Pass, s *dockerfile.Stage, h dockerfile.CommandLine) {
	base, ok := build.BaseOf(p, s)
	if !ok {
		return
	}
	st := build.Of(p.File).Step(h.At)
	missing := ""
	if h.Shell && base.Shell == image.NoShell && !build.Of(p.File).MayBring(s, "sh") {
		missing = "a shell"
	}
	for _, c := range st.Commands {
		if missing == "" && c.Program != "" && base.Has(c.Program) == image.Absent && !build.Of(p.File).MayBring(s, c.Program) {
			missing = c.Program
		}
	}
	if missing == "" {
		return
	}
	f := fixer.Finding{
		Path:     stagePath(h.Stage) + ": HEALTHCHECK",
		Message:  fmt.Sprintf("HEALTHCHECK needs %s, which %s does not include: the container is always unhealthy", missing, s.Root().Image),
		Evidence: []fixer.Evidence{fixer.ImageEvidence(base.Evidence(image.BaseTools))},
		Advice:   "Use a command that the image includes, or add a health command to the application. Do not install " + missing + " for this",
	}
	asked, local := build.AsksSelf(st.Commands)
	probe, can := probeIn(p, s, 80) // what it asks for is a page
	if can && local && len(asked.Headers) == 0 && h.Stage == s {
		if words, ok := probe.command(asked.Port, asked.Page); ok {
			f.Advice = ""
			file := p.File.Dockerfile
			f.Fixes = []fixer.Fix{{
				ID: "probe", Title: "Replace the command with " + probe.runtime, Level: fixer.Review,
				Breaks: "Swarm restarts the container when the application does not answer; until now the result was always unhealthy",
				Verify: "docker inspect --format '{{.State.Health.Status}}' CONTAINER\nprints healthy after one minute",
				Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceArgs(h.At, h.At.Words[0].Raw+" "+execForm(words)) }, dockerfile.FieldHealthcheck),
			}}
		}
	}
	report(p, h.At, f)
}
