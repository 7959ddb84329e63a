package isolation

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An External is a way to allow connections to hosts outside the cluster, which a
// NetworkPolicy knows by address alone.
type External string

// The ways.
const (
	ByAddress External = "ipBlock" // all public addresses, in a NetworkPolicy
	ByCilium  External = "cilium"  // names, in a CiliumNetworkPolicy
	ByCalico  External = "calico"  // names, in a NetworkPolicy of Calico Enterprise or Calico Cloud
	ByCluster External = "cluster" // names, in a ClusterNetworkPolicy, where the network plugin has the experimental part of it
)

// Externals are all of them.
var Externals = []External{ByAddress, ByCilium, ByCalico, ByCluster}

// custom reports whether hosts are allowed in a policy of another kind.
func (e External) custom() bool { return e != "" && e != ByAddress }

// private are the addresses that are not of the internet.
var private = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}

// inside are ends of names that lead to addresses of a private network: those of
// databases that clouds run, and of companies.
var inside = []string{
	".rds.amazonaws.com", ".cache.amazonaws.com", ".es.amazonaws.com", ".docdb.amazonaws.com", ".postgres.database.azure.com", ".mysql.database.azure.com", ".redis.cache.windows.net",
	".internal", ".local", ".lan", ".corp", ".intranet", ".home", ".private",
}

// addresses are the peers that stand for a host: its own address, or where it has a
// name all public ones, and private ones where the name says so.
func addresses(host string) string {
	if isAddress(host) {
		return "    - ipBlock:\n        cidr: " + yamldoc.OneLine(prefixOf(host)) + "\n"
	}
	out := "    - ipBlock:\n        cidr: 0.0.0.0/0\n"
	if isInside(host) {
		return out
	}
	return out + "        except:\n        - " + strings.Join(private, "\n        - ") + "\n"
}

// isInside reports whether the name of a host leads to a private network, as far as
// the name tells.
func isInside(host string) bool {
	return !strings.Contains(host, ".") || slices.ContainsFunc(inside, func(end string) bool { return strings.HasSuffix(host, end) })
}

// external writes what allows a workload its hosts outside by name.
func (w *writer) external(of *Workload, flows []*flow) {
	flows = slices.DeleteFunc(slices.Clone(flows), func(f *flow) bool { return f.role != ofHost })
	if len(flows) == 0 || !w.options.External.custom() {
		return
	}
	comment := "# The hosts outside that " + of.ID + " may connect to, by name.\n"
	switch w.options.External {
	case ByCilium:
		w.add(of.home, comment+w.cilium(of, flows))
	case ByCalico:
		w.add(of.home, comment+w.calico(of, flows))
	case ByCluster:
		if n := w.plan.Set.Namespace; n == "" || of.home.Namespace != n {
			w.err = errors.New("a ClusterNetworkPolicy names the namespace, and the manifests do not")
			return
		}
		w.add(of.home, comment+w.cluster(of, flows))
	}
}

// cilium learns the addresses of names from the answers of DNS, which its proxy has to
// see for that.
func (w *writer) cilium(of *Workload, flows []*flow) string {
	out := "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n" + metadata(w.name(of, "-external"), of.home.Namespace) +
		"spec:\n" + podSelector("  endpointSelector:\n", of.Selector, 4) + "  egress:\n" +
		"  # Cilium learns the addresses of names from DNS\n" +
		"  - toEndpoints:\n    - matchLabels:\n        k8s:io.kubernetes.pod.namespace: kube-system\n" +
		"    toPorts:\n    - ports:\n      - port: \"53\"\n        protocol: ANY\n      rules:\n        dns:\n        - matchPattern: \"*\"\n"
	for _, f := range flows {
		out += reasons(f)
		if isAddress(f.host) {
			out += "  - toCIDR:\n    - " + yamldoc.OneLine(prefixOf(f.host)) + "\n"
		} else {
			out += "  - toFQDNs:\n    - matchName: " + yamldoc.OneLine(f.host) + "\n"
		}
		if f.whole {
			continue
		}
		out += "    toPorts:\n    - ports:\n"
		for _, r := range f.ports.Ranges() {
			out += fmt.Sprintf("      - port: \"%d\"\n        protocol: %s\n", r.First, r.Protocol)
		}
	}
	return out
}

// calico writes a policy of its own kind: a name is a domain there.
func (w *writer) calico(of *Workload, flows []*flow) string {
	var terms []string
	for _, key := range slices.Sorted(maps.Keys(of.Selector)) {
		terms = append(terms, fmt.Sprintf("%s == '%s'", key, of.Selector[key]))
	}
	out := "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n" + metadata(w.name(of, "-external"), of.home.Namespace) +
		"spec:\n  selector: " + yamldoc.OneLine(strings.Join(terms, " && ")) + "\n  types:\n  - Egress\n  egress:\n"
	for _, f := range flows {
		for _, r := range f.rangesOrAll() {
			out += reasons(f) + "  - action: Allow\n    protocol: " + r.Protocol.String() + "\n    destination:\n"
			if isAddress(f.host) {
				out += "      nets:\n      - " + yamldoc.OneLine(prefixOf(f.host)) + "\n"
			} else {
				out += "      domains:\n      - " + yamldoc.OneLine(f.host) + "\n"
			}
			if !f.whole {
				out += fmt.Sprintf("      ports:\n      - %d\n", r.First)
			}
		}
	}
	return out
}

// cluster writes a policy for the whole cluster whose subject is the workload. One of the
// Admin tier is asked before every NetworkPolicy.
func (w *writer) cluster(of *Workload, flows []*flow) string {
	out := "apiVersion: policy.networking.k8s.io/v1beta1\nkind: ClusterNetworkPolicy\n" + metadata(w.plan.Set.Namespace+"-"+w.name(of, "-external"), "") +
		"spec:\n  tier: Admin\n  priority: 100\n  subject:\n    pods:\n      namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: " + yamldoc.OneLine(w.plan.Set.Namespace) + "\n" +
		podSelector("      podSelector:\n", of.Selector, 8) + "  egress:\n"
	for _, f := range flows {
		out += reasons(f) + "  - action: Accept\n    to:\n"
		if isAddress(f.host) {
			out += "    - networks:\n      - " + yamldoc.OneLine(prefixOf(f.host)) + "\n"
		} else {
			out += "    - domainNames:\n      - " + yamldoc.OneLine(f.host) + "\n"
		}
		if f.whole {
			continue
		}
		out += "    protocols:\n"
		for _, r := range f.ports.Ranges() {
			out += fmt.Sprintf("    - %s:\n        destinationPort:\n          number: %d\n", strings.ToLower(r.Protocol.String()), r.First)
		}
	}
	return out
}

// reasons are the comments before what a flow allows.
func reasons(f *flow) string {
	out := ""
	for _, line := range f.why {
		out += "  # " + text.VisibleLine(line) + "\n"
	}
	return out
}

// rangesOrAll are the ports, one TCP and one UDP entry where they are not known.
func (f *flow) rangesOrAll() []netpol.Port {
	if f.whole {
		return []netpol.Port{{Protocol: netpol.TCP}, {Protocol: netpol.UDP}}
	}
	return f.ports.Ranges()
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// prefixOf is an address as a block of one.
func prefixOf(host string) string {
	a, _ := netip.ParseAddr(host)
	return netip.PrefixFrom(a, a.BitLen()).String()
}
