package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/kube/podsecurity"
)

// PodSecurity reports what keeps a pod from the restricted standard and has no
// rule of its own.
var PodSecurity = &fixer.Rule{
	Name:     "kubernetes/pod-security",
	Title:    "not restricted",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Workloads whose pods do not meet the restricted Pod Security Standard, judged by the evaluator that the API server runs,
for controls that no other rule speaks of: volume types beyond those of the standard, and whatever a later version of the
standard adds.`,
		Why: `A namespace that enforces the restricted standard refuses such a pod. Each control stands for a way out of a container
that has been used.`,
		Breaks: `Volumes of other types (NFS, iSCSI, cloud disks named directly) have to become claims, whose driver mounts them.`,
		Verify: `kubectl apply --dry-run=server in a namespace with the label pod-security.kubernetes.io/enforce=restricted`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
  volumes:
  - name: files
    nfs: {server: files.example.org, path: /export}
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
  volumes:
  - name: files
    persistentVolumeClaim: {claimName: files}
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2"},
			{Source: "Trivy", ID: "KSV-0028"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			verdict := podsecurity.Evaluate(w)
			at := w.Node.Get("metadata").Get("name")
			if at == nil {
				at = w.Pod
			}
			if verdict.Err != nil {
				p.Report(fixer.Finding{Path: w.ID(), Start: at.Start, End: at.End,
					Message: verdict.Err.Error(), Advice: "an API server refuses it too: kubectl apply --dry-run=server says more"})
				continue
			}
			for _, v := range verdict.Violations {
				if covered[v.Reason] != "" && !(v.Reason == "runAsUser=0" && !anyRoot(w)) {
					continue
				}
				p.Report(fixer.Finding{
					Path: w.ID() + " " + v.Reason, Start: at.Start, End: at.End,
					Message:  fmt.Sprintf("%s does not meet the %s standard: %s (%s)", w.ID(), v.Level, v.Reason, v.Detail),
					Evidence: []fixer.Evidence{{Source: "Pod Security " + podsecurity.Version, Text: v.Detail}},
					Advice:   advice(v.Reason),
				})
			}
		}
	},
}

// covered are the evaluator's reasons that a rule of their own reports, with
// more to say about them, by the rule that does.
var covered = map[string]string{
	"allowPrivilegeEscalation != false": "kubernetes/privilege-escalation",
	"unrestricted capabilities":         "kubernetes/capabilities, kubernetes/added-capabilities",
	"non-default capabilities":          "kubernetes/added-capabilities",
	"runAsNonRoot != true":              "kubernetes/run-as-non-root",
	"runAsUser=0":                       "kubernetes/run-as-non-root",
	"seccompProfile":                    "kubernetes/seccomp",
	"privileged":                        "kubernetes/privileged",
	"host namespaces":                   "kubernetes/host-namespaces",
	"hostPath volumes":                  "kubernetes/host-path, kubernetes/container-socket",
	"hostPort":                          "kubernetes/host-ports",
	"procMount":                         "kubernetes/proc-mount",
	"seLinuxOptions":                    "kubernetes/selinux-options",
	"forbidden AppArmor profile":        "kubernetes/apparmor",
	"forbidden AppArmor profiles":       "kubernetes/apparmor",
	"forbidden sysctls":                 "kubernetes/unsafe-sysctls",
	"hostProcess":                       "kubernetes/windows-host-process",
	"probe or lifecycle host":           "kubernetes/probe-host",
}

// anyRoot reports whether a container is told to run as root, which is what
// the rule about users looks at: a pod's setting that every container overrides
// is not.
func anyRoot(w *kube.Workload) bool {
	for _, c := range w.Containers() {
		user, _ := c.Security("runAsUser")
		if uid, ok := user.Int(); ok && uid == 0 {
			return true
		}
	}
	return false
}

func advice(reason string) string {
	if reason == "restricted volume types" {
		return "put a PersistentVolumeClaim in its place, or for files of the node leave the workload in a namespace of its own that does not enforce the standard"
	}
	return "take the setting away if the workload can do without it; else keep it in a namespace of its own that does not enforce the standard"
}
