package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed relative_workdir.md
var relativeWorkdirDoc string

// RelativeWorkdir reports relative WORKDIR paths.
var RelativeWorkdir = &fixer.Rule{
	Name:     "dockerfile/relative-workdir",
	Title:    "relative WORKDIR",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3000"},
		{Source: fixer.BuildKit, ID: "WorkdirRelativePath"},
		{Source: fixer.Trivy, ID: "DS-0009"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_10"},
		{Source: fixer.KICSDockerfile, ID: "6b376af8-cfe8-49ab-a08d-f32de23661a4", Title: "WORKDIR Path Not Absolute"},
	},
	Doc: relativeWorkdirDoc,
	Check: func(p *fixer.Pass) {
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "WORKDIR" && !s.Windows && len(i.Words) == 1 {
				checkWorkdir(p, s, i, at)
			}
		})
	},
}

func checkWorkdir(p *fixer.Pass, s *dockerfile.Stage, i, at *dockerfile.Instruction) {
	dir := i.Words[0].Value
	if dir == "" || strings.HasPrefix(dir, "/") || strings.HasPrefix(dir, "$") || strings.HasPrefix(dir, "~") || path.Clean(dir) == "." || strings.Contains(dir, `\`) || strings.Contains(dir, ":") {
		return
	}
	f := fixer.Finding{Message: fmt.Sprintf("WORKDIR %s is relative, so the directory depends on earlier instructions", dir)}
	before := s.WorkdirAt(i)
	switch {
	case i.OnBuild:
		f.Advice = "Write the absolute path. Not fixed automatically: ONBUILD acts in images built from this one, which are unknown here"
	case before.At == nil:
		f.Advice = fmt.Sprintf("Write the absolute path. Not fixed automatically: the working directory of the base image %s is unknown", s.Root().Base)
	case !before.Known || i.Words[0].Dynamic || variableFolder(s, i):
		f.Advice = fmt.Sprintf("Write the absolute path. Not fixed automatically: WORKDIR on line %d depends on a variable", before.At.Line)
	default:
		full := path.Join(before.Text, dir)
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, before.At), Text: "The working directory before this instruction is " + before.Text}}
		if strings.ContainsAny(full, " \t\"'$`") {
			f.Advice = "Write the absolute path, " + full + ", quoted where necessary"
			break
		}
		file := p.File.Dockerfile
		f.Fixes = []fixer.Fix{{
			ID: "absolute", Title: "Write WORKDIR " + full, Level: fixer.Safe,
			Verify: "docker image inspect --format '{{.Config.WorkingDir}}' IMAGE\nprints the same directory before and after the change",
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceArgs(i, full) }),
		}}
	}
	report(p, at, f)
}

// variableFolder reports whether the folder before a WORKDIR rests on a
// variable: a build may give an ARG another value than its default.
func variableFolder(s *dockerfile.Stage, i *dockerfile.Instruction) bool {
	for at := s.WorkdirAt(i); at.At != nil; at = at.Stage.WorkdirAt(at.At) {
		if w := at.At.Words; len(w) != 1 || w[0].Dynamic {
			return true
		} else if strings.HasPrefix(w[0].Value, "/") {
			return false
		}
	}
	return true
}
