package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed no_pids_limit.md
var noPidsLimitDoc string

// NoPidsLimit reports services without a limit of processes.
var NoPidsLimit = &fixer.Rule{
	Name:     "compose/no-pids-limit",
	Title:    "no PIDs limit",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Resources,
	After:    []string{"compose/no-memory-limit"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.29"},
		{Source: fixer.OWASPDocker, ID: "rule 7"},
		{Source: fixer.KICSCompose, ID: "221e0658-cb2a-44e3-b08a-db96a341d6fa", Title: "Pids Limit Not Set"},
		attackExhaustion,
	},
	Params: []fixer.Param{paramPids},
	Doc:    noPidsLimitDoc,
	Check: func(p *fixer.Pass) {
		var open []unlimited
		for _, v := range unlimitedServices(p, pidsLimit) {
			why := pidsLimit.unlimitable(v.View, v.deploy)
			if why == "" && mayRunOthers(p, v.View) {
				why = "Set pids_limit to more than all processes need that the service starts: a privileged service may run other containers, which the limit counts, too"
			}
			if why != "" {
				report(p, v.View, nil, fixer.Finding{Message: fmt.Sprintf("Service %q has no PIDs limit: a fork bomb in it stops the whole host", v.Name), Advice: why})
				continue
			}
			open = append(open, v)
		}
		if len(open) > 0 {
			reportPids(p, open)
		}
	},
}

// defaultPids is more than services of one purpose have, and far less than what keeps a
// host from starting processes.
const defaultPids = "1024"

var paramPids = fixer.Param{Name: "pids", Meaning: "number of processes and threads, from 16 to 100000", Assumed: true, Validate: validPids}

func validPids(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 16 || n > 100000 || strconv.Itoa(n) != s {
		return errors.New("a number from 16 to 100000")
	}
	return nil
}

// reportPids reports all services of a file at once: nobody decides about each alone.
func reportPids(p *fixer.Pass, open []unlimited) {
	first := open[0]
	f := fixer.Finding{
		Path:    "services: pids_limit",
		Message: fmt.Sprintf("Service %q has no PIDs limit: a fork bomb in it stops the whole host", first.Name),
	}
	title, service := fmt.Sprintf("Set %s to %s", where(pidsLimit, first.deploy), defaultPids), " "+text.ShellWord(first.Name)
	if len(open) > 1 {
		f.Message = fmt.Sprintf("%d services have no PIDs limit: a fork bomb in one of them stops the whole host", len(open))
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromCompose, Place: p.File.Path, Text: "No limit is set for " + someNames(open)}}
		title, service = fmt.Sprintf("Set a PIDs limit of %s for %d services", defaultPids, len(open)), ""
	}
	if f.Advice = stackRefusesPids(p); f.Advice != "" {
		report(p, first.View, nil, f)
		return
	}
	f.Fixes = []fixer.Fix{{
		ID: "limit", Level: fixer.Review, Params: []fixer.Param{paramPids.With(defaultPids)}, Title: title,
		Breaks: "Applications that run more than " + defaultPids + " processes and threads at the same time",
		Verify: first.CLI() + " up -d" + service + " && " + first.CLI() + " stats --no-stream" + service + "\nshows PIDS well below the limit under load",
		Edit: func(d *fixer.Draft) error {
			n, err := strconv.Atoi(d.Param("pids"))
			if err != nil {
				return err
			}
			for _, v := range open {
				if givenByOthers(v, open, pidsLimit.key(v.deploy)) {
					continue
				}
				if err := pidsLimit.set(d, v.View, v.deploy, n); err != nil {
					return err
				}
			}
			return nil
		},
	}}
	report(p, first.View, nil, f)
}
