package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed setuid_binary.md
var setuidBinaryDoc string

// SetuidBinary reports files made setuid.
var SetuidBinary = &fixer.Rule{
	Name:     "dockerfile/setuid-binary",
	Title:    "setuid or setgid binary created",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.8"},
		{Source: fixer.Dockle, ID: "CIS-DI-0008"},
		{Source: fixer.CWE, ID: "CWE-250"},
	},
	Doc: setuidBinaryDoc,
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if flag, ok := i.Flag("chmod"); ok && kept[s] && !s.Windows && build.SetsUID(flag.Value) {
				report(p, at, fixer.Finding{
					Message: fmt.Sprintf("--chmod=%s sets the setuid or setgid bit: every user of the container runs these files as their owner", flag.Value),
					Advice:  setuidAdvice,
					Start:   flag.Word.Start, End: flag.Word.End,
				})
			}
		})
		for _, st := range build.Of(p.File).Steps("RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				mode, _ := c.Mode()
				if !build.SetsUID(mode) || deletedAgain(st, c) {
					continue
				}
				finding := fixer.Finding{
					Path:    place(f, st.At) + ": " + c.Program + c.Ordinal,
					Message: fmt.Sprintf("%s %s sets the setuid or setgid bit: every user of the container runs these files as their owner", c.Program, mode),
					Advice:  setuidAdvice,
				}
				finding.Start, finding.End = st.Span(c)
				report(p, st.At, finding)
			}
		}
	},
}

const setuidAdvice = "Remove the bit. Do work that needs root in the build, or set only the file capability that the binary needs (setcap cap_net_bind_service=+ep for low ports)"
