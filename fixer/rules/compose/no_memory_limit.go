package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed no_memory_limit.md
var noMemoryLimitDoc string

// NoMemoryLimit reports services without a memory limit.
var NoMemoryLimit = &fixer.Rule{
	Name:     "compose/no-memory-limit",
	Title:    "no memory limit",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.11"},
		{Source: fixer.CISDocker, ID: "5.12"},
		{Source: fixer.OWASPDocker, ID: "rule 7"},
		{Source: fixer.ComposeLint, ID: "CL-0026"},
		{Source: fixer.KICSCompose, ID: "bb9ac4f7-e13b-423d-a010-c74a1bfbe492", Title: "Memory Not Limited"},
		attackExhaustion,
	},
	Params: []fixer.Param{paramMemory, paramCPUs},
	Doc:    noMemoryLimitDoc,
	Check: func(p *fixer.Pass) {
		var unknown []unlimited
		all := unlimitedServices(p, memoryLimit)
		for _, v := range all {
			f, known := memoryFinding(p, v)
			if !known {
				unknown = append(unknown, v)
				continue
			}
			heedBase(p, v.View, memoryLimit.key(v.deploy), p.Rule, &f, func(base compose.View) (f fixer.Finding) {
				for _, b := range all {
					if b.Service == base.Service && b.deploy == v.deploy {
						f, _ = memoryFinding(p, b)
					}
				}
				return f
			})
			report(p, v.View, nil, f)
		}
		if len(unknown) > 0 {
			reportUnknownMemory(p, unknown)
		}
	},
}

var (
	paramMemory = fixer.Param{
		Name: "memory", Meaning: "memory limit, as in 512m or 2g; not below the reservation", Validate: new(container.Spec).ValidComposeMemory,
	}
	paramCPUs = fixer.Param{
		Name: "cpus", Meaning: "CPU limit, as in 0.5 or 2; empty for none", Validate: fixer.Optional(validCPUs),
	}
)

func validCPUs(s string) error {
	if n, err := strconv.ParseFloat(s, 64); err != nil || n < 0.01 || n > 1000 || strings.ContainsAny(s, "eExX_") {
		return errors.New("a number of CPUs from 0.01 to 1000, as in 0.5")
	}
	return nil
}

// memoryFinding is the finding about a service whose needs are known.
func memoryFinding(p *fixer.Pass, v unlimited) (f fixer.Finding, known bool) {
	spec, d := container.FromService(p, v.View), limitsOf(p, v.View)
	for _, r := range v.Reached(memoryLimit.key(v.deploy)) {
		d.Raise(limitsOf(p, r.View))
	}
	if !d.Known {
		return f, false
	}
	f = fixer.Finding{
		Message:  fmt.Sprintf("Service %q has no memory limit and can use all memory of its host", v.Name),
		Evidence: slices.Compact(d.Evidence),
	}
	switch why := memoryLimit.unlimitable(v.View, v.deploy); {
	case why != "":
		f.Advice = why
	case !v.Setting("memswap_limit").Node.Null():
		f.Advice = "Set mem_limit below the value of memswap_limit, which is the sum of memory and swap"
	default:
		f.Fixes = []fixer.Fix{memoryFix(v, spec, d)}
	}
	return f, true
}

// reportUnknownMemory reports the services of a file whose needs only a person can find
// out: a limit that is guessed kills what worked.
func reportUnknownMemory(p *fixer.Pass, unknown []unlimited) {
	first := unknown[0]
	f := fixer.Finding{
		Path:    "services: mem_limit",
		Message: fmt.Sprintf("Service %q has no memory limit and can use all memory of its host", first.Name),
		Advice:  fmt.Sprintf("Set %s to about twice what the service uses under load, which `%s stats --no-stream` shows", where(memoryLimit, first.deploy), first.CLI()),
	}
	if len(unknown) > 1 {
		f.Message = fmt.Sprintf("%d services have no memory limit and can use all memory of their host", len(unknown))
		f.Advice = fmt.Sprintf("Set %s for each to about twice what it uses under load, which `%s stats --no-stream` shows", where(memoryLimit, first.deploy), first.CLI())
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromCompose, Place: p.File.Path, Text: "No limit is set for " + someNames(unknown)}}
	}
	report(p, first.View, nil, f)
}

func limitsOf(p *fixer.Pass, v compose.View) container.LimitDecision {
	d := container.FromService(p, v).Limits()
	if s := v.Setting("shm_size"); !s.Node.Null() {
		d.SharedMemory(v.Text("shm_size"), placeOf(s))
	}
	return d
}

// where names the place of a limit for people.
func where(k limitKey, deploy bool) string {
	if deploy {
		return "deploy.resources.limits." + k.deploy
	}
	return k.service
}

func memoryFix(v unlimited, spec *container.Spec, d container.LimitDecision) fixer.Fix {
	size := container.ComposeSize(d.Memory)
	if v.deploy {
		size = strings.ToUpper(size)
	}
	memory := paramMemory.With(size)
	memory.Validate = spec.ValidComposeMemory
	params := []fixer.Param{memory}
	withCPU := !cpuLimit.limited(v.View) && v.Setting("cpu_quota").Node.Null() && v.Setting("cpu_count").Node.Null() && v.Setting("cpu_percent").Node.Null()
	if withCPU {
		params = append(params, paramCPUs)
	}
	return fixer.Fix{
		ID: "limit", Level: d.Level, Params: params,
		Title:  fmt.Sprintf("Set %s to %s", where(memoryLimit, v.deploy), size),
		Breaks: "The container is OOM-killed above " + size,
		Verify: v.CLI() + " up -d " + text.ShellWord(v.Name) + " && " + v.CLI() + " stats --no-stream " + text.ShellWord(v.Name) + "\nshows a memory use well below the limit under load",
		Edit: func(draft *fixer.Draft) error {
			if err := memoryLimit.set(draft, v.View, v.deploy, draft.Param("memory")); err != nil {
				return err
			}
			cpus := draft.Param("cpus")
			switch {
			case !withCPU || cpus == "":
				return nil
			case v.deploy:
				return cpuLimit.set(draft, v.View, true, cpus)
			}
			return cpuLimit.set(draft, v.View, false, yamldoc.Raw(cpus))
		},
	}
}
