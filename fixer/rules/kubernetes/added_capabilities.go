package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed added_capabilities.md
var addedCapabilitiesDoc string

// AddedCapabilities reports capabilities that a container adds.
var AddedCapabilities = &fixer.Rule{
	Name:     "kubernetes/added-capabilities",
	Title:    "added capabilities",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: capabilities"},
		{Source: fixer.PodSecurityStandards, ID: "restricted: capabilities"},
		{Source: fixer.CISKubernetes, ID: "5.2.8"},
		{Source: fixer.CISKubernetes, ID: "5.2.9"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0005"},
		{Source: fixer.Trivy, ID: "KSV-0022"},
		{Source: fixer.Trivy, ID: "KSV-0106"},
		{Source: fixer.Trivy, ID: "KSV-0119"},
		{Source: fixer.Trivy, ID: "KSV-0120"},
		{Source: fixer.Checkov, ID: "CKV_K8S_25"},
		{Source: fixer.Checkov, ID: "CKV_K8S_28"},
		{Source: fixer.Checkov, ID: "CKV_K8S_39"},
		{Source: fixer.Kubescape, ID: "C-0046"},
		{Source: fixer.Kubescape, ID: "C-0199"},
		{Source: fixer.Kubescape, ID: "C-0200"},
		{Source: fixer.Polaris, ID: "dangerousCapabilities"},
		{Source: fixer.KICSKubernetes, ID: "19ebaa28-fc86-4a58-bcfa-015c9e22fe40", Title: "Containers With Added Capabilities"},
	},
	Doc: addedCapabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			if !c.Node.Get("securityContext").Get("privileged").IsTrue() {
				checkAdded(p, c)
			}
		}
	},
}

// instead is what mostly serves in a capability's place.
var instead = map[string]string{
	"NET_ADMIN":    "let a CNI plugin or an injected init container set up the network",
	"NET_RAW":      "for ping alone, allow the group of the pod with the sysctl net.ipv4.ping_group_range",
	"SYS_PTRACE":   "use kubectl debug when needed",
	"SYS_TIME":     "set the clock on the node, or disable the timex collector of an exporter that only reads it",
	"SYS_RESOURCE": "set the limits in the container runtime or the image",
	"IPC_LOCK":     "the default limit for locked memory is often enough (Vault: disable_mlock where swap is off)",
	"SYS_ADMIN":    "find the operation that needs it and use a narrower capability (PERFMON, CHECKPOINT_RESTORE) or a device plugin",
	"ALL":          "drop ALL, then add back the capabilities whose absence the logs show",
}

func checkAdded(p *fixer.Pass, c kube.Container) {
	var worst fixer.Severity
	var names, opens, ways []string
	spec, hostPID := container.FromContainer(p, c), c.Workload.Pod.Get("hostPID").IsTrue()
	for _, name := range spec.Add {
		if name == "NET_BIND_SERVICE" || spec.NeedsCapability(name) || slices.Contains(names, name) {
			continue
		}
		severity := fixer.High
		switch {
		case container.Takeover(name, "node", hostPID) != "":
			severity = fixer.Critical
			opens = append(opens, name+" "+container.Takeover(name, "node", hostPID))
		case container.IsMild(name):
			severity = fixer.Medium
		case slices.Contains(container.BaselineCapabilities, name):
			severity = fixer.Low
		}
		worst = max(worst, severity)
		names = append(names, name)
		if instead[name] != "" {
			ways = append(ways, name+": "+instead[name])
		}
	}
	if len(names) == 0 {
		return
	}
	f := fixer.Finding{
		Severity: worst,
		Message:  fmt.Sprintf("%s adds %s", c.Subject(), strings.Join(names, ", ")),
		Advice:   "Remove each capability the application does not use",
	}
	switch {
	case len(opens) > 0:
		f.Message += ": " + strings.Join(opens, ", ")
	case worst == fixer.Low:
		f.Message += ", which the restricted standard does not allow"
		f.Advice = "Run the application as its own user and remove them: they are needed only to start as root and drop privileges"
	default:
		f.Message += ", beyond what the baseline standard allows"
	}
	if fix, evidence := withoutEffect(c, spec, names); fix != nil {
		f.Message = fmt.Sprintf("%s adds %s, which has no effect because it does not run as root", c.Subject(), strings.Join(names, ", "))
		f.Severity, f.Fixes, f.Evidence, f.Advice = fixer.Low, []fixer.Fix{*fix}, evidence, ""
		report(p, c, c.Node.Get("securityContext").Get("capabilities").Get("add"), f)
		return
	}
	if why, yes := nodeAgent(c.Workload); yes {
		f.Severity = max(f.Severity-1, fixer.Low)
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
	}
	if len(ways) > 0 {
		f.Advice = text.Sentences(f.Advice, "Alternatives: "+strings.Join(ways, ". "))
	}
	report(p, c, c.Node.Get("securityContext").Get("capabilities").Get("add"), f)
}

// withoutEffect returns the fix for capabilities that a container adds and
// cannot use: Kubernetes gives them to root alone. A program with capabilities
// or a setuid bit of its own could still take them, unless
// allowPrivilegeEscalation is false.
func withoutEffect(c kube.Container, spec *container.Spec, names []string) (*fixer.Fix, []fixer.Evidence) {
	if slices.ContainsFunc(names, func(name string) bool { return !container.ForRootOnly(name) || spec.UsesAsUser(name) }) {
		return nil, nil
	}
	var evidence []fixer.Evidence
	switch user := spec.User; {
	case user.Set && !user.Identity.IsRoot():
		evidence = []fixer.Evidence{user.Evidence}
	case spec.NonRoot.Yes() && !user.Set:
		evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Place: spec.NonRoot.Place, Text: "runAsNonRoot is true"}}
	default:
		return nil, nil
	}
	fix := &fixer.Fix{
		ID:     "remove",
		Title:  "Remove " + strings.Join(names, ", ") + " from the added capabilities",
		Level:  fixer.Review,
		Breaks: "Binaries with file capabilities or a setuid bit, such as ping and sudo, no longer get these capabilities",
		Verify: checks(execCheck(c, "grep CapBnd /proc/1/status", "no longer includes them"), logsCheck(c, "shows no `Operation not permitted`")),
		Edit:   fixer.EditYAML(c.Workload.Doc, removeAdded(c, names)...),
	}
	if spec.NoNewPrivileges.Yes() {
		evidence = append(evidence, fixer.Evidence{Kind: fixer.FromManifest, Text: "allowPrivilegeEscalation is false, so no setuid binary can get them either"})
		fix.Level, fix.Breaks = fixer.Safe, ""
	}
	return fix, evidence
}

// removeAdded takes names out of the added capabilities, and the list, and the
// mapping around it, when nothing else is in it.
func removeAdded(c kube.Container, names []string) []yamldoc.Op {
	caps := c.Node.Get("securityContext").Get("capabilities")
	list := caps.Get("add")
	at := securityContext(c, "capabilities", "add")
	all := c.AddedCapabilities()
	var ops []yamldoc.Op
	for i := len(all) - 1; i >= 0; i-- { // from the end, so that places stay
		if slices.Contains(names, all[i]) {
			ops = append(ops, yamldoc.Remove(at.Join(i)))
		}
	}
	switch {
	case len(ops) < list.Len():
		return ops
	case caps.Len() > 1 || caps.Own("add") == nil:
		return []yamldoc.Op{yamldoc.Remove(at)}
	}
	return []yamldoc.Op{yamldoc.Remove(at.Parent())}
}
