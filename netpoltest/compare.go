package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/np-guard/netpol-analyzer/pkg/netpol/connlist"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// compare holds the two readings of one directory against each other. What one of them
// does not read is skipped with a reason.
func (t *tally) compare(name, dir, source string) error {
	cluster, reason, err := read(dir)
	if err != nil {
		return err
	}
	if reason != "" {
		t.skip(reason, name)
		return nil
	}
	theirs, reason := analyze(dir)
	if reason != "" {
		t.skip(reason, name)
		return nil
	}
	pods := map[string]*netpol.Pod{}
	for _, p := range slices.Clone(cluster.Pods) {
		switch other := pods[nameOf(p)]; {
		case other == nil:
			pods[nameOf(p)] = p
		case p.Workload.Node.Get("metadata").Get("ownerReferences") == nil, !maps.Equal(other.Labels, p.Labels):
			t.skip("two workloads have one name", name)
			return nil
		default: // pods of one owner, which are one workload to the analyzer
			cluster.Pods = slices.DeleteFunc(cluster.Pods, func(o *netpol.Pod) bool { return o == p })
		}
	}
	if missing := theirs.unknown(pods); missing != "" {
		t.skip("the analyzer names its peers otherwise", name)
		return nil
	}
	t.clusters++
	for _, from := range cluster.Pods {
		for _, to := range cluster.Pods {
			if from != to { // the analyzer lists no connections of a workload with itself
				t.one(name, source, cluster, theirs, netpol.Endpoint{Pod: from}, netpol.Endpoint{Pod: to})
			}
		}
		for _, r := range cluster.Outside() {
			if r.First.Is4() {
				t.one(name, source, cluster, theirs, netpol.Endpoint{Pod: from}, netpol.Endpoint{Addresses: r})
				t.one(name, source, cluster, theirs, netpol.Endpoint{Addresses: r}, netpol.Endpoint{Pod: from})
			}
		}
	}
	return nil
}

// one compares the ports of one pair.
func (t *tally) one(name, source string, cluster *netpol.Cluster, theirs analysis, from, to netpol.Endpoint) {
	ours, other := cluster.Ports(from, to), theirs.ports(from, to)
	t.pairs++
	if !ours.Empty() {
		t.ports++
	}
	if !ours.Equal(other) {
		t.different = append(t.different, fmt.Sprintf("  %s: %s → %s: oakum %s, netpol-analyzer %s\n%s", name, from, to, ours, other, source))
	}
}

// nameOf is the pod as the analyzer calls it: by the object that owns it, where there is
// one.
func nameOf(p *netpol.Pod) string {
	if owner := p.Workload.Node.Get("metadata").Get("ownerReferences").Item(0); owner != nil {
		return fmt.Sprintf("%s/%s[%s]", p.Namespace, owner.Get("name").Text(), owner.Get("kind").Text())
	}
	return fmt.Sprintf("%s/%s[%s]", p.Namespace, p.Workload.Name, p.Workload.Kind)
}

// read reads the manifests of a directory with oakum. A reason says why what is
// there is not compared.
func read(dir string) (*netpol.Cluster, string, error) {
	out := &netpol.Cluster{Namespaces: map[string]map[string]string{}}
	reason := ""
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := yamldoc.Parse(data)
		if err != nil {
			reason = "a file does not parse"
			return nil
		}
		for _, o := range kube.Parse(file) {
			if r := add(out, o); r != "" {
				reason = r
			}
		}
		return nil
	})
	return out, reason, err
}

func add(c *netpol.Cluster, o *kube.Object) (reason string) {
	namespace := o.Namespace
	if namespace == "" {
		namespace = "default"
	}
	switch {
	case netpol.Is(o):
		p, err := netpol.Read(o, namespace)
		if err != nil {
			return "a policy is not valid"
		}
		c.Policies = append(c.Policies, p)
	case o.Kind == "Namespace":
		labels := map[string]string{}
		for k, v := range o.Node.Get("metadata").Get("labels").All() {
			labels[k] = v.Text()
		}
		c.Namespaces[o.Name] = labels
	case slices.Contains([]string{"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", "UserDefinedNetwork", "ClusterUserDefinedNetwork", "NetworkAttachmentDefinition", "MultiNetworkPolicy"}, o.Kind):
		return "it has policies or networks besides NetworkPolicy"
	case slices.Contains([]string{"VirtualMachine", "VirtualMachineInstance"}, o.Kind):
		return "it has virtual machines"
	case o.Workload() != nil:
		c.Pods = append(c.Pods, netpol.PodOf(o.Workload(), namespace))
	}
	return ""
}

// An analysis is what netpol-analyzer prints.
type analysis []listed

// quoted is what differs between errors of one kind.
var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"|/\S+`)

// listed is one connection. The ranges of ports that its library returns also hold those
// that are denied, for explanations: only what it prints tells them apart.
type listed struct {
	Src   string `json:"src"`
	Dst   string `json:"dst"`
	Conn  string `json:"conn"`
	ports netpol.Ports
}

func analyze(dir string) (analysis, string) {
	a := connlist.NewConnlistAnalyzer(connlist.WithMuteErrsAndWarns(), connlist.WithLogger(quiet{}), connlist.WithOutputFormat("json"))
	conns, _, err := a.ConnlistFromDirPath(dir)
	if err != nil {
		return nil, "the analyzer refuses it: " + quoted.ReplaceAllString(err.Error(), "…")
	}
	text, err := a.ConnectionsListToString(conns)
	if err != nil {
		return nil, "the analyzer cannot print it"
	}
	var out analysis
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, "the analyzer prints no JSON"
	}
	for i := range out {
		if out[i].ports, err = parsePorts(out[i].Conn); err != nil {
			return nil, err.Error()
		}
	}
	return out, ""
}

// parsePorts reads "All Connections" and "TCP 80,443,8000-8080,UDP 53".
func parsePorts(s string) (netpol.Ports, error) {
	var out netpol.Ports
	protocol := netpol.TCP
	if s == "All Connections" {
		return netpol.AllPorts(), nil
	}
	for part := range strings.SplitSeq(s, ",") {
		if name, rest, ok := strings.Cut(part, " "); ok {
			if protocol, ok = netpol.ParseProtocol(name); !ok {
				return out, fmt.Errorf("the analyzer prints %q", s)
			}
			part = rest
		}
		from, to, isRange := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			return out, fmt.Errorf("the analyzer prints %q", s)
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(to); err != nil {
				return out, fmt.Errorf("the analyzer prints %q", s)
			}
		}
		out = out.Union(netpol.PortRange(protocol, first, last))
	}
	return out, nil
}

// unknown names a workload of the analyzer that oakum has no pod for, "" for none.
func (a analysis) unknown(pods map[string]*netpol.Pod) string {
	for _, c := range a {
		for _, p := range []string{c.Src, c.Dst} {
			if strings.HasSuffix(p, "]") && pods[p] == nil {
				return p
			}
		}
	}
	return ""
}

func (a analysis) ports(from, to netpol.Endpoint) netpol.Ports {
	var out netpol.Ports
	for _, c := range a {
		if isEnd(c.Src, from) && isEnd(c.Dst, to) {
			out = out.Union(c.ports)
		}
	}
	return out
}

// isEnd reports whether a peer of the analyzer is, or holds the first address of, an end.
// Workloads end in the kind in brackets; what is neither that nor addresses stands for
// the ingress controller, which the analyzer adds for Services that an Ingress names.
func isEnd(peer string, e netpol.Endpoint) bool {
	if e.Pod != nil {
		return peer == nameOf(e.Pod)
	}
	for part := range strings.SplitSeq(peer, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, err := netip.ParseAddr(from)
		if err != nil {
			continue
		}
		last := first
		if isRange {
			if last, err = netip.ParseAddr(to); err != nil {
				continue
			}
		}
		if (netpol.Range{First: first, Last: last}).Contains(e.Addresses.First) {
			return true
		}
	}
	return false
}

// quiet is a logger that says nothing.
type quiet struct{}

func (quiet) Debugf(string, ...any)        {}
func (quiet) Infof(string, ...any)         {}
func (quiet) Warnf(string, ...any)         {}
func (quiet) Errorf(error, string, ...any) {}
