package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed copy_whole_filesystem.md
var copyWholeFilesystemDoc string

// CopyWholeFilesystem reports COPY of a whole filesystem.
var CopyWholeFilesystem = &fixer.Rule{
	Name:     "dockerfile/copy-whole-filesystem",
	Title:    "whole filesystem copied",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3067"},
		{Source: fixer.CISDocker, ID: "4.3"},
	},
	Doc: copyWholeFilesystemDoc,
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			from, ok := i.Flag("from")
			if i.Keyword != "COPY" || !ok || !kept[s] || s.Root().Image == "scratch" || len(i.Words) != 2 || i.Words[1].Value != "/" {
				return
			}
			if source := strings.TrimSuffix(i.Words[0].Value, "."); source != "/" && source != "/*" {
				return
			}
			finding := fixer.Finding{
				Severity: fixer.Medium,
				Message:  fmt.Sprintf("COPY --from=%s copies the whole filesystem of that image over the base image", from.Value),
				Advice:   "Copy only the required paths, each with its own COPY --from: the binary, its libraries and its configuration",
			}
			if build.StageNamed(f, from.Value) != nil {
				finding.Severity = fixer.Low
				finding.Message = fmt.Sprintf("COPY --from=%s copies the whole filesystem of that stage over the base image", from.Value)
			}
			report(p, at, finding)
		})
	},
}
