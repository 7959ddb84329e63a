package compose

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
)

//go:embed writable_host_path.md
var writableHostPathDoc string

// WritableHostPath reports writable mounts of system files that services only read.
var WritableHostPath = &fixer.Rule{
	Name:     "compose/writable-host-path",
	Title:    "writable mount of system files",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.6"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.ComposeLint, ID: "CL-0025"},
		attackEscape,
	},
	Doc: writableHostPathDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if container.FromService(p, v).Privileged.Yes() {
				continue // it remounts what it likes
			}
			for _, m := range hostMounts(v) {
				if !m.Read || !mountWritable(m.Mount) {
					continue
				}
				f := fixer.Finding{
					Path: v.Service.Path.String() + " volumes[" + m.Target + "]", Severity: min(m.Severity, fixer.High),
					Message: fmt.Sprintf("Service %q can write to %s (%s) on its host", v.Name, sourceOf(m.Mount), m.holds),
				}
				if why := unwritableMount(v, m.Mount); why != "" {
					f.Advice = why
				} else {
					fix := readOnlyMount(v, m.Mount, "Applications that write to "+m.Target)
					if why, ok := reasonFor(v, m.Setting); ok {
						fix.Level = fixer.Manual
						f.Evidence = append(f.Evidence, why)
						f.Advice = "Check whether the reason in the comment holds for write access, and mount the path read-only if not"
					}
					f.Fixes = []fixer.Fix{fix}
				}
				report(p, v, own(m.Setting), f)
			}
		}
	},
}
