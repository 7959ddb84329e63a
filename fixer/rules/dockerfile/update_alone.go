package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"

	"oakum/fixer"
)

//go:embed update_alone.md
var updateAloneDoc string

// UpdateAlone reports package lists fetched in a step of their own.
var UpdateAlone = &fixer.Rule{
	Name:     "dockerfile/update-alone",
	Title:    "package lists fetched in a step of their own",
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
		kept, runs := shipped(p), readRuns(p.File.Dockerfile)
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			r := runs.runs[st.at]
			if r == nil || r.script == nil || r.triggers {
				continue
			}
			for _, m := range managers {
				if m.uses == nil && m.name != "zypper" || m.mounted(st.i) {
					continue
				}
				first := slices.IndexFunc(r.calls, func(c call) bool { return c.manager == m && fetchesLists(c) })
				if first < 0 || slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && !fetchesLists(c) }) ||
					slices.ContainsFunc(r.script.Commands, unread) || r.last(m) == nil {
					continue
				}
				later := runs.neededAfter(st.at, m)
				if !kept[st.stage] && !later.sure {
					continue
				}
				lone := &fetch{pass: p, runs: runs, run: r, call: r.calls[first], later: later, kept: kept[st.stage]}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.at) + ": " + m.name,
					Message: fmt.Sprintf("%s stands alone: later steps install from whatever lists the build cache remembers", lone.name()),
					Start:   lone.call.Start, End: lone.call.End,
				}
				lone.mend(&f)
				report(p, st.at, f)
			}
		}
	},
}

// fetchesLists reports whether a call fetches lists and nothing else.
func fetchesLists(c call) bool {
	switch c.manager.name {
	case "zypper":
		return c.sub == "refresh" || c.sub == "ref"
	}
	return c.sub == "update"
}
