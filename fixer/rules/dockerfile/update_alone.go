package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
)

//go:embed update_alone.md
var updateAloneDoc string

// UpdateAlone reports package lists fetched in a step of their own.
var UpdateAlone = &fixer.Rule{
	Name:     "dockerfile/update-alone",
	Title:    "package lists updated in a separate RUN",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Standards,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.7"},
		{Source: fixer.Trivy, ID: "DS-0017"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_5"},
		{Source: fixer.KICSDockerfile, ID: "9bae49be-0aa3-4de5-bab2-4c3a069e40cd", Title: "Update Instruction Alone"},
		{Source: fixer.Dockle, ID: "CIS-DI-0007"},
	},
	Doc: updateAloneDoc,
	Check: func(p *fixer.Pass) {
		kept, runs := build.InFinalImage(p), build.Of(p.File).Packages()
		for _, st := range build.Of(p.File).Steps("RUN") {
			r := runs.At(st.At)
			if r == nil || r.Rough || r.Instruction.OnBuild {
				continue
			}
			for _, m := range build.Managers {
				if m.Uses == nil && m.Name != "zypper" || m.Mounted(st.Instruction) {
					continue
				}
				first := slices.IndexFunc(r.Calls, func(c *build.PackageCall) bool { return c.Manager == m && fetchesLists(c) })
				if first < 0 || slices.ContainsFunc(r.Calls, func(c *build.PackageCall) bool { return c.Manager == m && !fetchesLists(c) }) ||
					slices.ContainsFunc(r.Commands, build.Command.RunsUnread) || r.LastUncleaned(m) == nil {
					continue
				}
				later := build.NeededAfter(p, st.At, m)
				if !kept[st.Stage] && !later.Sure {
					continue
				}
				lone := &fetch{pass: p, runs: runs, run: r, call: r.Calls[first], later: later, kept: kept[st.Stage]}
				start, end := st.Span(build.Command{Command: lone.call.Command})
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": " + m.Name,
					Message: fmt.Sprintf("%s is in a separate RUN: later steps install from outdated lists in the build cache", lone.name()),
					Start:   start, End: end,
				}
				lone.mend(&f)
				report(p, st.At, f)
			}
		}
	},
}

// fetchesLists reports whether a call fetches lists and nothing else.
func fetchesLists(c *build.PackageCall) bool {
	switch c.Manager.Name {
	case "zypper":
		return c.Verb == "refresh" || c.Verb == "ref"
	}
	return c.Verb == "update"
}
