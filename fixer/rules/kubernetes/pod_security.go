package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed pod_security.md
var podSecurityDoc string

// PodSecurity reports pods below the restricted Pod Security Standard.
var PodSecurity = &fixer.Rule{
	Name:     "kubernetes/pod-security",
	Title:    "below the restricted Pod Security Standard",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted"},
		{Source: fixer.CISKubernetes, ID: "5.2"},
	},
	Doc: podSecurityDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			verdict := podsecurity.Evaluate(w)
			at := w.NameNode()
			if verdict.Err != nil {
				if m := mistyped().FindStringSubmatch(verdict.Err.Error()); m != nil && givenLater(w.Pod, m[1], 0) {
					continue // what takes the place of the variables decides
				}
				p.Report(fixer.Finding{Path: w.ID(), Start: at.Start, End: at.End,
					Message: verdict.Err.Error(), Advice: "Correct the manifest: the API server rejects it, too. kubectl apply --dry-run=server prints the reason"})
				continue
			}
			for _, v := range verdict.Violations {
				if covered[v.Reason] != "" && !(v.Reason == "runAsUser=0" && !anyRoot(w)) {
					continue
				}
				p.Report(fixer.Finding{
					Path: w.ID() + " " + v.Reason, Start: at.Start, End: at.End,
					Message:  fmt.Sprintf("%s does not meet the %s standard: %s", w.ID(), v.Level, v.Detail),
					Evidence: []fixer.Evidence{{Kind: fixer.FromEvaluator, Source: "Pod Security " + podsecurity.Version, Text: "The control that fails is " + v.Reason}},
					Advice:   "Remove the setting if the workload does not need it. Otherwise, move the workload to a namespace that does not enforce the standard",
				})
			}
		}
	},
}

// variable is a value that something else puts another in place of before the manifest
// is applied: envsubst, a template, a pipeline.
var variable = text.Regexp(`^(\$\{?[A-Za-z_][A-Za-z0-9_.:-]*\}?|\$\([^)]*\)|\{\{.*\}\}|<[^<>]+>|__[A-Za-z0-9_.-]+__|%[A-Za-z0-9_]+%|@[A-Za-z0-9_.]+@|#\{[^}]*\}#?|\[\[.*\]\])$`)

// mistyped is how the decoder names a field whose value is a text and should be none.
var mistyped = text.Regexp(`the field (?:\S*\.)?([A-Za-z]+) is of type string`)

// givenLater reports whether a field of that name, in a pod, has a variable for its value.
func givenLater(n *yamldoc.Node, field string, depth int) bool {
	const deepest = 24
	if depth > deepest {
		return false
	}
	for key, value := range n.All() {
		if key == field && variable().MatchString(value.Text()) || givenLater(value, field, depth+1) {
			return true
		}
	}
	return slices.ContainsFunc(n.List(), func(item *yamldoc.Node) bool { return givenLater(item, field, depth+1) })
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
	"restricted volume types":           "kubernetes/host-path, kubernetes/container-socket, kubernetes/inline-volume",
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
