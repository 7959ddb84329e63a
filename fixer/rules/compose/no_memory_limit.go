package compose

import (
	_ "embed"
	"errors"
	"fmt"
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
	},
	Params: []fixer.Param{paramMemory, paramCPUs},
	Doc:    noMemoryLimitDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			if !memoryLimit.limited(v) {
				checkMemory(p, v)
			}
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

func checkMemory(p *fixer.Pass, v compose.View) {
	deploy := inDeploy(p, v)
	spec := container.FromService(p, v)
	d := limitsOf(p, v)
	key := memoryLimit.service
	if deploy {
		key = "deploy"
	}
	for _, r := range v.Reached(key) {
		d.Raise(limitsOf(p, r.View))
	}
	f := fixer.Finding{
		Message:  fmt.Sprintf("Service %q has no memory limit and can use all memory of its host", v.Name),
		Evidence: d.Evidence,
	}
	size := container.ComposeSize(d.Memory)
	if deploy {
		size = strings.ToUpper(size)
	}
	switch why := memoryLimit.unlimitable(v, deploy); {
	case why != "":
		f.Advice = why
	case !v.Setting("memswap_limit").Node.Null():
		f.Advice = "Set mem_limit below the value of memswap_limit, which is the sum of memory and swap"
	default:
		fix := memoryFix(v, spec, deploy, size, d)
		f.Fixes = []fixer.Fix{fix}
		if !d.Known {
			f.Advice = "Set " + where(memoryLimit, deploy) + " to about twice what the service uses under load. docker stats shows the current use"
		}
	}
	report(p, v, nil, f)
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

func memoryFix(v compose.View, spec *container.Spec, deploy bool, size string, d container.LimitDecision) fixer.Fix {
	memory := paramMemory.With(size)
	memory.Validate, memory.Guess = spec.ValidComposeMemory, !d.Known
	params := []fixer.Param{memory}
	withCPU := !cpuLimit.limited(v) && v.Setting("cpu_quota").Node.Null() && v.Setting("cpu_count").Node.Null() && v.Setting("cpu_percent").Node.Null()
	if withCPU {
		params = append(params, paramCPUs)
	}
	level, unknown := d.Level, ""
	if !d.Known {
		level, unknown = fixer.Manual, "The memory that the application needs is unknown"
	}
	return fixer.Fix{
		ID: "limit", Level: level, Params: params,
		Title:  fmt.Sprintf("Set %s to %s", where(memoryLimit, deploy), size),
		Breaks: text.Sentences(unknown, "The container is OOM-killed above "+size),
		Verify: v.CLI() + " up -d " + text.ShellWord(v.Name) + " && " + v.CLI() + " stats --no-stream " + text.ShellWord(v.Name) + "\nshows a memory use well below the limit under load",
		Edit: func(draft *fixer.Draft) error {
			if err := memoryLimit.set(draft, v, deploy, draft.Param("memory")); err != nil {
				return err
			}
			cpus := draft.Param("cpus")
			if !withCPU || cpus == "" {
				return nil
			}
			if deploy {
				return cpuLimit.set(draft, v, deploy, cpus)
			}
			return cpuLimit.set(draft, v, deploy, yamldoc.Raw(cpus))
		},
	}
}
