package connect_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// What counting against nine repositories showed that had not been looked at before.

// TestAReverseProxyOfDockerConnectsToWhoAsksForIt: labels and variables of a service say that
// the proxy of its network reaches it, and at which port.
func TestAReverseProxyOfDockerConnectsToWhoAsksForIt(t *testing.T) {
	const socket = "volumes: [\"/var/run/docker.sock:/var/run/docker.sock:ro\"]"
	for _, c := range []struct{ name, proxy, service, want string }{
		{"traefik", "image: traefik:v3, " + socket, "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", "proxy web:3000 high"},
		{"traefik, a mapping", "image: traefik:v3, " + socket, "labels: {traefik.http.services.web.loadbalancer.server.port: \"3000\"}", "proxy web:3000 high"},
		{"traefik without a port", "image: traefik:v3, " + socket, "labels: {traefik.enable: \"true\"}, expose: [\"8080\"]", "proxy web:8080 medium"},
		{"traefik 1", "image: traefik:1.7, " + socket, "labels: {traefik.port: \"3000\"}", "proxy web:3000 high"},
		{"traefik, not for this one", "image: traefik:v3, " + socket, "labels: [traefik.enable=false, traefik.http.services.web.loadbalancer.server.port=3000]", ""},
		{"traefik with files", "image: traefik:v3", "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", ""},
		{"traefik by a proxy of the socket", "image: traefik:v3, environment: {DOCKER_HOST: \"tcp://10.0.0.1:2375\"}", "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", "proxy web:3000 high\nproxy 10.0.0.1:2375 high"},
		{"traefik by a proxy of the socket, in its command", "image: traefik:v3, command: [\"--providers.docker.endpoint=tcp://10.0.0.1:2375\"]", "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", "proxy web:3000 high\nproxy 10.0.0.1:2375 high"},
		{"another network", "image: traefik:v3, networks: [edge], " + socket, "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", ""},
		{"another program", "image: portainer/portainer-ce, " + socket, "labels: [traefik.http.services.web.loadbalancer.server.port=3000]", ""},
		{"nginx-proxy", "image: nginxproxy/nginx-proxy, " + socket, "environment: {VIRTUAL_HOST: web.example.com, VIRTUAL_PORT: \"3000\"}", "proxy web:3000 high"},
		{"nginx-proxy, one port", "image: nginxproxy/nginx-proxy, " + socket, "environment: {VIRTUAL_HOST: web.example.com}, expose: [\"8080\"]", "proxy web:8080 high"},
		{"nginx-proxy, no port", "image: nginxproxy/nginx-proxy, " + socket, "environment: {VIRTUAL_HOST: web.example.com}", "proxy web:80 high"},
		{"nginx-proxy, built", "build: proxy, " + socket, "environment: {VIRTUAL_HOST: web.example.com}", "proxy web:80 high"},
		{"caddy", "image: lucaslorentz/caddy-docker-proxy:2.9, " + socket, "labels: {caddy: web.example.com, caddy.reverse_proxy: \"{{upstreams 3000}}\"}", "proxy web:3000 high"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graphOf(t, disktest.Tree(t, map[string]string{
				"compose.yaml":     "services:\n  proxy: {" + c.proxy + "}\n  web: {image: web, " + c.service + "}\nnetworks: {edge: }\n",
				"proxy/Dockerfile": "FROM jwilder/nginx-proxy:1.3.1\n",
			}))
			if got := between(g); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestAReverseProxyDoesNotConnectToAnotherApplication: two files that lie side by side and
// complete no service of each other are two applications.
func TestAReverseProxyDoesNotConnectToAnotherApplication(t *testing.T) {
	const asks = "{image: app, environment: {VIRTUAL_HOST: localhost}}\n"
	tree := map[string]string{
		"docker-compose.yml":      "services:\n  proxy: {image: nginxproxy/nginx-proxy, volumes: [\"/var/run/docker.sock:/tmp/docker.sock\"]}\n  web: {image: web}\n",
		"docker-compose.test.yml": "services:\n  web-test: " + asks,
	}
	if got := between(graphOf(t, disktest.Tree(t, tree))); got != "" {
		t.Errorf("%q", got)
	}
	tree["docker-compose.test.yml"] += "  web: {environment: {VIRTUAL_HOST: localhost}}\n"
	if got := between(graphOf(t, disktest.Tree(t, tree))); got != "proxy web-test:80 high\nproxy web:80 high" {
		t.Errorf("%q", got)
	}
}

// TestTheNameOfAContainerIsNoHost: it is one to the Docker daemon.
func TestTheNameOfAContainerIsNoHost(t *testing.T) {
	g := graphOf(t, disktest.Tree(t, map[string]string{"compose.yaml": "services:\n  nginx-proxy: {image: proxy}\n  acme: {image: acme, environment: {NGINX_PROXY_CONTAINER: nginx-proxy}}\n"}))
	if got := between(g); got != "" {
		t.Errorf("%q", got)
	}
}

// TestAWholeNameOfTheClusterIsAnAddressInAnyVariable: nothing else ends so.
func TestAWholeNameOfTheClusterIsAnAddressInAnyVariable(t *testing.T) {
	for _, c := range []struct{ value, edges, listed string }{
		{"zipkin.tracing.svc.cluster.local", "", "zipkin.tracing.svc.cluster.local"},
		{"api.shop.svc.cluster.local", "web api:8080 medium", ""},
		{"api.shop.svc", "web api:8080 medium", ""},
		{"zipkin", "", ""},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/a.yaml": pods("api") +
			"apiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: web, env: [{name: TRACES, value: " + c.value + "}]}]}\n"}))
		listed := ""
		for _, u := range g.Unresolved {
			listed += u.Host
		}
		if got := between(g); got != c.edges || listed != c.listed {
			t.Errorf("%s: %q, listed %q", c.value, got, listed)
		}
	}
}

// TestANumberedPodIsOneOfTheStatefulSet: a Deployment that the same Service selects has none.
func TestANumberedPodIsOneOfTheStatefulSet(t *testing.T) {
	const pod = "spec:\n  serviceName: store\n  replicas: 2\n  selector: {matchLabels: {app: store}}\n  template:\n    metadata: {labels: {app: store}}\n    spec: {containers: [{name: s, image: s, args: [\"http://store-1.store.shop.svc.cluster.local:9000/data\"]}]}\n"
	g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: store, namespace: shop}\nspec: {clusterIP: None, selector: {app: store}, ports: [{port: 9000}]}\n---\n" +
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: store, namespace: shop}\n" + pod + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: store-alone, namespace: shop}\n" + pod}))
	if got := between(g); got != "store-alone store:9000 high\nstore store:9000 high" {
		t.Errorf("%q", got)
	}
}

// TestAHostHasThePortsOfTheVariablesBesideIt: one variable for the host, and several for its
// ports.
func TestAHostHasThePortsOfTheVariablesBesideIt(t *testing.T) {
	for _, c := range []struct{ ports, want string }{
		{"{name: BUS_PUBLISH_PORT, value: \"4442\"}, {name: BUS_SUBSCRIBE_PORT, value: \"4443\"}", "web hub:4442 high\nweb hub:4443 high"},
		{"{name: BUS_PORT, value: \"4444\"}, {name: BUS_SUBSCRIBE_PORT, value: \"4443\"}", "web hub:4444 high"},
		{"{name: BUS_METRICS_PORT, value: \"9100\"}", "web hub:4442 medium\nweb hub:4443 medium\nweb hub:4444 medium"},
		{"{name: OTHER_PORT, value: \"4443\"}", "web hub:4442 medium\nweb hub:4443 medium\nweb hub:4444 medium"},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/a.yaml": pods("hub") +
			"apiVersion: v1\nkind: Service\nmetadata: {name: hub, namespace: shop}\nspec: {selector: {app: hub}, ports: [{name: a, port: 4442}, {name: b, port: 4443}, {name: c, port: 4444}]}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: web, env: [{name: BUS_HOST, value: hub}, " + c.ports + "]}]}\n"}))
		if got := between(g); got != c.want {
			t.Errorf("%s: %q", c.ports, got)
		}
	}
}

// TestAHostThatACommandWritesIntoAFile: sed puts it where that of the own machine stands.
func TestAHostThatACommandWritesIntoAFile(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"sed -i -- s/localhost/db/g app.js && node app.js", "web db:27017 medium"},
		{"sed -i s,127.0.0.1:27017,db:27017,g app.js", "web db:27017 medium"},
		{"sed -i s/localhost/elsewhere/g app.js", ""},
		{"sed -i s/foo/db/g app.js", ""},
	} {
		g := graphOf(t, disktest.Tree(t, map[string]string{"k8s/a.yaml": pods("db") +
			"apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {selector: {app: db}, ports: [{port: 27017}]}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: web, command: [sh, -c], args: [\"" + c.script + "\"]}]}\n"}))
		if got := between(g); got != c.want {
			t.Errorf("%s: %q", c.script, got)
		}
	}
}
