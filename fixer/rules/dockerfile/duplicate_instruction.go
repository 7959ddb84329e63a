package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed duplicate_instruction.md
var duplicateInstructionDoc string

// DuplicateInstruction reports CMD, ENTRYPOINT and HEALTHCHECK instructions
// that a later one overrides.
var DuplicateInstruction = &fixer.Rule{
	Name:     "dockerfile/duplicate-instruction",
	Title:    "several CMD, ENTRYPOINT or HEALTHCHECK",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL4003"},
		{Source: fixer.Hadolint, ID: "DL4004"},
		{Source: fixer.Hadolint, ID: "DL3012"},
		{Source: fixer.BuildKit, ID: "MultipleInstructionsDisallowed"},
		{Source: fixer.Trivy, ID: "DS-0007"},
		{Source: fixer.Trivy, ID: "DS-0016"},
		{Source: fixer.Trivy, ID: "DS-0023"},
	},
	Doc: duplicateInstructionDoc,
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
		Message: fmt.Sprintf("%s has no effect: the same instruction on line %d overrides this one", first.Keyword, last.Line),
	}
	var all []text.Edit
	for _, i := range list[:len(list)-1] {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(p, i), Text: fmt.Sprintf("%s %s", i.Keyword, brief([]string{i.Text()}))})
		edits, err := p.File.Dockerfile.Delete(i)
		if err != nil {
			f.Advice = "Delete all but the last. Not fixed automatically: " + build.Reason(err)
			report(p, first, f)
			return
		}
		all = append(all, edits...)
	}
	f.Fixes = []fixer.Fix{{
		ID: "delete", Title: fmt.Sprintf("Delete all %s instructions but the last", first.Keyword), Level: fixer.Safe,
		Verify: "docker image inspect --format '{{json .Config}}' IMAGE\nprints the same before and after the change",
		Edit:   edit(all),
	}}
	report(p, first, f)
}
