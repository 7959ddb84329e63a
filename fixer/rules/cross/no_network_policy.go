package cross

import (
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/isolation"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed no_network_policy.md
var noNetworkPolicyDoc string

// NoNetworkPolicy reports namespaces whose pods take connections from everywhere.
var NoNetworkPolicy = &fixer.Rule{
	Name:     "cross/no-network-policy",
	Title:    "no NetworkPolicy limits incoming connections",
	Severity: fixer.Medium,
	Phase:    fixer.Standards,
	Reads:    []fixer.Kind{fixer.Kubernetes},

	// A pod that leaves the network of its host is one that policies hold for.
	Consequence: true,

	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.3.2"},
		{Source: fixer.NSA, ID: "network separation"},
		{Source: fixer.Checkov, ID: "CKV2_K8S_6"},
		{Source: fixer.KubeLinter, ID: "non-isolated-pod"},
		{Source: fixer.KubeScore, ID: "pod-networkpolicy"},
		{Source: fixer.Kubescape, ID: "C-0260"},
		{Source: fixer.Polaris, ID: "missingNetworkPolicy"},
		{Source: fixer.KubernetesDocs, ID: "Network Policies", Link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/"},
	},
	Params: []fixer.Param{paramController, paramMonitoring, paramNodeDNS, paramExternal, paramAcknowledge},
	Doc:    noNetworkPolicyDoc,
	Check: func(p *fixer.Pass) {
		if !anyWorkload(p.Snapshot) {
			return
		}
		sets, g := isolation.Of(p)
		var open []*isolation.Plan
		for _, s := range sets {
			if plan := s.Plan(g); len(plan.Open) > 0 && s.Namespace != "kube-system" {
				open = append(open, plan)
			}
		}
		for _, copies := range policyCopies(open, g, ingressNamespaceOf(p)) {
			reportOpen(p, copies, copies[0].Incomplete(g))
		}
	},
}

// What a person may choose.
var (
	paramController  = fixer.Param{Name: "ingress-namespace", Meaning: "namespace of the ingress controller; empty if it runs outside the cluster", Default: "ingress-nginx", Validate: fixer.Optional(kube.ValidName)}
	paramMonitoring  = fixer.Param{Name: "monitoring-namespace", Meaning: "namespace of the monitoring that scrapes metrics", Default: "monitoring", Guess: true, Validate: kube.ValidName}
	paramNodeDNS     = fixer.Param{Name: "node-local-dns", Meaning: "address of NodeLocal DNSCache, such as 169.254.20.10; empty without one", Validate: fixer.Optional(validIPAddress)}
	paramExternal    = fixer.Param{Name: "external", Meaning: "how hosts outside the cluster are allowed: ipBlock, or by name with cilium, calico or cluster", Default: string(isolation.ByAddress), Validate: validExternal}
	paramAcknowledge = fixer.Param{Name: "acknowledge", Meaning: "all, to limit egress although hosts are unresolved", Validate: fixer.Optional(validAcknowledge)}
)

func validIPAddress(s string) error {
	if _, err := netip.ParseAddr(s); err != nil {
		return errors.New("an IP address")
	}
	return nil
}

func validExternal(s string) error {
	for _, e := range isolation.Externals {
		if s == string(e) {
			return nil
		}
	}
	return errors.New("one of ipBlock, cilium, calico, cluster")
}

func validAcknowledge(s string) error {
	if s != "all" {
		return errors.New("the word all")
	}
	return nil
}

func anyWorkload(snap *fixer.Snapshot) bool {
	for f := range snap.Files() {
		for _, o := range f.Objects {
			if w := o.Workload(); w != nil && !w.Partial {
				return true
			}
		}
	}
	return false
}

// reportOpen reports a set of which some workloads take connections from everywhere.
// incomplete says why the connections found are not all; "" where they may be.
func reportOpen(p *fixer.Pass, copies []*isolation.Plan, incomplete string) {
	plan := copies[0]
	s := plan.Set
	f := fixer.Finding{Path: "NetworkPolicy of " + s.String(), Message: openMessage(plan)}
	first := plan.Open[0]
	for _, w := range plan.Open {
		if file := p.Snapshot.File(w.Place.File); file.Generated == "" {
			first = w
			break
		}
	}
	f.File = first.Place.File
	lines := p.Snapshot.File(f.File).Lines()
	f.Start, f.End = lines.Start(first.Place.Line), lines.End(first.Place.Line)
	f.Evidence = append(openEvidence(plan), copyEvidence(copies)...)
	if others := pluginPolicies.Of(p).over(s.Namespace, path.Dir(f.File)); len(others) > 0 {
		f.Severity = fixer.Low
		f.Message = fmt.Sprintf("No NetworkPolicy of Kubernetes itself limits ingress to %s in %s: %s may, which oakum does not read", text.Count(len(plan.Open), "workload", "workloads"), s, text.Some(others))
		f.Advice = "Make sure that these policies deny by default and select every workload. More policies are not written beside them"
		p.Report(f)
		return
	}
	controller := ingressNamespace(p, plan)
	f.Evidence = append(f.Evidence, routeEvidence(plan, controller)...)
	options := isolation.Options{Controller: controller.name, Monitoring: paramMonitoring.Default}
	files, err := outlines(copies, options)
	if err == nil && incomplete != "" {
		err = errors.New(incomplete)
	}
	if err != nil {
		f.Advice = "Write the NetworkPolicies by hand. They are not written here: " + strings.TrimSuffix(err.Error(), ".")
		p.Report(f)
		return
	}
	f.Fixes = append(f.Fixes, ingressFix(copies, files, options, controller.guess))
	if files, err := outlines(copies, egressOptions(options)); err == nil && len(plan.Leaking) > 0 {
		f.Fixes = append(f.Fixes, egressFix(copies, files, options, controller.guess))
	}
	p.Report(f)
}

func egressOptions(o isolation.Options) isolation.Options {
	o.Egress = true
	return o
}

func openMessage(plan *isolation.Plan) string {
	s := plan.Set
	count := text.Count(len(plan.Open), "workload", "workloads")
	if len(s.Existing) > 0 {
		return fmt.Sprintf("No NetworkPolicy limits ingress to %d of %d workloads in %s: %s", len(plan.Open), len(s.Workloads), s, text.Some(isolation.Names(plan.Open)))
	}
	if s.Namespace == "" {
		return fmt.Sprintf("No NetworkPolicy limits ingress to the %s in %s: every pod of the cluster can connect to %s", count, text.Some(s.Directories()), plural(len(plan.Open), "it", "them"))
	}
	return fmt.Sprintf("Namespace %s has no NetworkPolicy: every pod of the cluster can connect to its %s", s.Namespace, count)
}

// mostConnections bounds the connections that are shown as evidence.
const mostConnections = 8

func openEvidence(plan *isolation.Plan) []fixer.Evidence {
	var out []fixer.Evidence
	for i, e := range plan.Evidence {
		if i == mostConnections && len(plan.Evidence) > mostConnections+1 {
			out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: text.Count(len(plan.Evidence)-i, "more connection was found", "more connections were found")})
			break
		}
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: e.Place.String(), Text: e.Text})
	}
	for _, w := range plan.Open {
		switch at := w.Place.String(); {
		case slices.Contains(plan.Kept, w):
			out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: at, Text: "No file here shows who connects to " + w.ID + ", so its ports stay open: a Service leads to them"})
		case slices.Contains(plan.Unasked, w):
			out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: at, Text: "No file here shows who connects to " + w.ID})
		}
	}
	for _, w := range plan.HostNetwork {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: w.Place.String(), Text: w.ID + " uses the network of its node, so NetworkPolicies do not apply to it"})
	}
	if unused := plan.Set.Unused; len(unused) > 0 {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: fmt.Sprintf("%s:%d", unused[0].File, unused[0].Line),
			Text: fmt.Sprintf("No kustomization uses the Component that lists %s, so %s not applied", text.Count(len(unused), "this NetworkPolicy", "these NetworkPolicies"), plural(len(unused), "it is", "they are"))})
	}
	for _, u := range plan.Unresolved {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: u.Evidence[0].Place.String(), Text: "Unresolved host " + u.Host + ": " + u.Why})
	}
	return out
}

// ingressFix writes default-deny for ingress and what the connections need.
func ingressFix(copies []*isolation.Plan, files []isolation.File, o isolation.Options, guess bool) fixer.Fix {
	plan := copies[0]
	return fixer.Fix{
		ID:     "ingress",
		Title:  fmt.Sprintf("Write %s to %s: deny ingress, and allow the %s found", text.Count(documents(files), "NetworkPolicy", "NetworkPolicies"), places(files), text.Count(plan.Connections(), "connection", "connections")),
		Level:  fixer.Review,
		Breaks: breaksIngress(plan, o.Controller),
		Verify: verifyPolicies(plan, files, "ingress"),
		Params: policyParams(plan, o, guess), OnlyAdds: true,
		Edit: func(d *fixer.Draft) error {
			return writeCopies(d, copies, chosenOptions(d, false))
		},
	}
}

// egressFix limits what the workloads connect to as well.
func egressFix(copies []*isolation.Plan, files []isolation.File, o isolation.Options, guess bool) fixer.Fix {
	plan := copies[0]
	params := append(policyParams(plan, o, guess), paramNodeDNS)
	if len(plan.Hosts()) > 0 {
		params = append(params, paramExternal)
	}
	if len(plan.Unresolved) > 0 {
		params = append(params, paramAcknowledge)
	}
	breaks := "Connections that no file here shows, incoming and outgoing, among them those to cloud metadata. Deny ingress first, and egress when no connection of your own is dropped"
	if n := len(plan.Unresolved); n > 0 {
		breaks = fmt.Sprintf("Connections to the %s, and all others that no file here shows", text.Count(n, "unresolved host", "unresolved hosts"))
	}
	return fixer.Fix{
		ID:     "ingress-egress",
		Title:  fmt.Sprintf("Write %s to %s: deny ingress and egress, and allow DNS and the connections found", text.Count(documents(files), "policy", "policies"), places(files)),
		Level:  fixer.Review,
		Breaks: breaks,
		Verify: verifyPolicies(plan, files, "egress"),
		Params: params, OnlyAdds: true,
		Edit: func(d *fixer.Draft) error {
			var names []string
			for _, c := range copies {
				for _, u := range c.Unresolved {
					if !slices.Contains(names, u.Host) {
						names = append(names, u.Host)
					}
				}
			}
			if len(names) > 0 && d.Param(paramAcknowledge.Name) != "all" {
				return fixer.Refuse("egress is not limited while hosts are unresolved: %s. Set acknowledge=all to deny connections to them", text.Some(names))
			}
			return writeCopies(d, copies, chosenOptions(d, true))
		},
	}
}

func policyParams(plan *isolation.Plan, o isolation.Options, guess bool) []fixer.Param {
	var out []fixer.Param
	if plan.Routed {
		controller := paramController.With(o.Controller)
		controller.Guess = guess
		out = append(out, controller)
	}
	if plan.Scraped {
		out = append(out, paramMonitoring.With(o.Monitoring))
	}
	return out
}

func chosenOptions(d *fixer.Draft, egress bool) isolation.Options {
	o := isolation.Options{Controller: d.Param(paramController.Name), Monitoring: d.Param(paramMonitoring.Name), Egress: egress, External: isolation.External(d.Param(paramExternal.Name))}
	o.NodeLocalDNS, _ = netip.ParseAddr(d.Param(paramNodeDNS.Name))
	return o
}

func documents(files []isolation.File) int {
	n := 0
	for _, f := range files {
		n += len(f.Documents)
	}
	return n
}

func places(files []isolation.File) string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path())
	}
	return text.Some(out)
}

func breaksIngress(plan *isolation.Plan, controller string) string {
	out := "Connections to these workloads that no file here shows"
	cut := slices.DeleteFunc(slices.Clone(plan.Unasked), func(w *isolation.Workload) bool { return slices.Contains(plan.Kept, w) })
	if len(cut) > 0 {
		out += ", among them all those to " + text.Some(isolation.Names(cut))
	}
	out += ", and all connections to other pods of the namespace"
	if list := plan.Elsewhere; len(list) > 0 {
		out += ", such as " + text.Some(isolation.Names(list)) + " of " + list[0].Place.File
	}
	if n := len(plan.Undescribed); n > 0 {
		out += ", among them those to " + text.Some(plan.Undescribed)
	}
	if plan.Routed && controller != "" {
		out += ". An ingress controller on the host network is not in any namespace to a NetworkPolicy"
	}
	return out
}

// verifyPolicies are the checks of a staged roll-out.
func verifyPolicies(plan *isolation.Plan, files []isolation.File, side string) string {
	namespace, hubble := "", ""
	if n := plan.Set.Namespace; n != "" {
		namespace, hubble = " -n "+n, " --namespace "+n
	}
	checks := []string{
		"kubectl apply --dry-run=server" + namespace + " -f " + files[0].Path() + "\nreports every policy as created (server dry run)",
		"kubectl get networkpolicy" + namespace + "\nlists default-deny-" + side + " after the policies are applied",
		"hubble observe" + hubble + " --verdict DROPPED --last 100\nlists no connection that your applications make (with Cilium)",
	}
	return strings.Join(checks, "\n\n")
}

// writePolicies adds the files of a plan, and lists them where a kustomization says what
// is applied.
func writePolicies(d *fixer.Draft, plan *isolation.Plan, o isolation.Options) error {
	files, err := plan.Write(o)
	if err != nil {
		return fixer.Refuse("%v", err)
	}
	for _, f := range files {
		at := f.Path()
		switch file := d.Snapshot.File(at); {
		case file == nil:
			d.Create(at, fixer.Kubernetes, []byte(f.Content()))
		case file.Kind != fixer.Kubernetes || file.YAML == nil || file.YAML.JSON:
			return fixer.Refuse("%s exists and is not a manifest that policies can be added to", at)
		default:
			for _, document := range f.Documents {
				d.At(at).Document(document, "NetworkPolicies of "+plan.Set.String())
			}
		}
		if k := f.Home.Kustomization; k != "" {
			d.At(k).Resource(path.Base(at))
		}
	}
	return nil
}
