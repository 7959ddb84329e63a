package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed hook_privileges.md
var hookPrivilegesDoc string

// HookPrivileges reports lifecycle hooks that have more privileges than their service.
var HookPrivileges = &fixer.Rule{
	Name:     "compose/hook-privileges",
	Title:    "privileged lifecycle hook",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.23"},
		{Source: fixer.CISDocker, ID: "5.24"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.DockerDocs, ID: "lifecycle hooks", Link: "https://docs.docker.com/compose/how-tos/lifecycle/"},
		attackEscape,
	},
	Doc: hookPrivilegesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, key := range []string{"pre_start", "post_start", "pre_stop"} {
				for i, s := range v.List(key) {
					if !inherited(v, s) {
						reportHook(p, v, key, i, s)
					}
				}
			}
		}
	},
}

func reportHook(p *fixer.Pass, v compose.View, key string, i int, s compose.Setting) {
	path := fmt.Sprintf("%s[%d]", v.Service.Path.Join(key), i)
	spec := container.FromService(p, v)
	privileged := compose.Setting{Node: s.Node.Get("privileged"), File: s.File, Own: s.Own}
	if isOn(privileged) && !spec.Privileged.Yes() {
		f := fixer.Finding{
			Path:    path + " privileged",
			Message: fmt.Sprintf("A %s hook of service %q is privileged: it can control the host", key, v.Name),
		}
		if !s.Own || s.File != v.File || privileged.Variable() != "" {
			f.Advice = "Remove privileged from the hook at " + placeOf(s)
		} else {
			level := fixer.Review
			if e, ok := reasonFor(v, privileged); ok {
				level, f.Evidence, f.Advice = fixer.Manual, []fixer.Evidence{e}, "Check whether the reason in the comment still holds, and remove privileged if not"
			}
			f.Fixes = []fixer.Fix{{
				ID: "remove", Title: "Remove privileged from the hook", Level: level,
				Breaks: "Hooks that mount filesystems, use devices or change kernel settings",
				Verify: verifyRestart(v),
				Edit:   fixer.EditYAML(v.Doc, yamldoc.Remove(s.Node.Path().Join("privileged"))),
			}}
		}
		report(p, v, own(privileged), f)
	}
	user, certain := compose.Expand(s.Node.Get("user").Text())
	name, _, _ := strings.Cut(user, ":")
	if !certain || name != "root" && name != "0" || !spec.User.Set || spec.User.Identity.IsRoot() || key == "pre_start" {
		return
	}
	report(p, v, own(s), fixer.Finding{
		Path: path + " user", Severity: fixer.Low,
		Message: fmt.Sprintf("A %s hook runs as root in the container of service %q, which runs as %s", key, v.Name, v.Text("user")),
		Advice:  "Prepare files in a pre_start hook, which runs once in a container of its own, and run this hook as the user of the service",
	})
}
