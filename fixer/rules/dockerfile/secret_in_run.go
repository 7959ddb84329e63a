package dockerfile

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed secret_in_run.md
var secretInRunDoc string

// SecretInRun reports secrets in commands.
var SecretInRun = &fixer.Rule{
	Name:     "dockerfile/secret-in-run",
	Title:    "secret in a command",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.KICSCommon, ID: "a88baa34-e2ad-44ea-ad6f-8cac87bc7c71", Title: "Passwords And Secrets"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_17"},
		{Source: fixer.Dockle, ID: "DKL-LI-0001"},
		{Source: fixer.CWE, ID: "CWE-798"},
	},
	Doc: secretInRunDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			switch i.Keyword {
			case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "LABEL", "ADD", "COPY":
				r := secretReader{pass: p, i: i, at: at}
				r.forms()
				if !s.Windows && (i.Keyword == "RUN" || i.Keyword == "CMD" || i.Keyword == "ENTRYPOINT" || i.Keyword == "HEALTHCHECK") {
					r.commands(build.Of(p.File).Step(i))
				}
			}
		})
	},
}
