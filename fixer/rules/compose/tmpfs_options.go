package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed tmpfs_options.md
var tmpfsOptionsDoc string

// TmpfsOptions reports tmpfs mounts that take the protections of Docker's default away.
var TmpfsOptions = &fixer.Rule{
	Name:     "compose/tmpfs-options",
	Title:    "tmpfs with suid or dev",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/writable-root"},
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.ComposeLint, ID: "CL-0022"},
		attackSetuid,
	},
	Doc: tmpfsOptionsDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, m := range v.Mounts() {
				if m.Tmpfs && m.Node.Is(yamldoc.Scalar) && !inherited(v, m.Setting) {
					reportTmpfs(p, v, m)
				}
			}
		}
	},
}

func reportTmpfs(p *fixer.Pass, v compose.View, m compose.Mount) {
	at, list, _ := strings.Cut(m.Node.Text(), ":")
	var weak, kept []string
	for _, option := range strings.Split(list, ",") {
		if option == "suid" || option == "dev" {
			weak = append(weak, option)
		} else if option != "" {
			kept = append(kept, option)
		}
	}
	if len(weak) == 0 {
		return
	}
	f := fixer.Finding{
		Path:    v.Service.Path.Join("tmpfs").String() + " " + m.Target,
		Message: fmt.Sprintf("Service %q mounts a tmpfs at %s with %s", v.Name, m.Target, strings.Join(weak, " and ")),
	}
	s := m.Setting
	level := fixer.Review
	if e, ok := reasonFor(v, s); ok {
		level, f.Evidence, f.Advice = fixer.Manual, []fixer.Evidence{e}, "Check whether the reason in the comment still holds, and remove the option if not"
	}
	if !s.Own || s.File != v.File || slices.Contains(kept, "$") {
		f.Advice = "Remove " + strings.Join(weak, " and ") + " at " + placeOf(s)
	} else {
		entry := at
		if len(kept) > 0 {
			entry += ":" + strings.Join(kept, ",")
		}
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "Remove " + strings.Join(weak, " and ") + " from the tmpfs at " + m.Target, Level: level,
			Breaks: "Applications that create setuid binaries or device files at " + m.Target,
			Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " grep " + text.ShellWord(" "+m.Target+" ") + " /proc/mounts\nshows nosuid and nodev",
			Edit:   fixer.EditYAML(v.Doc, yamldoc.Set(s.Node.Path(), entry)),
		}}
	}
	report(p, v, own(s), f)
}
