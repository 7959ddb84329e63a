package dockerfile

import (
	"path"
	"slices"

	"oakum/fixer"
	"oakum/fixer/build"
)

// ShellReplaced wants the shell of the distribution left where it is.
var ShellReplaced = &fixer.Rule{
	Name:     "dockerfile/shell-replaced",
	Title:    "/bin/sh made another shell",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `Steps that put another program in the place of /bin/sh: ln, mv, cp and rm of it, dpkg-reconfigure dash, update-alternatives,
in stages that end up in an image. There is no edit: what relies on the other shell has to be found first.`,
		Why: `Every start script and every program that calls system() runs in the other shell from then on, in the container as well as in
the build, with whatever it adds: network connections by redirection, functions from variables. SHELL says the same for the
steps of the build alone, and in one place.`,
		Breaks: `Scripts that begin with #!/bin/sh and need bash fail when the link is taken back: name bash in their first line.`,
		Verify: `docker run --rm --entrypoint ls IMAGE -l /bin/sh   shows the shell of the distribution`,
		Bad: `FROM ubuntu:24.04
RUN ln -sf /bin/bash /bin/sh
RUN source /etc/profile && env
`,
		Good: `FROM ubuntu:24.04
SHELL ["/bin/bash", "-c"]
RUN source /etc/profile && env
`,
		References: []fixer.Reference{
			{Source: "hadolint", ID: "DL4005", URL: "https://github.com/hadolint/hadolint/wiki/DL4005"},
			{Source: "KICS", ID: "8a301064-c291-4b20-adcb-403fe7fd95fd"},
		},
	},
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				if !replacesShell(c) {
					continue
				}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": /bin/sh",
					Message: c.Program + " puts another shell in the place of /bin/sh, for the container, too",
					Advice:  `write SHELL ["/bin/bash", "-c"] for the steps that need it, #!/bin/bash in the scripts that do, and leave /bin/sh as it is`,
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
