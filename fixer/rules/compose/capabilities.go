package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
)

//go:embed capabilities.md
var capabilitiesDoc string

// Capabilities reports services that keep the default capabilities.
var Capabilities = &fixer.Rule{
	Name:     "compose/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/writable-root"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.4"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.KICSCompose, ID: "ce76b7d0-9e77-464d-b86f-c5c48e03e22d", Title: "Container Capabilities Unrestricted"},
	},
	Doc: capabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			if has(v.List("cap_drop"), isAll) || v.Setting("privileged").Node.IsTrue() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("service %q keeps the capabilities Docker gives by default", v.Name)}
			if has(v.List("cap_add"), isAll) {
				f.Severity = fixer.High
				f.Message = fmt.Sprintf("service %q adds ALL capabilities", v.Name)
				f.Advice = "find out which capabilities it needs, and add only those next to cap_drop: [ALL]"
				report(p, v, nil, f)
				continue
			}
			d := container.FromService(p, v).DropCapabilities()
			f.Fixes, f.Evidence = []fixer.Fix{dropFix(v, d)}, d.Evidence
			report(p, v, own(v.Setting("cap_drop")), f)
		}
	},
}

func isAll(s string) bool { return strings.EqualFold(strings.TrimPrefix(s, "CAP_"), "ALL") }

// dropFix drops ALL and adds back what is needed.
func dropFix(v compose.View, d container.CapabilityDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "drop ALL capabilities",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: "docker compose up -d " + v.Name + ", restart it once, and look at its logs",
	}
	if len(d.AddBack) > 0 {
		fix.Title += " and add back " + strings.Join(d.AddBack, ", ")
	}
	fix.Edit = func(draft *fixer.Draft) error {
		ops := appendTo(v, "cap_drop", "ALL")
		if len(d.AddBack) > 0 {
			ops = append(ops, appendTo(v, "cap_add", d.AddBack...)...)
		}
		draft.YAML(v.Doc, ops...)
		return nil
	}
	return fix
}
