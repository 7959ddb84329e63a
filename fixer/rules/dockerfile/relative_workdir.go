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
	f := fixer.Finding{Message: fmt.Sprintf("WORKDIR %s depends on what comes before it", dir)}
	before := s.WorkdirAt(i)
	switch {
	case i.OnBuild:
		f.Advice = "write the whole path; it is not done here because ONBUILD acts in images built from this one, which are not seen here"
	case before.At == nil:
		f.Advice = fmt.Sprintf("write the whole path; what it is relative to is said by the base %s, which is not read here", s.Root().Base)
	case !before.Known || i.Words[0].Dynamic || variableFolder(s, i):
		f.Advice = fmt.Sprintf("write the whole path; WORKDIR on line %d does not tell what it is relative to without a variable", before.At.Line)
	default:
		full := path.Join(before.Text, dir)
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, before.At), Text: "the folder before it is " + before.Text}}
		if strings.ContainsAny(full, " \t\"'$`") {
			f.Advice = "write the whole path, " + full + ", with quotes where it needs them"
			break
		}
		file := p.File.Dockerfile
		f.Fixes = []fixer.Fix{{
			ID: "absolute", Title: "write " + full, Level: fixer.Safe,
			Verify: "docker image inspect --format '{{.Config.WorkingDir}}' IMAGE   is the same before and after",
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
