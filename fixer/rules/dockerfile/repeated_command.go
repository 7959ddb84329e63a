package dockerfile

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// RepeatedCommand wants each stage to say once what it starts.
var RepeatedCommand = &fixer.Rule{
	Name:     "dockerfile/repeated-command",
	Title:    "several CMD, ENTRYPOINT or HEALTHCHECK",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `CMD, ENTRYPOINT and HEALTHCHECK that another one of the same stage overrides. The last one counts; the others are deleted.
ONBUILD triggers are instructions for other images and do not count.`,
		Why: `Who reads the file takes the first one for what runs: a hardened start command, or a health check, that never takes effect.
Often somebody meant both to run, and one of two programs is missing from the container.`,
		Breaks: `Nothing: the instructions that are deleted have no effect.`,
		Verify: `docker image inspect --format '{{json .Config}}' IMAGE   is the same before and after`,
		Bad: `FROM node:24
CMD ["npm", "start"]
CMD ["node", "server.js"]
`,
		Good: `FROM node:24
CMD ["node", "server.js"]
`,
		References: []fixer.Reference{
			{Source: "hadolint", ID: "DL4003", URL: "https://github.com/hadolint/hadolint/wiki/DL4003"},
			{Source: "hadolint", ID: "DL4004", URL: "https://github.com/hadolint/hadolint/wiki/DL4004"},
			{Source: "hadolint", ID: "DL3012", URL: "https://github.com/hadolint/hadolint/wiki/DL3012"},
			{Source: "BuildKit", ID: "MultipleInstructionsDisallowed", URL: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/"},
			{Source: "Trivy", ID: "DS-0007, DS-0016, DS-0023"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, s := range p.File.Dockerfile.Stages {
			for _, keyword := range []string{"ENTRYPOINT", "CMD", "HEALTHCHECK"} {
				var list []*dockerfile.Instruction
				for _, i := range s.Instructions {
					if i.Keyword == keyword {
						list = append(list, i)
					}
				}
				if len(list) > 1 {
					reportRepeated(p, s, list)
				}
			}
		}
	},
}

func reportRepeated(p *fixer.Pass, s *dockerfile.Stage, list []*dockerfile.Instruction) {
	last := list[len(list)-1]
	first := list[0]
	f := fixer.Finding{
		Path:    stagePath(s) + ": " + first.Keyword + " repeated",
		Message: fmt.Sprintf("%s has no effect: the one on line %d overrides it", first.Keyword, last.Line),
	}
	var all []text.Edit
	for _, i := range list[:len(list)-1] {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(p, i), Text: fmt.Sprintf("%s %s", i.Keyword, brief([]string{i.Text()}))})
		edits, err := p.File.Dockerfile.Delete(i)
		if err != nil {
			f.Advice = "delete all but the last; it is not done here because " + reason(err)
			report(p, first, f)
			return
		}
		all = append(all, edits...)
	}
	f.Fixes = []fixer.Fix{{
		ID: "delete", Title: fmt.Sprintf("delete all %s but the last", first.Keyword), Level: fixer.Safe,
		Verify: "docker image inspect --format '{{json .Config}}' IMAGE   is the same before and after; if both were meant to run, run two containers",
		Edit:   edit(p, all),
	}}
	report(p, first, f)
}
