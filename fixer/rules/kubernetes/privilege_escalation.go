package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// PrivilegeEscalation wants allowPrivilegeEscalation: false.
var PrivilegeEscalation = &fixer.Rule{
	Name:     "kubernetes/privilege-escalation",
	Title:    "privilege escalation allowed",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers whose securityContext does not set allowPrivilegeEscalation to false, init, sidecar and ephemeral
containers included. A container that is privileged or adds SYS_ADMIN is reported without a fix: the API server refuses the pair.`,
		Why: `Without it a process may gain rights its parent does not have, through setuid programs or file capabilities. With it
the kernel's no_new_privs flag is set, and a process that broke in stays what it is.`,
		Breaks: `Only what relies on a setuid program or on file capabilities at run time: sudo, ping of old distributions, a web
server that binds port 80 through a file capability. Programs that start as root and step down (gosu, su-exec, setpriv) keep working.`,
		Verify: `kubectl exec POD -- grep NoNewPrivs /proc/1/status   prints 1`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      allowPrivilegeEscalation: false
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: allowPrivilegeEscalation", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.6"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0001"},
			{Source: "Checkov", ID: "CKV_K8S_20"},
			{Source: "kube-linter", ID: "privilege-escalation-container"},
			{Source: "Kubescape", ID: "C-0016"},
			{Source: "Polaris", ID: "privilegeEscalationAllowed"},
			{Source: "KICS", ID: "Privilege Escalation Allowed"},
		},
	},
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
				Edit: func(d *fixer.Draft) error {
					d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false))
					return nil
				},
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
