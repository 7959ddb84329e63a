package dockerfile

import (
	_ "embed"
	"path"
	"slices"

	"oakum/fixer"
)

//go:embed bin_sh_relinked.md
var binShRelinkedDoc string

// BinShRelinked reports /bin/sh linked to another shell.
var BinShRelinked = &fixer.Rule{
	Name:     "dockerfile/bin-sh-relinked",
	Title:    "/bin/sh made another shell",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL4005"},
		{Source: fixer.KICSDockerfile, ID: "8a301064-c291-4b20-adcb-403fe7fd95fd", Title: "Changing Default Shell Using SHELL Command"},
	},
	Doc: binShRelinkedDoc,
	Check: func(p *fixer.Pass) {
		kept := shipped(p)
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			if !kept[st.stage] {
				continue
			}
			for _, c := range st.commands {
				if !replacesShell(c) {
					continue
				}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.at) + ": /bin/sh",
					Message: c.name + " puts another shell in the place of /bin/sh, for the container, too",
					Advice:  `write SHELL ["/bin/bash", "-c"] for the steps that need it, #!/bin/bash in the scripts that do, and leave /bin/sh as it is`,
				}
				f.Start, f.End = st.span(c)
				report(p, st.at, f)
				break
			}
		}
	},
}

func replacesShell(c command) bool {
	words := c.plain()
	if len(words) == 0 {
		return false
	}
	isShell := func(s string) bool { return s == "/bin/sh" || s == "/usr/bin/sh" }
	switch c.name {
	case "ln", "mv", "cp":
		// Both the target and, for mv, what is moved away.
		last := words[len(words)-1]
		return len(words) > 1 && (isShell(last) || c.name == "mv" && isShell(words[0]) ||
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
