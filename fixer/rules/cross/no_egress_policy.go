package cross

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/isolation"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed no_egress_policy.md
var noEgressPolicyDoc string

// NoEgressPolicy reports namespaces whose policies limit ingress to every pod, and whose
// pods connect to everything: the second step of [NoNetworkPolicy].
var NoEgressPolicy = &fixer.Rule{
	Name:     "cross/no-egress-policy",
	Title:    "no NetworkPolicy limits outgoing connections",
	Severity: fixer.Low,
	Phase:    fixer.Standards,
	Reads:    []fixer.Kind{fixer.Kubernetes},
	After:    []string{"cross/no-network-policy"},

	// It comes up when ingress is limited.
	Consequence: true,

	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.3.2"},
		{Source: fixer.NSA, ID: "network separation"},
		{Source: fixer.KubernetesDocs, ID: "Network Policies", Link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/"},
	},
	Params: []fixer.Param{paramNodeDNS, paramExternal, paramAcknowledge},
	Doc:    noEgressPolicyDoc,
	Check: func(p *fixer.Pass) {
		if !anyWorkload(p.Snapshot) {
			return
		}
		sets, g := isolation.Of(p)
		var leaking []*isolation.Plan
		for _, s := range sets {
			if s.Namespace == "kube-system" || len(s.Existing) == 0 {
				continue
			}
			if plan := s.Plan(g); len(plan.Open) == 0 && len(plan.Leaking) > 0 {
				leaking = append(leaking, plan)
			}
		}
		for _, copies := range policyCopies(leaking, g, ingressNamespaceOf(p)) {
			reportLeaking(p, copies)
		}
	},
}

func reportLeaking(p *fixer.Pass, copies []*isolation.Plan) {
	plan := copies[0]
	s := plan.Set
	first := plan.Leaking[0]
	for _, w := range plan.Leaking {
		if p.Snapshot.File(w.Place.File).Generated == "" {
			first = w
			break
		}
	}
	lines := p.Snapshot.File(first.Place.File).Lines()
	f := fixer.Finding{
		File: first.Place.File, Path: "egress of " + s.String(), Start: lines.Start(first.Place.Line), End: lines.End(first.Place.Line),
		Message: fmt.Sprintf("NetworkPolicies limit ingress in %s, but %s can connect to every address", s, text.Count(len(plan.Leaking), "workload", "workloads")),
	}
	for _, u := range plan.Unresolved {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromManifest, Place: u.Evidence[0].Place.String(), Text: "Unresolved host " + u.Host + ": " + u.Why})
	}
	for _, w := range plan.HostNetwork {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromManifest, Place: w.Place.String(), Text: w.ID + " uses the network of its node, so NetworkPolicies do not apply to it"})
	}
	controller := ingressNamespace(p, plan)
	options := egressOptions(isolation.Options{Controller: controller.name, Monitoring: paramMonitoring.Default})
	f.Evidence = append(f.Evidence, copyEvidence(copies)...)
	files, err := outlines(copies, options)
	if err == nil && len(files) == 0 {
		err = errors.New("no file here shows a connection of these workloads")
	}
	if err != nil {
		f.Advice = "Observe the outgoing connections first (hubble observe, or the flow logs of the CNI), then write the NetworkPolicies by hand. They are not written here: " + strings.TrimSuffix(err.Error(), ".")
		p.Report(f)
		return
	}
	fix := egressFix(copies, files, options, controller.guess)
	fix.ID, fix.Level = "egress", fixer.Manual // what would be dropped is looked at first
	f.Advice = "Apply the policies for ingress first. Then observe which outgoing connections would be dropped: `hubble observe --verdict AUDIT` with Cilium in policy-audit-mode, or a StagedKubernetesNetworkPolicy of Calico. Accept this fix when none of your own is among them"
	fix.Title = fmt.Sprintf("Write %s to %s: deny egress, and allow DNS and the connections found", text.Count(documents(files), "policy", "policies"), places(files))
	fix.Verify = observeEgress(plan, files)
	f.Fixes = []fixer.Fix{fix}
	p.Report(f)
}

// observeEgress are the checks of the second step: what would be dropped is looked at
// before anything is.
func observeEgress(plan *isolation.Plan, files []isolation.File) string {
	namespace, hubble := "", ""
	if n := plan.Set.Namespace; n != "" {
		namespace, hubble = " -n "+n, " --namespace "+n
	}
	checks := []string{
		"kubectl apply --dry-run=server" + namespace + " -f " + files[0].Path() + "\nreports every policy as created or configured (server dry run)",
		"hubble observe" + hubble + " --verdict AUDIT --last 100\nlists the connections that would be dropped, while Cilium runs with policy-audit-mode",
		"hubble observe" + hubble + " --verdict DROPPED --last 100\nlists no connection that your applications make, after the policies are applied",
	}
	return strings.Join(checks, "\n\n")
}
