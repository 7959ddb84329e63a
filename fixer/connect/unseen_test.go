package connect_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// found is what a graph has of hosts: "unresolved HOST" and "edge ID", in its order.
func found(g *connect.Graph) string {
	var out []string
	for _, e := range g.Edges {
		out = append(out, "edge "+string(e.To))
	}
	for _, u := range g.Unresolved {
		out = append(out, "unresolved "+u.Host+": "+u.Why)
	}
	return strings.Join(out, "\n")
}

// podWith is a pod of the namespace orders with some lines below its container.
func podWith(lines string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: orders}\nspec:\n  containers:\n  - name: web\n    image: web\n" + lines
}

// TestAServiceThatNoFileDescribesIsUnresolved: a name with a namespace is no host of the
// internet, and a bare one is not dropped, whether or not a file names the namespace.
func TestAServiceThatNoFileDescribesIsUnresolved(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"http://collector.orders:4317", "unresolved collector.orders: no Service collector is in namespace orders here"},
		{"rabbitmq.orders", "unresolved rabbitmq.orders: no Service rabbitmq is in namespace orders here"},
		{"vault.vault:8200", "unresolved vault.vault: no Service vault is in namespace vault here"},
		{"http://prometheus.monitoring:9090", "unresolved prometheus.monitoring: no Service prometheus is in namespace monitoring here"},
		{"kafka-0.kafka.orders:9092", "unresolved kafka-0.kafka.orders: no Service kafka is in namespace orders here"},
		{"https://example.com", "edge external:example.com"},
		{"https://api.stripe.com", "edge external:api.stripe.com"},
		{"https://fly.dev:443", "edge external:fly.dev"},
		{"db.internal:5432", "edge external:db.internal"},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/pod.yaml": podWith("    env: [{name: BROKER_HOST, value: \"" + c.value + "\"}]\n")}))
		if got := found(g); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.value, got, c.want)
		}
	}
}

// TestACommentOfAScriptIsNoConnection: what a shell does not read names no host, and an
// archive that it unpacks is none.
func TestACommentOfAScriptIsNoConnection(t *testing.T) {
	g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/pod.yaml": podWith(`    command:
    - sh
    - -c
    - |
      # see https://github.com/example/issues/1
      wget "http://one.example.com/#part" # as https://two.example.com
      ./start --host mysql-db_10.0.13.tbz http://three.example.com/a#b
`)}))
	if got, want := found(g), "edge external:one.example.com\nedge external:three.example.com"; got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

// TestTheFilesOfABuildAreNoConfiguration: a directory that is mounted may hold the
// Dockerfile and the Compose file themselves, which configure no process in it.
func TestTheFilesOfABuildAreNoConfiguration(t *testing.T) {
	g := graphOf(t, disktest.Tree(t, map[string]string{
		"Dockerfile": "FROM alpine:3.22\nRUN wget https://github.com/example/tool\n",
		"compose.yaml": `services:
  web:
    build: .
    volumes: [".:/app"]
  api:
    image: api
    environment: {DB_URL: "postgres://db:5432/x"}
  db:
    image: postgres:18
`,
		"package.json": `{"name": "web", "repository": {"url": "https://github.com/example/web"}}`,
	}))
	for _, e := range g.Edges {
		if strings.HasSuffix(string(e.From), "#web") {
			t.Errorf("%s → %s: %s", e.From, e.To, e.Evidence[0])
		}
	}
}
