package isolation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/netpol"
)

const twoPods = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, args: ["--db=db:5432"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: postgres:18}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}]}
`

func planOf(t *testing.T, manifests string) *Plan {
	t.Helper()
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "k8s/shop.yaml", Kind: fixer.Kubernetes, Data: []byte(manifests)}})
	g, err := connect.Read(snap, &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	sets := Sets(snap, g)
	if len(sets) != 1 {
		t.Fatalf("%d sets", len(sets))
	}
	return sets[0].Plan(g)
}

// TestProofFindsEveryDifference: policies that allow a connection more or less than was
// meant are refused, whichever line of them is wrong.
func TestProofFindsEveryDifference(t *testing.T) {
	p := planOf(t, twoPods)
	for _, egress := range []bool{false, true} {
		o := Options{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: egress}
		files, err := p.Write(o)
		if err != nil {
			t.Fatal(err)
		}
		good := files[0].Content()
		for _, c := range []struct {
			name, old, new string
			egress         bool
		}{
			{"another port", "port: 5432", "port: 5433", false},
			{"another protocol", "protocol: TCP\n      port: 5432", "protocol: UDP\n      port: 5432", false},
			{"more ports", "port: 5432", "port: 5432\n      endPort: 5433", false},
			{"another peer", "          app: web", "          app: wib", false},
			{"every pod as a peer", "    - podSelector:\n        matchLabels:\n          app: web", "    - podSelector: {}", false},
			{"pods of all namespaces", "    - podSelector:\n        matchLabels:\n          app: web", "    - namespaceSelector: {}\n      podSelector:\n        matchLabels:\n          app: web", false},
			{"addresses, too", "    - podSelector:\n        matchLabels:\n          app: web", "    - podSelector:\n        matchLabels:\n          app: web\n    - ipBlock: {cidr: 10.0.0.0/8}", false},
			{"another pod", "      app: db", "      app: dx", false},
			{"no default-deny", "  podSelector: {}\n  policyTypes:\n  - Ingress", "  podSelector: {matchLabels: {app: x}}\n  policyTypes:\n  - Ingress", false},
			{"egress besides", "  policyTypes:\n  - Ingress\n---", "  policyTypes:\n  - Ingress\n  - Egress\n---", false},
			{"no rule", "  ingress:\n", "  ingress: []\n  ingres:\n", false},
			{"DNS on another port", "      port: 53\n", "      port: 5353\n", true},
			{"DNS of every namespace", "kubernetes.io/metadata.name: kube-system", "kubernetes.io/metadata.name: elsewhere", true},
			{"no egress of one", "name: web-egress\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: web", "name: web-egress\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: x", true},
		} {
			if c.egress && !egress || egress && c.name == "egress besides" {
				continue
			}
			bad := strings.Replace(good, c.old, c.new, 1)
			if bad == good {
				t.Errorf("%s: nothing to change in\n%s", c.name, good)
				continue
			}
			if err := p.prove([]File{{Home: files[0].Home, Documents: []string{bad}}}, o); err == nil {
				t.Errorf("%s, egress %t: the proof accepts\n%s", c.name, egress, bad)
			}
		}
	}
}

// TestRandomTopologies writes policies for random workloads of two namespaces that connect
// at random, and asks the checker about every pair: what is allowed is what connects.
func TestRandomTopologies(t *testing.T) {
	written := 0
	for seed := range 60 {
		manifests, edges := topology(seed)
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "k8s/all.yaml", Kind: fixer.Kubernetes, Data: []byte(manifests)}})
		g, err := connect.Read(snap, &fixer.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		var cluster netpol.Cluster
		var limited []*netpol.Pod
		for _, s := range Sets(snap, g) {
			p := s.Plan(g)
			for _, w := range s.Workloads {
				cluster.Pods = append(cluster.Pods, w.Pod)
			}
			if p.Connections() == 0 {
				continue // without one nothing is written
			}
			files, err := p.Write(Options{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: true})
			if err != nil {
				t.Fatalf("seed %d: %s: %v\n%s", seed, s, err, manifests)
			}
			for _, f := range files {
				policies, err := read(f, s.Namespace)
				if err != nil {
					t.Fatal(err)
				}
				cluster.Policies = append(cluster.Policies, policies...)
			}
			for _, w := range s.Workloads {
				limited = append(limited, w.Pod)
			}
			written++
		}
		for _, from := range cluster.Pods {
			for _, to := range limited {
				want := netpol.Ports{}
				if port := edges[from.Namespace+from.ID+to.Namespace+to.ID]; port != 0 {
					want = netpol.OnePort(netpol.TCP, port)
				}
				if got := cluster.Ports(netpol.Endpoint{Pod: from}, netpol.Endpoint{Pod: to}); !got.Equal(want) {
					t.Errorf("seed %d: %s/%s to %s/%s: %s, want %s\n%s", seed, from.Namespace, from.ID, to.Namespace, to.ID, got, want, manifests)
				}
			}
		}
	}
	if written < 60 {
		t.Errorf("only %d sets were written", written)
	}
}

// topology makes manifests, and the ports of the connections by their ends. Names are
// the same in both namespaces.
func topology(seed int) (manifests string, edges map[string]int) {
	state := uint64(seed)*2862933555777941757 + 3037000493
	next := func(n int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % n
	}
	edges = map[string]int{}
	names := []string{"a", "b", "c", "d"}[:2+next(3)]
	spaces := []string{"one", "two"}
	var b strings.Builder
	for _, space := range spaces {
		for _, name := range names {
			var args []string
			for _, otherSpace := range spaces {
				for i, other := range names {
					if space == otherSpace && name == other || next(3) > 0 {
						continue
					}
					host := other
					if otherSpace != space || next(2) == 0 {
						host += "." + otherSpace
					}
					args = append(args, fmt.Sprintf("--peer%d=http://%s:80/", len(args), host))
					edges[space+"Pod/"+name+otherSpace+"Pod/"+other] = 8000 + i
				}
			}
			port := 8000 + slices.Index(names, name)
			fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s, labels: {app: %s, tier: x}}\nspec: {containers: [{name: main, image: main, args: [%s]}]}\n", name, space, name, strings.Join(args, ", "))
			fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s}\nspec: {selector: {app: %s}, ports: [{port: 80, targetPort: %d}]}\n", name, space, name, port)
		}
	}
	return b.String(), edges
}
