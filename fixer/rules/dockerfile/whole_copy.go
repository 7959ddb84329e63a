package dockerfile

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// WholeCopy wants files taken from another image one by one, not its whole
// file system.
var WholeCopy = &fixer.Rule{
	Name:     "dockerfile/whole-copy",
	Title:    "whole file system copied",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `COPY --from=… / / in a stage that ends up in an image: medium when it takes another image as a whole, low when it takes a
stage of the file. Left alone are stages that start from scratch, where this is how layers are made into one. There is no edit:
which of the files are needed is not in the file.`,
		Why: `The other file system is laid over the one of the base: its accounts, shells, libraries and certificates win over those that
the base's owner maintains, and the list of packages no longer says what is there, so that scanners miss flaws. Whatever a build
stage held (sources, caches, credentials) comes along.`,
		Breaks: `A program of which not all files were named no longer starts: ldd PROGRAM in the other image tells its libraries.`,
		Verify: `docker build .   and start it;   docker history IMAGE   shows a small layer for the COPY`,
		Bad: `FROM golang:1.25 AS build
WORKDIR /src
RUN go build -o /out/app .
FROM debian:13-slim
COPY --from=build / /
`,
		Good: `FROM golang:1.25 AS build
WORKDIR /src
RUN go build -o /out/app .
FROM debian:13-slim
COPY --from=build /out/app /usr/local/bin/app
`,
		References: []fixer.Reference{
			{Source: "hadolint", ID: "DL3067", URL: "https://github.com/hadolint/hadolint/wiki/DL3067"},
			{Source: "CIS Docker", ID: "4.3"},
		},
	},
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
				Message:  fmt.Sprintf("all files of the image %s are laid over those of the base", from.Value),
				Advice:   "name what is needed: the program, its libraries and its settings, each with a COPY --from of its own",
			}
			if build.StageNamed(f, from.Value) != nil {
				finding.Severity = fixer.Low
				finding.Message = fmt.Sprintf("all files of stage %s are laid over those of the base", from.Value)
			}
			report(p, at, finding)
		})
	},
}
