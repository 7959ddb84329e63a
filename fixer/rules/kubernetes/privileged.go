package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// Privileged wants no privileged containers.
var Privileged = &fixer.Rule{
	Name:     "kubernetes/privileged",
	Title:    "privileged",
	Severity: fixer.Critical,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers with privileged: true. Where the workload works on its node (a DaemonSet, host files, the host's process
table) it is reported without a fix, because such agents mostly need it.`,
		Why: `A privileged container has every capability, sees every device and runs without a system call filter. To be root in
it is to be root on the node.`,
		Breaks: `Whatever the privilege was given for: mounting file systems, loading kernel modules, changing the network, running
containers inside. Often one capability or one device is enough instead.`,
		Verify: `kubectl exec POD -- grep CapEff /proc/1/status   no longer prints 000001ffffffffff; then use the feature it was given for`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      privileged: true
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext: {}
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: privileged", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.2"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0017"},
			{Source: "Checkov", ID: "CKV_K8S_16"},
			{Source: "kube-linter", ID: "privileged-container"},
			{Source: "Kubescape", ID: "C-0057"},
			{Source: "Polaris", ID: "runAsPrivileged"},
			{Source: "KICS", ID: "Container Is Privileged"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set := c.Node.Get("securityContext").Get("privileged")
			if !isTrue(set) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s %q is privileged: root in it is root on the node", c.Role, c.Name)}
			if why, yes := hostLevel(c.Workload); yes {
				f.Evidence = []fixer.Evidence{{Source: "manifest", Text: why}}
				f.Advice = "it looks like an agent of its node (" + why + "): find out which capabilities and devices it needs, and give it those instead of everything"
				report(p, c, set, f)
				continue
			}
			f.Fixes = []fixer.Fix{{
				ID:     "remove",
				Title:  "remove privileged",
				Level:  fixer.Review,
				Breaks: "what it was given for stops working: mounts, devices, kernel modules, network changes, containers inside the container",
				Verify: "start it and use the feature that asked for the privilege",
				Edit: func(d *fixer.Draft) error {
					d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Remove(securityContext(c, "privileged")))
					return nil
				},
			}}
			report(p, c, set, f)
		}
	},
}
