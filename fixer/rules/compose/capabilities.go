package compose

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
)

// Capabilities wants every capability dropped that is not known to be needed.
var Capabilities = &fixer.Rule{
	Name:     "compose/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Doc: fixer.Doc{
		What: `Services whose cap_drop does not hold ALL, after merge keys, extends and override files. What cap_add holds stays; what
an image is known to need when it starts as root is added back. Privileged services are left to compose/privileged.`,
		Why: `Docker gives a root process fourteen capabilities by default, among them to change the owner of any file, to become any
user and to forge network packets. Few programs use one of them.`,
		Breaks: `A program that starts as root and changes owners or steps down needs CHOWN, SETUID, SETGID, and often DAC_OVERRIDE
from its second start on. A process that is not root has no capabilities to lose.`,
		Verify: `docker compose up -d SERVICE, restart it once, and look at its logs; grep CapBnd /proc/1/status shows what is left`,
		Bad: `services:
  web:
    image: example.org/web:1.4
`,
		Good: `services:
  web:
    image: example.org/web:1.4
    cap_drop:
      - ALL
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "5.4"},
			{Source: "OWASP Docker Security", ID: "rule 3", URL: "https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html"},
			{Source: "KICS", ID: "Container Capabilities Unrestricted"},
		},
	},
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
			f.Fixes, f.Evidence = []fixer.Fix{dropFix(p, v, d)}, d.Evidence
			report(p, v, own(v.Setting("cap_drop")), f)
		}
	},
}

func isAll(s string) bool { return strings.EqualFold(strings.TrimPrefix(s, "CAP_"), "ALL") }

// dropFix drops ALL and adds back what is needed.
func dropFix(p *fixer.Pass, v compose.View, d container.CapabilityDecision) fixer.Fix {
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
		draft.YAML(p.File.Path, v.Doc, ops...)
		return nil
	}
	return fix
}
