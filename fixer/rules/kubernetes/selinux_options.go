package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
)

// SELinuxOptions wants no SELinux context beyond those of containers.
var SELinuxOptions = &fixer.Rule{
	Name:     "kubernetes/selinux-options",
	Title:    "leaves the SELinux confinement of containers",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `seLinuxOptions of pods and containers with a user, a role, or a type that is not one of containers (container_t,
container_init_t, container_kvm_t, container_engine_t). spc_t, which is not confined at all, is high. A level, which only separates pods from
each other, is left alone.`,
		Why: `On nodes with SELinux the type decides what a process may touch when everything else has failed. Another type opens files
and operations of the node that containers do not have.`,
		Breaks: `What the type was set for is denied: mostly access to files of the node. The audit log of the node says what.`,
		Verify: `kubectl exec POD -- cat /proc/1/attr/current   prints a context with container_t, and ausearch -m avc on the node stays empty`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    seLinuxOptions:
      type: spc_t
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    seLinuxOptions:
      level: s0:c123,c456
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: seLinuxOptions", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "Trivy", ID: "KSV-0025"},
			{Source: "Kubescape", ID: "C-0211"},
			{Source: "Monokle", ID: "PSS108"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, s := range scopes(w) {
				checkSELinux(p, s)
			}
		}
	},
}

// containerTypes are those the Pod Security Standards allow since 1.31.
var containerTypes = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

func checkSELinux(p *fixer.Pass, s scope) {
	options := s.context.Get("seLinuxOptions")
	var wrong []string
	for _, key := range []string{"user", "role", "type"} {
		value := options.Get(key).Text()
		if value != "" && (key != "type" || !slices.Contains(containerTypes, value)) {
			wrong = append(wrong, key+" "+value)
		}
	}
	if len(wrong) == 0 {
		return
	}
	f := fixer.Finding{
		Message: fmt.Sprintf("%s asks for the SELinux %s", s.who, strings.Join(wrong, ", ")),
		Advice:  "remove it and look for denials in the node's audit log (ausearch -m avc); what is denied with good reason is better given by a volume with the right label or a policy made for it (udica)",
	}
	if options.Get("type").Text() == "spc_t" {
		f.Severity = fixer.High
		f.Message += ", which is not confined"
	}
	reportScope(p, s, "seLinuxOptions", options, f)
}
