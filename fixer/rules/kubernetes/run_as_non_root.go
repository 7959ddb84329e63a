package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/container"
)

// RunAsNonRoot wants runAsNonRoot: true, with a user that the image works as.
var RunAsNonRoot = &fixer.Rule{
	Name:     "kubernetes/run-as-non-root",
	Title:    "may run as root",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers for which neither the container nor the pod sets runAsNonRoot to true. What the image starts as decides the
fix: its Dockerfile in this repository, the registry's configuration, or the image table. Where a user has to be given, the
first alternative is the whole of it: the user, no privilege escalation, no capabilities and a read-only root with the volumes
the image needs, because these only hold together. What is the same for every container of a pod is written once, for the pod.
An image that must start as root is reported with what can be done instead.`,
		Why: `A process that escapes its container as user 0 is root on the node. With runAsNonRoot the kubelet refuses to start a
container whose user is root, whatever the image says tomorrow.`,
		Breaks: `If the image starts as root and no user is given, the kubelet refuses the container. If it is given a user that does
not own what it writes to, it fails with "permission denied". An existing volume may hold files of the former user.`,
		Verify: `kubectl exec POD -- id -u   prints a number other than 0`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
    securityContext:
      runAsNonRoot: true
      runAsUser: 11211
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: runAsNonRoot", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.7"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, non-root containers"},
			{Source: "Trivy", ID: "KSV-0012"},
			{Source: "Checkov", ID: "CKV_K8S_23"},
			{Source: "kube-linter", ID: "run-as-non-root"},
			{Source: "Kubescape", ID: "C-0013"},
			{Source: "Polaris", ID: "runAsRootAllowed"},
			{Source: "KICS", ID: "Container Running As Root"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			pod := identifyPod(p, w)
			for _, id := range pod.containers {
				if id.Need != container.NeedNothing {
					reportIdentity(p, pod, id)
				}
			}
		}
	},
}

func reportIdentity(p *fixer.Pass, pod podIdentity, id identity) {
	c := id.in
	f := fixer.Finding{Message: fmt.Sprintf("%s %s", c, id.Says), Evidence: id.Evidence, Advice: id.Advice}
	switch id.Need {
	case container.NeedFlag:
		if id.Level == fixer.Safe {
			f.Severity = fixer.Medium // it is not root as it is
		}
		f.Fixes = []fixer.Fix{flagFix(p, pod, id)}
	case container.NeedUser:
		if harden, ok := hardenFix(p, pod, id); ok {
			f.Fixes = append(f.Fixes, harden)
		}
		f.Fixes = append(f.Fixes, userFix(p, pod, id))
	}
	set, inherited := c.Security("runAsNonRoot")
	if inherited {
		set = nil
	}
	report(p, c, set, f)
}
