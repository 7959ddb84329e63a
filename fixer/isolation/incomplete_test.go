package isolation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
)

// server is a Pod with a Service of its name, with some arguments.
func server(name, args string) string {
	return fmt.Sprintf(`---
apiVersion: v1
kind: Pod
metadata: {name: %[1]s, namespace: shop, labels: {app: %[1]s}}
spec: {containers: [{name: main, image: example.org/%[1]s, args: [%[2]s], ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: %[1]s, namespace: shop}
spec: {selector: {app: %[1]s}, ports: [{port: 8080}]}
`, name, args)
}

const nodePort = `---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 8080}]}
`

// TestClientsInCodeAreIncomplete: a shop whose hosts are in code shows its entrance and
// little else, and default-deny would cut all the rest.
func TestClientsInCodeAreIncomplete(t *testing.T) {
	for _, c := range []struct {
		name, manifests string
		want            bool
	}{
		{"only the entrance", nodePort + server("web", "") + server("cart", ""), true},
		{"few of many", nodePort + server("web", "http://cart:8080") + server("cart", "") + server("user", "") + server("order", "") + server("db", ""), true},
		{"all", nodePort + server("web", "http://cart:8080") + server("cart", ""), false},
		{"all but one", nodePort + server("web", "http://cart:8080") + server("cart", "") + server("metrics", ""), false},
		{"the entrance alone", nodePort + server("web", ""), false},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "k8s/shop.yaml", Kind: fixer.Kubernetes, Data: []byte(c.manifests)}})
		g, err := connect.Read(snap, &fixer.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		if got := Sets(snap, g)[0].Plan(g).Incomplete(g); (got != "") != c.want || c.want && !strings.Contains(got, "Pod/cart") && !strings.Contains(got, "Pod/user") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestServicesThatNoFileDescribesAreNamed: default-deny holds for the pods of an operator
// or a chart in the namespace, too.
func TestServicesThatNoFileDescribesAreNamed(t *testing.T) {
	p := planOf(t, server("web", "--broker-host=rabbitmq.shop, http://cache:6379, http://other.elsewhere:80, http://collector.shop.svc.cluster.local:4317, http://YOUR_HOST:80"))
	if want := []string{"cache", "collector", "rabbitmq"}; !slices.Equal(p.Undescribed, want) {
		t.Errorf("%q, want %q", p.Undescribed, want)
	}
}

// TestAServiceWithoutKnownClientsStaysOpen: a Service is there for somebody, and monitoring
// is not whom it is there for. What no Service leads to is closed.
func TestAServiceWithoutKnownClientsStaysOpen(t *testing.T) {
	bare := "---\napiVersion: v1\nkind: Pod\nmetadata: {name: worker, namespace: shop, labels: {app: worker}}\nspec: {containers: [{name: main, image: example.org/worker, ports: [{containerPort: 8080}]}]}\n"
	scraped := strings.Replace(server("api", ""), "metadata: {name: api, namespace: shop, labels", "metadata: {name: api, namespace: shop, annotations: {prometheus.io/scrape: \"true\"}, labels", 1)
	p := planOf(t, nodePort+server("web", "http://cart:8080")+server("cart", "")+scraped+bare)
	if got, want := fmt.Sprint(Names(p.Kept)), "[Pod/api]"; got != want {
		t.Errorf("%s are kept open, want %s", got, want)
	}
	if got, want := fmt.Sprint(Names(p.Unasked)), "[Pod/worker]"; got != want {
		t.Errorf("nobody asks %s, want %s", got, want)
	}
	files, err := p.Write(Options{Controller: "ingress-nginx", Monitoring: "monitoring"})
	if err != nil {
		t.Fatal(err)
	}
	if text := files[0].Content(); !strings.Contains(text, "# Service/api leads here, and no file shows who uses it: name the clients when you know them\n  - ports:\n    - protocol: TCP\n      port: 8080") {
		t.Errorf("the port is not open:\n%s", text)
	}
}

// TestWhatStaysOpenIsWhereTheServiceLeads: a port that no container declares is open where
// the Service leads to it, and no other; one that a container declares beside it is closed.
func TestWhatStaysOpenIsWhereTheServiceLeads(t *testing.T) {
	service := func(port string) string {
		return "---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {selector: {app: api}, ports: [{port: 80, targetPort: " + port + "}]}\n"
	}
	pod := func(ports string) string {
		return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: shop, labels: {app: api}}\nspec: {containers: [{name: main, image: example.org/api, ports: [" + ports + "]}]}\n"
	}
	for _, c := range []struct{ name, manifest, want, not string }{
		{"undeclared", service("9000") + pod(""), "port: 9000", "port: 80\n"},
		{"one of two", service("9000") + pod("{containerPort: 9000}, {containerPort: 9001}"), "port: 9000", "port: 9001"},
		{"a name that no container has", service("web") + pod("{containerPort: 9001}"), "port: 9001", "port: 80\n"},
	} {
		files, err := planOf(t, nodePort+server("web", "http://cart:8080")+server("cart", "")+c.manifest).Write(Options{Controller: "ingress-nginx"})
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(files[0].Content(), "Service/api leads here")
		text, _, _ = strings.Cut(text, "---")
		if !strings.Contains(text, c.want) || strings.Contains(text, c.not) {
			t.Errorf("%s: want %s and not %s:\n%s", c.name, c.want, c.not, text)
		}
	}
}
