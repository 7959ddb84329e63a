package dockerfile

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/text"
)

// Upgrade questions steps that upgrade all packages of the base.
var Upgrade = &fixer.Rule{
	Name:     "dockerfile/upgrade",
	Title:    "all packages upgraded",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `apt-get upgrade and dist-upgrade, apk upgrade, yum and dnf update without package names, zypper update and dist-upgrade, in
RUN. The advice on this is divided: old guides forbid it, because upgrades could fail in unprivileged builds and double the
size of a layer; CIS asks for patched images. There is no edit, only what to weigh. Left alone are upgrades of named packages.`,
		Why: `What the step does depends on the day it runs, so that two builds of one commit differ; with the build cache it may not have
run for months while the file says "upgraded". A base that is rebuilt often and named by its digest gives the same fixes, and
says which ones. Where the base is rebuilt rarely, the step can be the only way to get them.`,
		Breaks: `Taken out without a fresh base, known flaws stay in the image until the base is rebuilt.`,
		Verify: `docker build --pull --no-cache .   and a scan of the image show whether fixes are missing`,
		Bad: `FROM debian:13
RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*
`,
		Good: `FROM debian:13.2
CMD ["bash"]
`,
		References: []fixer.Reference{
			{Source: "Trivy", ID: "DS-0024"},
			{Source: "hadolint", ID: "DL3035", URL: "https://github.com/hadolint/hadolint/wiki/DL3035"},
			{Source: "dockle", ID: "DKL-DI-0003"},
			{Source: "CIS Docker", ID: "4.4"},
		},
	},
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				call, ok := build.ReadPackageCall(c.Command)
				if !ok || !upgradesAll(call) {
					continue
				}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": " + call.Program + " " + call.Verb,
					Message: fmt.Sprintf("%s %s makes the image depend on the day it is built", call.Program, call.Verb),
					Advice: "name a base that is rebuilt often and let a bot move its digest, then leave the step out; keep it if the base is rebuilt rarely, and build with --pull --no-cache on a schedule, " +
						"because a cached step upgrades nothing",
				}
				f.Start, f.End = st.Span(c)
				report(p, st.At, f)
			}
		}
	},
}

// upgrades are the subcommands that upgrade everything when no package is
// named, and those that always do.
var upgrades = map[string]map[string]bool{
	"apt":    text.WordSet("upgrade dist-upgrade full-upgrade safe-upgrade"),
	"apk":    text.WordSet("upgrade"),
	"dnf":    text.WordSet("update upgrade distro-sync"),
	"zypper": text.WordSet("update up dist-upgrade dup patch"),
}

func upgradesAll(c build.PackageCall) bool {
	if !upgrades[c.Manager.Name][c.Verb] {
		return false
	}
	for k := c.VerbWord + 1; k < len(c.Words); k++ {
		w := c.Words[k]
		if w.Value == "" || w.Value[0] != '-' {
			return false // a package
		}
		if c.Manager.Options[w.Value] {
			k++
		}
	}
	return true
}
