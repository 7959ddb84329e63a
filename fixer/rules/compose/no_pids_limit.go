package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
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
	},
	Params: []fixer.Param{paramPids},
	Doc:    noPidsLimitDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			if !pidsLimit.limited(v) {
				checkPids(p, v)
			}
		}
	},
}

// defaultPids is more than services of one purpose have, and far less than what keeps a
// host from starting processes.
const defaultPids = "1024"

var paramPids = fixer.Param{Name: "pids", Meaning: "number of processes and threads, from 16 to 100000", Validate: validPids}

func validPids(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 16 || n > 100000 || strconv.Itoa(n) != s {
		return errors.New("a number from 16 to 100000")
	}
	return nil
}

func checkPids(p *fixer.Pass, v compose.View) {
	deploy := inDeploy(p, v)
	f := fixer.Finding{Message: fmt.Sprintf("Service %q has no PIDs limit: a fork bomb in it stops the whole host", v.Name)}
	if why := pidsLimit.unlimitable(v, deploy); why != "" {
		f.Advice = why
		report(p, v, nil, f)
		return
	}
	f.Fixes = []fixer.Fix{{
		ID: "limit", Level: fixer.Review, Params: []fixer.Param{paramPids.With(defaultPids)},
		Title:  fmt.Sprintf("Set %s to %s", where(pidsLimit, deploy), defaultPids),
		Breaks: "Applications that run more than " + defaultPids + " processes and threads at the same time",
		Verify: v.CLI() + " up -d " + text.ShellWord(v.Name) + " && " + v.CLI() + " stats --no-stream " + text.ShellWord(v.Name) + "\nshows PIDS well below the limit under load",
		Edit: func(d *fixer.Draft) error {
			n, err := strconv.Atoi(d.Param("pids"))
			if err != nil {
				return err
			}
			return pidsLimit.set(d, v, deploy, n)
		},
	}}
	report(p, v, nil, f)
}
