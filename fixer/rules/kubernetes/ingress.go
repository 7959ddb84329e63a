package kubernetes

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// ingresses returns the file's whole Ingresses. One without rules and without
// a backend is a patch of another.
func ingresses(p *fixer.Pass) []*kube.Object {
	var out []*kube.Object
	for _, o := range p.File.Objects {
		if o.Kind != "Ingress" || o.Group() != "networking.k8s.io" && o.Group() != "extensions" {
			continue
		}
		spec := o.Node.Get("spec")
		if len(spec.Get("rules").List()) > 0 || spec.Get("defaultBackend") != nil || spec.Get("backend") != nil {
			out = append(out, o)
		}
	}
	return out
}

// maxIngressItems bounds the lists that are read of an Ingress or a Service:
// more than anything serves, less than aliases can claim.
const maxIngressItems = 1000

// firstItems returns the items of a list that are read.
func firstItems(n *yamldoc.Node) []*yamldoc.Node {
	list := n.List()
	return list[:min(len(list), maxIngressItems)]
}

// firstTexts returns their texts.
func firstTexts(n *yamldoc.Node) []string {
	budget := maxIngressItems
	return words(n, &budget)
}

// ingressHosts returns the hosts an Ingress has rules for, each once, and
// whether one of its rules, or its backend, is for every host.
func ingressHosts(o *kube.Object) (hosts []string, every bool) {
	spec := o.Node.Get("spec")
	every = len(spec.Get("rules").List()) == 0
	for _, r := range firstItems(spec.Get("rules")) {
		switch host := r.Get("host").Text(); {
		case host == "":
			every = true
		case !slices.Contains(hosts, host):
			hosts = append(hosts, host)
		}
	}
	return hosts, every
}

// ingressBackends returns the names of the Services an Ingress leads to.
func ingressBackends(o *kube.Object) map[string]bool {
	out := map[string]bool{}
	add := func(backend *yamldoc.Node) {
		for _, n := range []*yamldoc.Node{backend.Get("service").Get("name"), backend.Get("serviceName")} {
			if name := n.Text(); name != "" {
				out[name] = true
			}
		}
	}
	spec := o.Node.Get("spec")
	add(spec.Get("defaultBackend"))
	add(spec.Get("backend"))
	for _, r := range firstItems(spec.Get("rules")) {
		for _, path := range firstItems(r.Get("http").Get("paths")) {
			add(path.Get("backend"))
		}
	}
	return out
}

// ingressClass returns the class an Ingress names, in either way, or "".
func ingressClass(o *kube.Object) string {
	if c := o.Node.Get("spec").Get("ingressClassName").Text(); c != "" {
		return c
	}
	return annotation(o, "kubernetes.io/ingress.class")
}

// insideCluster reports whether the Ingress is known to be served by pods of
// the cluster, which reach a ClusterIP. The load balancers of clouds may need
// the ports of the nodes, and which of the two the default class is, the file
// does not say.
func insideCluster(o *kube.Object) bool {
	for key := range o.Node.Get("metadata").Get("annotations").All() {
		for _, prefix := range insidePrefixes {
			if strings.HasPrefix(key, prefix) {
				return true
			}
		}
	}
	class := ingressClass(o)
	return slices.ContainsFunc(insideClasses, func(c string) bool { return class == c || strings.HasPrefix(class, c+"-") })
}

// Controllers that run as pods, by how their classes and annotations begin.
var (
	insideClasses  = []string{"nginx", "traefik", "haproxy", "kong", "contour", "cilium", "istio"}
	insidePrefixes = []string{"nginx.ingress.kubernetes.io/", "traefik.ingress.kubernetes.io/", "haproxy.org/", "konghq.com/", "nginx.org/", "projectcontour.io/"}
)

func annotation(o *kube.Object, key string) string {
	return o.Node.Get("metadata").Get("annotations").Get(key).Text()
}

// sameNamespace reports whether two objects of a file can be in one namespace:
// what names none goes where it is applied to.
func sameNamespace(a, b *kube.Object) bool {
	return a.Namespace == b.Namespace || a.Namespace == "" || b.Namespace == ""
}
