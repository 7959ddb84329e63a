package isolation

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An External is a way to allow connections to hosts outside the cluster, which a
// NetworkPolicy knows by address alone.
type External string

// The ways.
const (
	ByAddress External = "ipBlock" // all public addresses, in a NetworkPolicy
	ByCilium  External = "cilium"  // names, in a CiliumNetworkPolicy
)

// Externals are all of them.
var Externals = []External{ByAddress, ByCilium}

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
	if a, err := netip.ParseAddr(host); err == nil {
		return "    - ipBlock:\n        cidr: " + yamldoc.OneLine(netip.PrefixFrom(a, a.BitLen()).String()) + "\n"
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
	if w.options.External != ByCilium {
		return
	}
	var rules strings.Builder
	for _, f := range flows {
		if f.role != ofHost {
			continue
		}
		for _, line := range f.why {
			rules.WriteString("  # " + line + "\n")
		}
		if _, err := netip.ParseAddr(f.host); err == nil {
			rules.WriteString("  - toCIDR:\n    - " + yamldoc.OneLine(hostPrefix(f.host)) + "\n")
		} else {
			rules.WriteString("  - toFQDNs:\n    - matchName: " + yamldoc.OneLine(f.host) + "\n")
		}
		if f.whole {
			continue
		}
		rules.WriteString("    toPorts:\n    - ports:\n")
		for _, r := range f.ports.Ranges() {
			rules.WriteString("      - port: \"" + itoa(r.First) + "\"\n        protocol: " + r.Protocol.String() + "\n")
		}
	}
	if rules.Len() == 0 {
		return
	}
	doc := "# The hosts outside that " + of.ID + " may connect to, by name: Cilium learns their addresses\n# from DNS, which its proxy therefore has to see.\n" +
		"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n" + metadata(w.name(of, "-external"), of.home.Namespace) +
		"spec:\n" + podSelector("  endpointSelector:\n", of.Selector, 4) + "  egress:\n" +
		"  - toEndpoints:\n    - matchLabels:\n        k8s:io.kubernetes.pod.namespace: kube-system\n" +
		"    toPorts:\n    - ports:\n      - port: \"53\"\n        protocol: ANY\n      rules:\n        dns:\n        - matchPattern: \"*\"\n" + rules.String()
	w.add(of.home, doc)
}
