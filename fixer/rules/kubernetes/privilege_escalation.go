package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
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
			if isFalse(set) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s may gain privileges its parent does not have", c)}
			if why, yes := escalates(c); yes {
				f.Advice = "allowPrivilegeEscalation cannot be false while " + why + ": take that away first"
				report(p, c, set, f)
				continue
			}
			fix := fixer.Fix{
				ID:     "forbid",
				Title:  "set allowPrivilegeEscalation to false",
				Level:  fixer.Safe,
				Breaks: "only what relies on a setuid program or on file capabilities at run time: sudo, ping of old distributions",
				Verify: "kubectl exec POD -- grep NoNewPrivs /proc/1/status   prints 1",
				Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false)),
			}
			if why, evidence := mayNotice(p, c); why != "" {
				fix.Level, fix.Breaks = fixer.Review, why
				f.Evidence = append(f.Evidence, evidence)
			}
			f.Fixes = []fixer.Fix{fix}
			report(p, c, set, f)
		}
	},
}

// mayNotice looks for a sign that the program relies on what the fix takes
// away, and says what breaks then.
func mayNotice(p *fixer.Pass, c kube.Container) (breaks string, evidence fixer.Evidence) {
	const lost = "the program's file capabilities no longer take effect: it cannot bind ports below 1024 unless it runs as root or on other ports"
	profile := container.OfImage(p, c.Image)
	user, _ := startsAs(c, profile)
	switch {
	case profile.Entry != nil && len(profile.Entry.CapsNonRoot) > 0:
		return lost, fixer.ImageEvidence(profile.Entry.Evidence(image.FieldCapsNonRoot))
	case len(added(c)) > 0 && !user.IsRoot():
		return lost, fixer.Evidence{Kind: fixer.FromManifest, Text: "it adds " + strings.Join(added(c), ", ") + ", which only a program with file capabilities can use when it is not root"}
	case isTrue(c.Node.Get("securityContext").Get("allowPrivilegeEscalation")):
		return "somebody set it to true: a setuid program or file capabilities that are needed no longer take effect", fixer.Evidence{Kind: fixer.FromManifest, Text: "allowPrivilegeEscalation is set to true"}
	case profile.BuiltHere():
		if word := profile.Elevates(); word != "" {
			return "what the image does with " + word + " no longer works", fixer.Evidence{Kind: fixer.FromDockerfile, Place: profile.Build.Path, Text: "speaks of " + word}
		}
	}
	return "", fixer.Evidence{}
}
