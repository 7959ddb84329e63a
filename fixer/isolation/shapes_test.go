package isolation

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// shapes are the shapes that rules of policies may have, as [shapeOf] writes them. The API
// server is asked about each of them: fixer/rules, TestAPIServerTakesEveryShape.
var shapes = []string{
	"egress from all pods, nothing allowed", "egress to everybody, TCP", "egress to ipBlock with except, TCP", "egress to ipBlock with except, all ports",
	"egress to ipBlock, TCP", "egress to ipBlock, all ports", "egress to namespaceSelector and podSelector, TCP", "egress to namespaceSelector or ipBlock, TCP, UDP", "egress to namespaceSelector, TCP, UDP",
	"egress to podSelector, TCP", "egress to podSelector, TCP range", "egress to podSelector, all ports",
	"ingress from everybody, TCP", "ingress from everybody, UDP", "ingress from everybody, all ports", "ingress from namespaceSelector and podSelector, TCP", "ingress from namespaceSelector, TCP",
	"ingress from podSelector, TCP", "ingress from podSelector, TCP range", "ingress from podSelector, all ports", "ingress to all pods, nothing allowed",
}

// TestShapes: the manifests of testdata/shapes.yaml get rules of every shape and of no other,
// whatever is chosen.
func TestShapes(t *testing.T) {
	data, err := os.ReadFile("testdata/shapes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "k8s/shop.yaml", Kind: fixer.Kubernetes, Data: data}})
	g, err := connect.Read(snap, &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, o := range []Options{
		{Controller: "ingress-nginx", Monitoring: "monitoring"},
		{Monitoring: "monitoring", Egress: true},
		{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: true, NodeLocalDNS: netip.MustParseAddr("169.254.20.10")},
		{Controller: "ingress-nginx", Monitoring: "monitoring", Egress: true, NodeLocalDNS: netip.MustParseAddr("fd00::10")},
	} {
		for _, s := range Sets(snap, g) {
			files, err := s.Plan(g).Write(o)
			if err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			for _, f := range files {
				for _, document := range f.Documents {
					for _, shape := range shapesOf(t, document) {
						found[shape] = true
					}
				}
			}
		}
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, shapes) {
		t.Errorf("the shapes are\n%q\nwant\n%q", got, shapes)
	}
}

// shapesOf are the shapes of the rules of a policy.
func shapesOf(t *testing.T, document string) []string {
	parsed, err := yamldoc.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	spec := parsed.Docs[0].Root.Get("spec")
	var out []string
	for _, side := range []string{"ingress", "egress"} {
		for _, rule := range spec.Get(side).List() {
			out = append(out, shapeOf(side, rule))
		}
	}
	if len(out) == 0 {
		out = append(out, map[string]string{"Ingress": "ingress to all pods, nothing allowed", "Egress": "egress from all pods, nothing allowed"}[spec.Get("policyTypes").List()[0].Text()])
	}
	return out
}

func shapeOf(side string, rule *yamldoc.Node) string {
	word := map[string]string{"ingress": "from", "egress": "to"}[side]
	var peers, ports []string
	for _, p := range rule.Get(word).List() {
		var parts []string
		for _, key := range []string{"namespaceSelector", "podSelector", "ipBlock"} {
			if n := p.Get(key); n != nil {
				if n.Get("except") != nil {
					key += " with except"
				}
				parts = append(parts, key)
			}
		}
		peers = append(peers, strings.Join(parts, " and "))
	}
	for _, p := range rule.Get("ports").List() {
		port := p.Get("protocol").Text()
		if p.Get("endPort") != nil {
			port += " range"
		}
		ports = append(ports, port)
	}
	slices.Sort(ports)
	ports = slices.Compact(ports)
	if len(peers) == 0 {
		peers = []string{"everybody"}
	}
	if len(ports) == 0 {
		ports = []string{"all ports"}
	}
	return fmt.Sprintf("%s %s %s, %s", side, word, strings.Join(peers, " or "), strings.Join(ports, ", "))
}
