package dockerfile

import (
	_ "embed"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
)

//go:embed bin_sh_relinked.md
var binShRelinkedDoc string

// BinShRelinked reports /bin/sh linked to another shell.
var BinShRelinked = &fixer.Rule{
	Name:     "dockerfile/bin-sh-relinked",
	Title:    "/bin/sh replaced by another shell",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL4005"},
		{Source: fixer.KICSDockerfile, ID: "8a301064-c291-4b20-adcb-403fe7fd95fd", Title: "Changing Default Shell Using SHELL Command"},
	},
	Doc: binShRelinkedDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Of(p.File).Steps("RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				if !replacesShell(c) {
					continue
				}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": /bin/sh",
					Message: c.Program + " replaces /bin/sh with another shell, at run time too",
					Advice:  "Use `SHELL [\"/bin/bash\", \"-c\"]` for the steps that need bash, and #!/bin/bash in scripts. Leave /bin/sh unchanged",
				}
				f.Start, f.End = st.Span(c)
				report(p, st.At, f)
				break
			}
		}
	},
}

func replacesShell(c build.Command) bool {
	words := c.Plain()
	if len(words) == 0 {
		return false
	}
	isShell := func(s string) bool { return s == "/bin/sh" || s == "/usr/bin/sh" }
	switch c.Program {
	case "ln", "mv", "cp":
		// Both the target and, for mv, what is moved away.
		last := words[len(words)-1]
		return len(words) > 1 && (isShell(last) || c.Program == "mv" && isShell(words[0]) ||
			(last == "/bin" || last == "/bin/") && path.Base(words[0]) == "sh")
	case "rm", "unlink":
		return slices.ContainsFunc(words, isShell)
	case "dpkg-reconfigure":
		return slices.Contains(words, "dash")
	case "update-alternatives":
		return slices.ContainsFunc(words, isShell)
	}
	return false
}
