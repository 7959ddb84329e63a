package dockerfile

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/build"
)

// UpdateAlone wants package lists fetched in the step that installs from them.
var UpdateAlone = &fixer.Rule{
	Name:     "dockerfile/update-alone",
	Title:    "package lists fetched in a step of their own",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Late:     true, // it takes steps away in which the others may have something to mend
	Doc: fixer.Doc{
		What: `RUN instructions that fetch the lists of apt, apk or zypper and install nothing, in stages that end up in an image, and in
others if a later step relies on them. Where the next instruction is the one that installs, in one chain of commands, the two are
joined: apt-get update goes before the installation, and the lists are deleted behind it; apk add gets --no-cache, which fetches the
index by itself. A step that nothing relies on is taken out. Where something stands between the two, or several steps install from
the same lists, there is no edit: joining would move commands past others.`,
		Why: `The build cache remembers the step with the lists of the day it first ran. A package added to the later step is then installed
from old lists: a version with known flaws, or an error because it is no longer there.`,
		Breaks: `Later steps, images built from this one and commands in the container that install packages without fetching the lists no
longer find them. Packages come in the versions of the day on which the step is built.`,
		Verify: `docker build --no-cache .   installs the packages`,
		Bad: `FROM debian:13
RUN apt-get update
RUN apt-get install -y --no-install-recommends nginx
`,
		Good: `FROM debian:13
RUN apt-get update && apt-get install -y --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.7"},
			{Source: "Trivy", ID: "DS-0017"},
			{Source: "Checkov", ID: "CKV_DOCKER_5"},
			{Source: "KICS", ID: "9bae49be-0aa3-4de5-bab2-4c3a069e40cd"},
			{Source: "dockle", ID: "CIS-DI-0007"},
		},
	},
	Check: func(p *fixer.Pass) {
		kept, runs := build.InFinalImage(p), build.ReadPackageRuns(p.File.Dockerfile)
		for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
			r := runs.ByInstruction[st.At]
			if r == nil || r.Script == nil || r.OnBuild {
				continue
			}
			for _, m := range build.Managers {
				if m.Uses == nil && m.Name != "zypper" || m.Mounted(st.Instruction) {
					continue
				}
				first := slices.IndexFunc(r.Calls, func(c build.PackageCall) bool { return c.Manager == m && fetchesLists(c) })
				if first < 0 || slices.ContainsFunc(r.Calls, func(c build.PackageCall) bool { return c.Manager == m && !fetchesLists(c) }) ||
					slices.ContainsFunc(r.Script.Commands, build.RunsUnread) || r.LastUncleaned(m) == nil {
					continue
				}
				later := runs.NeededAfter(st.At, m)
				if !kept[st.Stage] && !later.Sure {
					continue
				}
				lone := &fetch{pass: p, runs: runs, run: r, call: r.Calls[first], later: later, kept: kept[st.Stage]}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": " + m.Name,
					Message: fmt.Sprintf("%s stands alone: later steps install from whatever lists the build cache remembers", lone.name()),
					Start:   lone.call.Start, End: lone.call.End,
				}
				lone.mend(&f)
				report(p, st.At, f)
			}
		}
	},
}

// fetchesLists reports whether a call fetches lists and nothing else.
func fetchesLists(c build.PackageCall) bool {
	switch c.Manager.Name {
	case "zypper":
		return c.Verb == "refresh" || c.Verb == "ref"
	}
	return c.Verb == "update"
}
