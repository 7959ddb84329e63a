package isolation_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/isolation"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestCorpus plans the policies of every namespace of real repositories. What is written
// has been proven by then; a set that cannot be is refused for a reason that is known. With -v
// the figures are printed.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it works out the policies of every repository of the corpus, which takes a while")
	}
	subject := regexp.MustCompile(`[A-Z][A-Za-z]+/\S+( and \d+ more)?|"[^"]*"|\(.*\)|\S+\.ya?ml\S*`)
	reasons, egress := map[string]int{}, map[string]int{}
	sets, isolated, written, policies, connections, workloads, offered, kept := 0, 0, 0, 0, 0, 0, 0, 0
	var slowest time.Duration
	var compared [6]int
	for _, dir := range corpustest.Repositories(t) {
		loaded, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snap := fixer.NewSnapshot(loaded.Sources, loaded.Names...)
		g, err := connect.Read(snap, &fixer.Facts{})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(dir), err)
			continue
		}
		start := time.Now()
		for _, s := range isolation.Sets(snap, g) {
			plan := s.Plan(g)
			sets++
			if len(s.Existing) > 0 {
				compared[0]++
				compare(t, filepath.Base(dir), s, g, &compared)
			}
			if len(plan.Open) == 0 {
				isolated++
				continue
			}
			files, err := plan.Write(isolation.Options{Controller: "ingress-nginx", Monitoring: "monitoring"})
			if err != nil {
				reasons[subject.ReplaceAllString(err.Error(), "…")]++
				t.Logf("%s: %s: %v", filepath.Base(dir), s, err)
				continue
			}
			written++
			if plan.Incomplete(g) == "" {
				offered++
				kept += len(plan.Kept)
			}
			workloads += len(plan.Open)
			connections += plan.Connections()
			for _, f := range files {
				policies += len(f.Documents)
			}
			switch _, err := plan.Write(isolation.Options{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: true}); {
			case len(plan.Leaking) == 0:
				egress["limited already"]++
			case err != nil:
				egress[subject.ReplaceAllString(err.Error(), "…")]++
			case len(plan.Unresolved) > 0:
				egress["hosts are unresolved"]++
			default:
				egress["offered"]++
			}
		}
		slowest = max(slowest, time.Since(start))
	}
	t.Logf("%d sets: %d isolated already, %d get policies (%d policies for %d workloads with %d connections); the slowest repository took %s", sets, isolated, written, policies, workloads, connections, slowest)
	t.Logf("%d of them are offered; the others show too few of their connections. In these, %d workloads keep their ports open since no file shows their clients", offered, kept)
	t.Logf("%d sets have policies: of the pairs of a workload and another end, what oakum would write is equal for %d, tighter for %d, looser for %d (%d of them since the port of a workload stays open whose clients no file shows), neither for %d", compared[0], compared[1], compared[2], compared[3], compared[5], compared[4])
	for _, list := range []map[string]int{reasons, egress} {
		var lines []string
		for reason := range list {
			lines = append(lines, reason)
		}
		slices.Sort(lines)
		for _, line := range lines {
			t.Logf("%4d %s", list[line], line)
		}
	}
	if written == 0 || connections == 0 {
		t.Errorf("no policies were written for %d sets of the corpus", sets)
	}
	for reason := range reasons {
		if unproven.MatchString(reason) {
			t.Errorf("a set of policies is not what was meant: %s", reason)
		}
	}
}

// unproven matches the reason of a set whose proof failed: the room is to know beforehand
// what it cannot write.
var unproven = regexp.MustCompile(`^the policies would let|is not valid`)

// compare counts how what would be written for a namespace compares with the policies that it
// has: for each workload and other end, the ports for ingress.
func compare(t *testing.T, repository string, s *isolation.Set, g *connect.Graph, counts *[6]int) {
	bare := *s
	bare.Existing = nil
	g = withoutPolicies(g)
	plan := bare.Plan(g)
	if why := plan.Incomplete(g); why != "" {
		t.Logf("%s: %s has policies, and would get none: %s", repository, s, why)
		return
	}
	files, err := plan.Write(isolation.Options{Controller: "ingress-nginx", Monitoring: "monitoring"})
	if err != nil {
		t.Logf("%s: %s has policies, and would get none: %v", repository, s, err)
		return
	}
	written, theirs := netpol.Cluster{}, netpol.Cluster{Policies: s.Existing}
	for _, f := range files {
		parsed, err := yamldoc.Parse([]byte(f.Content()))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range kube.Parse(parsed) {
			p, err := netpol.Read(o, s.Namespace)
			if err != nil {
				t.Fatal(err)
			}
			written.Policies = append(written.Policies, p)
		}
	}
	ends := []netpol.Endpoint{netpol.At(netip.MustParseAddr("203.0.113.7"))}
	for _, namespace := range []string{s.Namespace, "ingress-nginx", "monitoring", "another-namespace"} {
		ends = append(ends, netpol.Endpoint{Pod: &netpol.Pod{ID: "another pod", Namespace: namespace}})
	}
	for _, w := range s.Workloads {
		ends = append(ends, netpol.Endpoint{Pod: w.Pod})
	}
	for _, w := range s.Workloads {
		if w.Pod.HostNetwork {
			continue
		}
		for _, e := range ends {
			a, b := written.Ingress(netpol.Endpoint{Pod: w.Pod}, e), theirs.Ingress(netpol.Endpoint{Pod: w.Pod}, e)
			switch more, less := !a.Minus(b).Empty(), !b.Minus(a).Empty(); {
			case !more && !less:
				counts[1]++
			case !more:
				counts[2]++
			default:
				if counts[3]++; less {
					counts[3]--
					counts[4]++
				}
				if slices.Contains(plan.Kept, w) {
					counts[5]++
				}
				t.Logf("%s: %s: %s → %s: %s, theirs %s", repository, s, e, w.ID, a, b)
			}
		}
	}
}

// withoutPolicies is a graph without what only a NetworkPolicy shows: else a set would be
// compared with itself.
func withoutPolicies(g *connect.Graph) *connect.Graph {
	edges := slices.DeleteFunc(slices.Clone(g.Edges), func(e connect.Edge) bool {
		return !slices.ContainsFunc(e.Evidence, func(v connect.Evidence) bool { return v.Source != connect.FromPolicy })
	})
	return &connect.Graph{Nodes: g.Nodes, Edges: edges, Unresolved: g.Unresolved}
}
