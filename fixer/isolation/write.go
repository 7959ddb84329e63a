package isolation

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Options are what a person may choose.
type Options struct {
	Controller string // the namespace of the ingress controller; "" for one outside the cluster
	Monitoring string // the namespace of what scrapes metrics

	// Egress limits what the workloads connect to as well.
	Egress bool
	// NodeLocalDNS is the address of a DNS cache on each node; invalid for none.
	NodeLocalDNS netip.Addr
	// External says how hosts outside are allowed; "" is [ByAddress].
	External External
}

// A File is what is written into one directory.
type File struct {
	Home      *Home
	Documents []string // without the --- between them
}

// Path is where the file belongs.
func (f File) Path() string { return path.Join(f.Home.Dir, "networkpolicies.yaml") }

// Content is the documents as one file.
func (f File) Content() string { return strings.Join(f.Documents, "---\n") }

// Write returns the policies that the set lacks, one file for each directory, sorted, and
// proven. The error says why there are none.
func (p *Plan) Write(o Options) ([]File, error) {
	out, err := p.Outline(o)
	if err != nil {
		return nil, err
	}
	if err := p.prove(out, o); err != nil {
		return nil, err
	}
	return out, nil
}

// Outline returns the policies as Write does, but does not prove them: for those who say what
// would be written.
func (p *Plan) Outline(o Options) ([]File, error) {
	w := writer{plan: p, options: o, taken: map[string]bool{}, files: map[*Home]*File{}}
	for _, e := range p.Set.Existing {
		w.taken[e.Name] = true
	}
	for _, u := range p.Set.Unused {
		w.taken[u.Name] = true // somebody may use it one day
	}
	if problem := p.Problem(); problem != "" {
		return nil, errors.New(problem)
	}
	if len(p.Open) > 0 {
		w.ingress()
	}
	if o.Egress && len(p.Leaking) > 0 {
		if problem := p.EgressProblem(); problem != "" {
			return nil, errors.New(problem)
		}
		w.egress()
	}
	if w.err != nil {
		return nil, w.err
	}
	return w.inOrder(), nil
}

// inOrder returns the files, sorted. Homes of one directory share theirs: manifests that a
// kustomization lists can lie beside others. It is listed where one of them is.
func (w *writer) inOrder() []File {
	var out []File
	for _, h := range w.plan.Set.Homes {
		f := w.files[h]
		if f == nil {
			continue
		}
		i := slices.IndexFunc(out, func(o File) bool { return o.Path() == f.Path() })
		if i < 0 {
			out = append(out, *f)
			continue
		}
		out[i].Documents = append(out[i].Documents, f.Documents...)
		if out[i].Home.Kustomization == "" {
			out[i].Home = h
		}
	}
	return out
}

// A writer writes the policies of a plan.
type writer struct {
	plan    *Plan
	options Options
	taken   map[string]bool // names of policies
	files   map[*Home]*File
	err     error
}

// policy adds a document to the file of a home.
func (w *writer) policy(h *Home, comment, name, spec string) {
	var b strings.Builder
	for line := range strings.SplitSeq(comment, "\n") {
		b.WriteString("# " + text.VisibleLine(line) + "\n")
	}
	b.WriteString("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n")
	b.WriteString(metadata(name, h.Namespace))
	b.WriteString("spec:\n" + spec)
	w.add(h, b.String())
}

func (w *writer) add(h *Home, document string) {
	if w.files[h] == nil {
		w.files[h] = &File{Home: h}
	}
	w.files[h].Documents = append(w.files[h].Documents, document)
}

func metadata(name, namespace string) string {
	out := "metadata:\n  name: " + yamldoc.OneLine(name) + "\n"
	if namespace != "" {
		out += "  namespace: " + yamldoc.OneLine(namespace) + "\n"
	}
	return out
}

// name returns a name for a policy that no other one of the namespace has.
func (w *writer) name(of *Workload, suffix string) string {
	kind, _, _ := strings.Cut(of.ID, "/")
	for _, base := range []string{of.Name, of.Name + "-" + strings.ToLower(kind)} {
		if name := base + suffix; !w.taken[name] {
			if len(validation.IsDNS1123Subdomain(name)) > 0 && w.err == nil {
				w.err = fmt.Errorf("%q is not a valid name for a NetworkPolicy", name)
			}
			w.taken[name] = true
			return name
		}
	}
	return w.unused(of.Name + suffix)
}

func (w *writer) unused(name string) string {
	out := name
	for n := 2; w.taken[out]; n++ {
		out = fmt.Sprintf("%s-%d", name, n)
	}
	w.taken[out] = true
	return out
}

// ingress writes default-deny and a policy for each workload that something connects to.
func (w *writer) ingress() {
	p := w.plan
	w.policy(p.Set.Homes[0], "No connection reaches a pod of this namespace unless another policy allows it.", w.unused("default-deny-ingress"), all("Ingress"))
	for _, of := range p.Open {
		flows := sortedFlows(p.ingress.flows[of])
		if len(flows) == 0 {
			continue
		}
		var b strings.Builder
		b.WriteString(podSelector("  podSelector:\n", of.Selector, 4) + "  policyTypes:\n  - Ingress\n  ingress:\n")
		for _, f := range flows {
			w.rule(&b, f, "from", w.peers(f))
		}
		w.policy(of.home, "Who may connect to "+of.ID+".", w.name(of, "-ingress"), b.String())
	}
}

// egress writes default-deny, the way to DNS and a policy for each workload that connects
// to something. Where policies that are there limit some workloads, the way to DNS is
// written for each of the others: one for all would be one for those, too.
func (w *writer) egress() {
	p := w.plan
	first := p.Set.Homes[0]
	w.policy(first, "No pod of this namespace makes a connection unless another policy allows it.", w.unused("default-deny-egress"), all("Egress"))
	common := len(p.Leaking)+len(p.HostNetwork) == len(p.Set.Workloads)
	if common {
		w.policy(first, "Pods resolve names with the DNS of the cluster.", w.unused("allow-dns"), all("Egress")+"  egress:\n"+w.dns())
	}
	for _, of := range p.Leaking {
		flows := sortedFlows(p.egress.flows[of])
		var b strings.Builder
		for _, f := range flows {
			if f.role == ofHost && w.options.External.custom() {
				continue // by name, in a policy of another kind
			}
			w.rule(&b, f, "to", w.peers(f))
		}
		if !common {
			b.WriteString(w.dns())
		}
		if b.Len() > 0 {
			if of.Selector == nil {
				w.err = errors.New(of.unselectable())
				return
			}
			w.policy(of.home, "What "+of.ID+" may connect to.", w.name(of, "-egress"),
				podSelector("  podSelector:\n", of.Selector, 4)+"  policyTypes:\n  - Egress\n  egress:\n"+b.String())
		}
		w.external(of, flows)
	}
}

// all is a policy for every pod of the namespace, without a rule.
func all(kind string) string { return "  podSelector: {}\n  policyTypes:\n  - " + kind + "\n" }

// dns is the rule that allows the DNS of the cluster, and a cache on each node.
func (w *writer) dns() string {
	out := "  - to:\n" + namespaceSelector("kube-system", "    - ")
	if a := w.options.NodeLocalDNS; a.IsValid() {
		out += "    - ipBlock:\n        cidr: " + yamldoc.OneLine(netip.PrefixFrom(a, a.BitLen()).String()) + "\n"
	}
	return out + "    ports:\n    - protocol: UDP\n      port: 53\n    - protocol: TCP\n      port: 53\n"
}

// maxWhy bounds the lines of evidence at one rule.
const maxWhy = 4

// rule writes one rule with why it is there.
func (w *writer) rule(b *strings.Builder, f *flow, side, peers string) {
	for i, line := range f.why {
		if i == maxWhy && len(f.why) > maxWhy+1 {
			fmt.Fprintf(b, "  # and %d more\n", len(f.why)-maxWhy)
			break
		}
		b.WriteString("  # " + text.VisibleLine(line) + "\n")
	}
	ports := ""
	if !f.whole {
		for _, r := range f.ports.Ranges() {
			ports += fmt.Sprintf("    - protocol: %s\n      port: %d\n", r.Protocol, r.First)
			if r.Last > r.First {
				ports += fmt.Sprintf("      endPort: %d\n", r.Last)
			}
		}
		ports = "    ports:\n" + ports
	}
	switch {
	case peers == "" && ports == "":
		b.WriteString("  - {}\n")
	case peers == "":
		b.WriteString("  - " + strings.TrimPrefix(ports, "    "))
	default:
		b.WriteString("  - " + side + ":\n" + peers + ports)
	}
}

// peers are the other ends of a flow, "" for everybody.
func (w *writer) peers(f *flow) string {
	switch f.role {
	case ofController:
		if w.options.Controller == "" {
			return ""
		}
		return namespaceSelector(w.options.Controller, "    - ")
	case ofMonitoring:
		return namespaceSelector(w.options.Monitoring, "    - ")
	case ofPods:
		if f.peer.Pod.Namespace != w.plan.Set.Namespace {
			return namespaceSelector(f.peer.Pod.Namespace, "    - ") + podSelector("      podSelector:\n", f.peer.Selector, 8)
		}
		return podSelector("    - podSelector:\n", f.peer.Selector, 8)
	case ofHost:
		return addresses(f.host)
	}
	return ""
}

func namespaceSelector(name, indent string) string {
	return indent + "namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: " + yamldoc.OneLine(name) + "\n"
}

// podSelector writes labels below a head, at an indentation.
func podSelector(head string, labels map[string]string, indent int) string {
	blanks := strings.Repeat(" ", indent)
	out := head + blanks + "matchLabels:\n"
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		out += blanks + "  " + yamldoc.OneLine(key) + ": " + yamldoc.OneLine(labels[key]) + "\n"
	}
	return out
}
