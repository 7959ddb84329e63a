package netpol_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

const header = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"

// TestReadIsStrict: what the API server would refuse is an error that says where.
func TestReadIsStrict(t *testing.T) {
	for _, c := range []struct{ name, spec, want string }{
		{"the smallest", "spec: {podSelector: {}}", ""},
		{"an anchor", "spec: {podSelector: &s {matchLabels: {app: web}}, ingress: [{from: [{podSelector: *s}]}]}", ""},
		{"a range of ports", "spec: {podSelector: {}, ingress: [{ports: [{port: 1, endPort: 65535}]}]}", ""},
		{"null is absent", "spec: {podSelector: {}, ingress: [{from: null, ports: ~}]}", ""},
		{"the status of an export", "spec: {podSelector: {}}\nstatus: {}", ""},
		{"a misspelt field", "spec: {podSelectors: {}}", `unknown field "spec.podSelectors"`},
		{"a list that is none", "spec: {podSelector: {}, ingress: {}}", "the field ingress is of type object"},
		{"a label that is a number", "spec: {podSelector: {matchLabels: {tier: 1}}}", "matchLabels"},
		{"a label that is a boolean", "spec: {podSelector: {matchLabels: {on: true}}}", "matchLabels"},
		{"an operator that is none", "spec: {podSelector: {matchExpressions: [{key: a, operator: Is, values: [x]}]}}", "spec.podSelector: \"Is\" is not a valid label selector operator"},
		{"In without values", "spec: {podSelector: {matchExpressions: [{key: a, operator: In}]}}", "spec.podSelector"},
		{"a peer that is nothing", "spec: {podSelector: {}, ingress: [{from: [{}]}]}", "spec.ingress[0].from[0] names no peer"},
		{"a block beside a selector", "spec: {podSelector: {}, egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}", "spec.egress[0].to[0] has an ipBlock beside a selector"},
		{"an address for a block", "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.1}}]}]}", "spec.egress[0].to[0].ipBlock.cidr"},
		{"an exception elsewhere", "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}]}]}", "192.168.0.0/16 is not a part of 10.0.0.0/8"},
		{"an exception that is all", "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}", "is not a part of"},
		{"a protocol that is none", "spec: {podSelector: {}, ingress: [{ports: [{protocol: tcp, port: 80}]}]}", `protocol is "tcp"`},
		{"a port beyond the last", "spec: {podSelector: {}, ingress: [{ports: [{port: 65536}]}]}", "65536 is not a range of ports"},
		{"a range that runs backwards", "spec: {podSelector: {}, ingress: [{ports: [{port: 90, endPort: 80}]}]}", "90 to 80"},
		{"an end without a beginning", "spec: {podSelector: {}, ingress: [{ports: [{endPort: 80}]}]}", "endPort but no port"},
		{"an end beside a name", "spec: {podSelector: {}, ingress: [{ports: [{port: http, endPort: 80}]}]}", "endPort beside a named port"},
		{"a name that is none", "spec: {podSelector: {}, ingress: [{ports: [{port: HTTP}]}]}", `"HTTP" is not the name of a port`},
		{"a direction that is none", "spec: {podSelector: {}, policyTypes: [ingress]}", `policyTypes has "ingress"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := netpol.Read(object(t, header+c.spec+"\n"), "shop")
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	if _, err := netpol.Read(object(t, strings.Replace(header, "networking.k8s.io/v1", "extensions/v1beta1", 1)), "shop"); err == nil {
		t.Error("a version that no API server has is read")
	}
}

func object(t *testing.T, src string) *kube.Object {
	t.Helper()
	f, err := yamldoc.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return kube.Parse(f)[0]
}

// TestConnections lists what a small cluster allows, in order.
func TestConnections(t *testing.T) {
	cluster := load(t, []byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      initContainers: [{name: proxy, image: proxy, restartPolicy: Always, ports: [{name: admin, containerPort: 9}]}, {name: once, image: once, ports: [{name: http, containerPort: 1}]}]
      containers: [{name: db, image: db}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}, {port: admin}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: 10.0.0.0/9}}]
    ports: [{port: http}]
`))
	var got []string
	for c := range cluster.Connections() {
		got = append(got, c.String())
	}
	want := []string{
		"shop/Deployment/shop/web → shop/StatefulSet/shop/db: TCP 9, 5432",
		"shop/Deployment/shop/web → 0.0.0.0/0: all ports",
		"shop/Deployment/shop/web → ::/0: all ports",
		"0.0.0.0-10.127.255.255 → shop/Deployment/shop/web: TCP 8080",
		"11.0.0.0-255.255.255.255 → shop/Deployment/shop/web: TCP 8080",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("connections:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !cluster.Allows(netpol.At(netip.MustParseAddr("11.0.0.1")), netpol.Endpoint{Pod: cluster.Pods[0]}, 8080, netpol.TCP) {
		t.Error("an address that is listed is not allowed")
	}
}

// TestPorts: sets of ports are canonical, whatever they were made of.
func TestPorts(t *testing.T) {
	a := netpol.PortRange(netpol.TCP, 80, 89).Union(netpol.PortRange(netpol.TCP, 90, 99)).Union(netpol.OnePort(netpol.UDP, 53))
	for got, want := range map[string]string{
		a.String(): "TCP 80-99, UDP 53",
		a.Minus(netpol.OnePort(netpol.TCP, 85)).String():         "TCP 80-84, 86-99, UDP 53",
		a.Minus(netpol.AllPorts()).String():                      "none",
		netpol.AllPorts().Minus(netpol.Ports{}).String():         "all ports",
		netpol.AllPorts().Intersect(a).String():                  "TCP 80-99, UDP 53",
		netpol.PortRange(netpol.SCTP, 0, 70000).String():         "SCTP 1-65535",
		netpol.AllPorts().Minus(a).Union(a).String():             "all ports",
		netpol.AllPorts().Minus(a).Intersect(a).String():         "none",
		netpol.OnePort(netpol.TCP, 0).String():                   "none",
		a.Union(netpol.PortRange(netpol.TCP, 95, 100)).String():  "TCP 80-100, UDP 53",
		a.Minus(netpol.PortRange(netpol.TCP, 1, 65535)).String(): "UDP 53",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if !a.Equal(netpol.OnePort(netpol.UDP, 53).Union(netpol.PortRange(netpol.TCP, 80, 99))) {
		t.Error("equal sets differ")
	}
}
