package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/container"
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
			if set.IsFalse() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s may gain privileges its parent does not have", c)}
			if why, yes := escalates(c); yes {
				f.Advice = "allowPrivilegeEscalation cannot be false while " + why + ": take that away first"
				report(p, c, set, f)
				continue
			}
			d := container.FromContainer(p, c).ForbidNewPrivileges()
			f.Evidence = d.Evidence
			f.Fixes = []fixer.Fix{{
				ID:     "forbid",
				Title:  "set allowPrivilegeEscalation to false",
				Level:  d.Level,
				Breaks: d.Breaks,
				Verify: "kubectl exec POD -- grep NoNewPrivs /proc/1/status   prints 1",
				Edit: func(draft *fixer.Draft) error {
					draft.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false))
					return nil
				},
			}}
			report(p, c, set, f)
		}
	},
}
