package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed privilege_escalation.md
var privilegeEscalationDoc string

// PrivilegeEscalation reports containers that allow privilege escalation.
var PrivilegeEscalation = &fixer.Rule{
	Name:     "kubernetes/privilege-escalation",
	Title:    "privilege escalation allowed",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted: allowPrivilegeEscalation"},
		{Source: fixer.CISKubernetes, ID: "5.2.6"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0001"},
		{Source: fixer.Checkov, ID: "CKV_K8S_20"},
		{Source: fixer.KubeLinter, ID: "privilege-escalation-container"},
		{Source: fixer.Kubescape, ID: "C-0016"},
		{Source: fixer.Polaris, ID: "privilegeEscalationAllowed"},
		{Source: fixer.KICSKubernetes, ID: "5572cc5e-1e4c-4113-92a6-7a8a3bd25e6d", Title: "Privilege Escalation Allowed"},
	},
	Doc: privilegeEscalationDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set := c.Node.Get("securityContext").Get("allowPrivilegeEscalation")
			if set.IsFalse() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s does not set allowPrivilegeEscalation to false", c.Subject())}
			if advice, yes := escalates(c); yes {
				f.Advice = advice
				report(p, c, set, f)
				continue
			}
			d := container.FromContainer(p, c).ForbidNewPrivileges()
			f.Evidence, f.Advice = d.Evidence, d.Advice
			if d.Level == fixer.Manual {
				report(p, c, set, f)
				continue
			}
			f.Fixes = []fixer.Fix{{
				ID:     "forbid",
				Title:  "Set allowPrivilegeEscalation to false",
				Level:  d.Level,
				Breaks: d.Breaks,
				Verify: execCheck(c, "grep NoNewPrivs /proc/1/status", "prints NoNewPrivs: 1"),
				Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false)),
			}}
			leaveDecided(p, c.Workload, &f, "set allowPrivilegeEscalation to false if not", weakened(c, "allowPrivilegeEscalation")...)
			report(p, c, set, f)
		}
	},
}
