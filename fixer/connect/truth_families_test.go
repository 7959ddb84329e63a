package connect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// What counting against the truth showed to be missed or spurious, each family by itself.

// between lists the connections of services and workloads: "web api:80 medium".
func between(g *connect.Graph) string {
	var out []string
	for _, e := range g.Edges {
		if from, to := g.Node(e.From), g.Node(e.To); e.Route == "" && from != nil && to != nil {
			out = append(out, fmt.Sprintf("%s %s:%d %s", from.Name, to.Name, e.Port, e.Confidence))
		}
	}
	return strings.Join(out, "\n")
}

// pods are Deployments of the namespace shop, each with its label app and a port.
func pods(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %[1]s, namespace: shop}\nspec:\n  selector: {matchLabels: {app: %[1]s}}\n  template:\n"+
			"    metadata: {labels: {app: %[1]s, part-of: shop}}\n    spec: {containers: [{name: %[1]s, image: %[1]s, ports: [{name: http, containerPort: 8080}]}]}\n---\n", name)
	}
	return b.String()
}

// TestANetworkPolicyThatNamesAWorkloadShowsAConnection: where the address stands in code,
// the policy that its owner wrote is what knows of it. One that names all pods, or no
// port, says what may connect and not what does.
func TestANetworkPolicyThatNamesAWorkloadShowsAConnection(t *testing.T) {
	policy := func(spec string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: " + spec + "\n"
	}
	for _, c := range []struct{ spec, want string }{
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}", "web api:8080 medium"},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: http}]}]}", "web api:8080 medium"},
		{"{podSelector: {matchLabels: {app: web}}, egress: [{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}]}", "web api:8080 medium"},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}", "web api:8080 medium"},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}", ""},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {part-of: shop}}}], ports: [{port: 8080}]}]}", ""},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]}", ""},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}", ""},
		{"{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}", ""},
		{"{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}]}", ""},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/pods.yaml": pods("api", "web", "other"), "k8s/policy.yaml": policy(c.spec)}))
		if got := between(g); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.spec, got, c.want)
		}
		for _, e := range g.Edges {
			if v := e.Evidence[0]; v.Source != connect.FromPolicy || v.Text != "web NetworkPolicy/p → api:8080" {
				t.Errorf("the evidence is %+v", v)
			}
		}
	}
}

// TestADatabaseDoesNotConnectToItself: settings that several take have its own address in
// them. Pods that find each other have a headless Service, or names of their own.
func TestADatabaseDoesNotConnectToItself(t *testing.T) {
	tree := func(service, replicas, host string) map[string]string {
		return map[string]string{"k8s/db.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {" + service + "selector: {app: db}, ports: [{port: 5432}]}\n---\n" +
			"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  " + replicas + "\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n" +
			"    spec: {containers: [{name: db, image: db, env: [{name: DB_URL, value: \"postgres://" + host + ":5432/x\"}]}]}\n"}
	}
	for _, c := range []struct{ service, replicas, host, want string }{
		{"", "", "db", ""},
		{"", "replicas: 1", "db", ""},
		{"", "replicas: 3", "db", "db db:5432 high"},
		{"clusterIP: None, ", "replicas: 1", "db", "db db:5432 high"},
		{"clusterIP: None, ", "", "db-0.db", "db db:5432 high"},
	} {
		if got := between(graphOf(t, disktest.Tree(t, tree(c.service, c.replicas, c.host)))); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestAFileThatCompletesAnIncludedServiceConnectsIt: what one file adds to a service of another
// one counts, be it beside it or included from another directory; and so do the services
// that only this file has.
func TestAFileThatCompletesAnIncludedServiceConnectsIt(t *testing.T) {
	g := graphOf(t, disktest.Tree(t, map[string]string{
		"app/compose.yaml":          "include: [../web/compose.yaml, ../api/compose.yaml]\n",
		"app/compose.override.yaml": "services:\n  web: {environment: [\"API_URL=http://api:8080\"]}\n",
		"app/compose.tracing.yaml":  "services:\n  collector: {image: otel/opentelemetry-collector}\n  api: {environment: {OTEL_EXPORTER_OTLP_ENDPOINT: \"http://collector:4318\"}}\n",
		"web/compose.yaml":          "services:\n  web: {image: web}\n",
		"api/compose.yaml":          "services:\n  api: {image: api}\n",
		"other/compose.yaml":        "services:\n  api: {image: other}\n",
	}))
	if got, want := between(g), "api collector:4318 high\nweb api:8080 high"; got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	for _, e := range g.Edges {
		if strings.Contains(string(e.From)+string(e.To), "other/") {
			t.Errorf("%s → %s: another application's", e.From, e.To)
		}
	}
}

// TestLogsAreSentFromOutside: a service that waits for the one that takes its logs does not
// connect to it, Docker does.
func TestLogsAreSentFromOutside(t *testing.T) {
	for _, c := range []struct{ driver, port, want string }{
		{"fluentd", "24224:24224", ""},
		{"gelf", "12201:12201/udp", ""},
		{"json-file", "24224:24224", "web log:24224 low"},
		{"fluentd", "9880:9880", "web log:9880 low"},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{
			"compose.yaml":         "services:\n  web: {image: web}\n",
			"compose.logging.yaml": "services:\n  log: {image: log, ports: [\"" + c.port + "\"]}\n  web:\n    logging: {driver: " + c.driver + "}\n    depends_on: [log]\n",
		}))
		if got := between(g); got != c.want {
			t.Errorf("%s to %s: %q", c.driver, c.port, got)
		}
	}
}
