package cross

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/isolation"
)

// controllerNamespaces are where the controllers of ingress classes run when they are
// installed as their documentation says; "" for those that run outside the cluster.
var controllerNamespaces = map[string]string{
	"nginx": "ingress-nginx", "traefik": "traefik", "haproxy": "haproxy-controller", "kong": "kong", "contour": "projectcontour", "istio": "istio-system",
	"alb": "", "gce": "", "gce-internal": "", "azure-application-gateway": "",
}

// ingressNamespace is the namespace of the ingress controller that serves a set, as the
// class of its Ingresses tells.
func ingressNamespace(p *fixer.Pass, s *isolation.Set) string {
	if namespace, known := controllers.Of(p)[s.Namespace]; known {
		return namespace
	}
	return paramController.Default
}

// controllers are the namespaces of ingress controllers by the namespace whose Ingresses they
// serve.
var controllers = fixer.Share(func(p *fixer.Pass) map[string]string {
	out := map[string]string{}
	for f := range p.Snapshot.Files() {
		for _, o := range f.Objects {
			if o.Kind != "Ingress" {
				continue
			}
			class := o.Node.Get("spec").Get("ingressClassName").Text()
			if class == "" {
				class = o.Node.Get("metadata").Get("annotations").Get("kubernetes.io/ingress.class").Text()
			}
			if namespace, known := controllerNamespaces[class]; known {
				out[o.Namespace] = namespace
			}
		}
	}
	return out
})
