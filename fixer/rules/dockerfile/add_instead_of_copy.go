package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed add_instead_of_copy.md
var addInsteadOfCopyDoc string

// AddInsteadOfCopy reports ADD where COPY does the same.
var AddInsteadOfCopy = &fixer.Rule{
	Name:     "dockerfile/add-instead-of-copy",
	Title:    "ADD instead of COPY",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.9"},
		{Source: fixer.Hadolint, ID: "DL3020"},
		{Source: fixer.Trivy, ID: "DS-0005"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_4"},
		{Source: fixer.KICSDockerfile, ID: "9513a694-aa0d-41d8-be61-3271e056f36b", Title: "Add Instead of Copy"},
		{Source: fixer.Dockle, ID: "CIS-DI-0009"},
	},
	Doc: addInsteadOfCopyDoc,
	Check: func(p *fixer.Pass) {
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "ADD" && len(i.Words) > 1 && onlyCopyFlags(i) {
				checkAdd(p, s, i, at)
			}
		})
	},
}

// onlyCopyFlags reports whether COPY knows every flag of the ADD.
func onlyCopyFlags(i *dockerfile.Instruction) bool {
	for _, f := range i.Flags {
		if !slices.Contains([]string{"chown", "chmod", "link", "exclude"}, f.Name) {
			return false
		}
	}
	return true
}

func checkAdd(p *fixer.Pass, s *dockerfile.Stage, i, at *dockerfile.Instruction) {
	var doubts []string
	f := fixer.Finding{}
	names := make([]string, 0, len(i.Words))
	for _, w := range i.Words[:len(i.Words)-1] {
		src := readSource(p, s, i, w)
		switch {
		case src.needsADD:
			return
		case src.doubt != "" && len(doubts) < maxShown:
			doubts = append(doubts, src.doubt)
		}
		if len(f.Evidence) < maxShown {
			f.Evidence = append(f.Evidence, src.evidence)
		}
		names = append(names, w.Value)
	}
	f.Message = fmt.Sprintf("ADD copies local files (%s); COPY does the same without unpacking archives or downloading URLs", brief(names))
	switch {
	case i.OnBuild:
		f.Advice = "Write ONBUILD COPY if no archive must be unpacked. The instruction runs in images built from this one, which are unknown here"
	case s.Windows:
		f.Advice = "Write COPY if no archive must be unpacked. Windows stages are not edited automatically"
	default:
		file := p.File.Dockerfile
		fix := fixer.Fix{
			ID: "copy", Title: "Replace ADD with COPY", Level: fixer.Safe,
			Verify: "docker build -t IMAGE . && docker run --rm --entrypoint ls IMAGE -la " + text.ShellWord(i.Words[len(i.Words)-1].Value) + "\nlists the same files as before",
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceWord(i, i.Name, matchCase(file, "COPY")) }),
		}
		if len(doubts) > 0 {
			fix.Level, fix.Breaks = fixer.Review, strings.Join(slices.Compact(doubts), ". ")
		}
		f.Fixes = []fixer.Fix{fix}
	}
	report(p, at, f)
}
