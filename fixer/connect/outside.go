package connect

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// outside adds how traffic from outside of the repository reaches its workloads.
func (c *cluster) outside(b *builder) {
	for _, o := range c.objects {
		if o.Kind == "Service" && o.Group() == "" {
			continue
		}
		if o.Workload() != nil && !o.Workload().Partial {
			c.podRoutes(b, o)
			continue
		}
		switch group := o.Group(); {
		case o.Kind == "Ingress":
			c.ingress(b, o)
		case group == "gateway.networking.k8s.io" && strings.HasSuffix(o.Kind, "Route"),
			strings.HasPrefix(group, "traefik.") && strings.HasPrefix(o.Kind, "IngressRoute"),
			group == "projectcontour.io" && o.Kind == "HTTPProxy",
			group == "route.openshift.io" && o.Kind == "Route",
			group == "networking.istio.io" && o.Kind == "VirtualService" && leavesMesh(o.Object):
			c.backends(b, o, o.Node.Get("spec"), 0)
		case strings.HasSuffix(o.Kind, "WebhookConfiguration"):
			for _, w := range o.Node.Get("webhooks").List() {
				c.called(b, o, w.Get("clientConfig").Get("service"))
			}
		case o.Kind == "APIService":
			c.called(b, o, o.Node.Get("spec").Get("service"))
		case group == "monitoring.coreos.com" && (o.Kind == "ServiceMonitor" || o.Kind == "PodMonitor"):
			c.monitor(b, o)
		}
	}
	for _, list := range c.services {
		for _, s := range list {
			c.exposed(b, s)
		}
	}
}

// exposed adds what the type of a Service opens.
func (c *cluster) exposed(b *builder, s *service) {
	spec := s.Node.Get("spec")
	route := Route("")
	at := spec.Get("type")
	switch kind := at.Text(); {
	case kind == "LoadBalancer" || kind == "NodePort":
		route = Route(kind)
	case spec.Get("externalIPs").Len() > 0:
		route, at = ExternalIP, spec.Get("externalIPs")
	}
	for _, m := range s.members {
		for _, p := range s.ports {
			for _, n := range p.podPorts(m) {
				if route != "" {
					b.connect(b.outsider(Internet, Outside, "internet"), m.id, n, p.protocol, High, route, Evidence{"Service/" + s.Name + " " + string(route) + " → " + withPort(m.name, n), s.at(at), FromRoute})
				}
			}
		}
		c.scraped(b, m, s.placed, s.Node.Get("metadata").Get("annotations"))
	}
}

// scraped adds the connection of monitoring that an annotation asks for.
func (c *cluster) scraped(b *builder, m *member, o placed, annotations *yamldoc.Node) {
	scrape := annotations.Get("prometheus.io/scrape")
	if scrape.Text() != "true" {
		return
	}
	port := 0
	if text := annotations.Get("prometheus.io/port").Text(); isPort(text) {
		port = atoi(text)
	}
	b.connect(b.outsider(Monitoring, Outside, "monitoring"), m.id, port, "TCP", High, Scrape, Evidence{o.ID() + " prometheus.io/scrape → " + withPort(m.name, port), o.at(scrape), FromRoute})
}

// podRoutes adds what a pod opens by itself.
func (c *cluster) podRoutes(b *builder, o placed) {
	m := c.byObject[o.Object]
	c.scraped(b, m, o, m.w.Meta.Get("annotations"))
	internet := func() ID { return b.outsider(Internet, Outside, "internet") }
	if m.node.HostNetwork {
		at := o.at(m.w.Pod.Get("hostNetwork"))
		for _, p := range m.ports {
			b.connect(internet(), m.id, p.Number, p.Protocol, Medium, HostNetwork, Evidence{m.name + " hostNetwork → " + withPort(m.name, p.Number), at, FromPort})
		}
		return
	}
	for _, container := range m.w.Containers() {
		for _, n := range container.Node.Get("ports").List() {
			if host, ok := n.Get("hostPort").Int(); ok && host != 0 {
				port, _ := n.Get("containerPort").Int()
				b.connect(internet(), m.id, int(port), protocolOf(n.Get("protocol").Text()), High, HostPort, Evidence{m.name + " hostPort " + strconv.Itoa(int(host)) + " → " + withPort(m.name, int(port)), o.at(n), FromPort})
			}
		}
	}
	if m.w.Group() == "serving.knative.dev" {
		for _, p := range m.ports {
			b.connect(internet(), m.id, p.Number, p.Protocol, High, Gateway, Evidence{m.w.ID() + " → " + withPort(m.name, p.Number), o.at(o.NameNode()), FromRoute})
		}
	}
}

// ingress adds the backends of an Ingress, of either version of the API.
func (c *cluster) ingress(b *builder, o placed) {
	spec := o.Node.Get("spec")
	backends := []*yamldoc.Node{spec.Get("defaultBackend"), spec.Get("backend")}
	for _, rule := range spec.Get("rules").List() {
		for _, p := range rule.Get("http").Get("paths").List() {
			backends = append(backends, p.Get("backend"))
		}
	}
	for _, n := range backends {
		if n == nil {
			continue
		}
		name, port := n.Get("service").Get("name").Text(), n.Get("service").Get("port").Get("number").Text()
		if port == "" {
			port = n.Get("service").Get("port").Get("name").Text()
		}
		if name == "" {
			name, port = n.Get("serviceName").Text(), n.Get("servicePort").Text()
		}
		c.route(b, o, n, Internet, Ingress, name, o.Namespace, port)
	}
}

// maxRouteDepth bounds the search for backends in a route.
const maxRouteDepth = 8

// backends adds the Services that a route names, wherever in it: kinds differ in
// that, and agree on what a reference looks like.
func (c *cluster) backends(b *builder, o placed, n *yamldoc.Node, depth int) {
	if depth > maxRouteDepth {
		return
	}
	for key, value := range n.All() {
		switch key {
		case "backendRefs", "services", "alternateBackends":
			for _, ref := range value.List() {
				c.backend(b, o, ref, ref.Get("name").Text(), ref.Get("namespace").Text(), ref.Get("port").Text())
			}
		case "to":
			if value.Get("kind").Text() == "Service" { // OpenShift
				c.backend(b, o, value, value.Get("name").Text(), "", n.Get("port").Get("targetPort").Text())
			}
		case "destination": // Istio
			host := strings.Split(value.Get("host").Text(), ".")
			namespace := ""
			if len(host) > 1 {
				namespace = host[1]
			}
			c.backend(b, o, value, host[0], namespace, value.Get("port").Get("number").Text())
		default:
			c.backends(b, o, value, depth+1)
			for _, item := range value.List() {
				c.backends(b, o, item, depth+1)
			}
		}
	}
}

func (c *cluster) backend(b *builder, o placed, at *yamldoc.Node, name, namespace, port string) {
	if kind := at.Get("kind").Text(); kind != "" && kind != "Service" {
		return
	}
	if namespace == "" {
		namespace = o.Namespace
	}
	c.route(b, o, at, Internet, Gateway, name, namespace, port)
}

// called adds the connection of the API server to what a webhook or API names.
func (c *cluster) called(b *builder, o placed, n *yamldoc.Node) {
	if n == nil {
		return
	}
	port := n.Get("port").Text()
	if port == "" {
		port = "443"
	}
	c.route(b, o, n, APIServer, Webhook, n.Get("name").Text(), n.Get("namespace").Text(), port)
}

// outsiders are the nodes outside by what they are called.
var outsiders = map[ID]string{Internet: "internet", APIServer: "API server", Monitoring: "monitoring"}

// route adds the connection from outside to a Service that an object names; a
// Service that is not here is unresolved.
func (c *cluster) route(b *builder, o placed, at *yamldoc.Node, from ID, route Route, name, namespace, port string) {
	if name == "" {
		return
	}
	b.outsider(from, Outside, outsiders[from])
	asks := &member{w: &kube.Workload{Object: o.Object}, dir: o.dir()}
	found, _ := c.find(asks, clusterName{service: name, namespace: namespace})
	reached := false
	for _, s := range found {
		for _, p := range s.ports {
			if port != "" && port != strconv.Itoa(p.number) && port != p.name && port != p.target {
				continue
			}
			for _, m := range s.members {
				for _, n := range p.podPorts(m) {
					reached = true
					b.connect(from, m.id, n, p.protocol, High, route, Evidence{o.ID() + " → " + withPort(m.name, n), o.at(at), FromRoute})
				}
			}
		}
	}
	if !reached {
		number := 0
		if isPort(port) {
			number = atoi(port)
		}
		why := "no Service here has the name " + name
		if len(found) > 0 {
			why = "Service/" + name + " selects no workload here, or has no such port"
		}
		b.open(from, name, number, why, Evidence{o.ID(), o.at(at), FromRoute})
	}
}

// leavesMesh reports whether a VirtualService is bound to a gateway besides the mesh.
func leavesMesh(o *kube.Object) bool {
	for _, g := range o.Node.Get("spec").Get("gateways").Texts() {
		if g != "mesh" {
			return true
		}
	}
	return false
}

// monitor adds what a ServiceMonitor or PodMonitor selects.
func (c *cluster) monitor(b *builder, o placed) {
	spec := o.Node.Get("spec")
	selector := spec.Get("selector").Get("matchLabels")
	if selector.Len() == 0 {
		return
	}
	names := spec.Get("namespaceSelector").Get("matchNames").Texts()
	in := func(namespace string) bool {
		if spec.Get("namespaceSelector").Get("any").IsTrue() {
			return true
		}
		if len(names) == 0 {
			names = []string{o.Namespace}
		}
		for _, n := range names {
			if !apart(n, namespace) {
				return true
			}
		}
		return false
	}
	b.outsider(Monitoring, Outside, "monitoring")
	scrape := func(m *member, n int, protocol string, at *yamldoc.Node) {
		b.connect(Monitoring, m.id, n, protocol, High, Scrape, Evidence{o.ID() + " → " + withPort(m.name, n), o.at(at), FromRoute})
	}
	for _, list := range c.services {
		for _, s := range list {
			if o.Kind != "ServiceMonitor" || !in(s.Namespace) || !kube.Selects(selector, s.Node.Get("metadata").Get("labels")) {
				continue
			}
			for _, end := range spec.Get("endpoints").List() {
				for _, p := range s.ports {
					if want := end.Get("port").Text(); want != "" && want != p.name {
						continue
					}
					for _, m := range s.members {
						for _, n := range p.podPorts(m) {
							scrape(m, n, p.protocol, end)
						}
					}
				}
			}
		}
	}
	if o.Kind != "PodMonitor" {
		return
	}
	for _, m := range c.members {
		if !in(m.w.Namespace) || !kube.Selects(selector, m.w.Meta.Get("labels")) {
			continue
		}
		for _, end := range spec.Get("podMetricsEndpoints").List() {
			for _, n := range (servicePort{target: end.Get("port").Text()}).podPorts(m) {
				scrape(m, n, "TCP", end)
			}
		}
	}
}
