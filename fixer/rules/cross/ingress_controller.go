package cross

import (
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/isolation"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// controllerNamespaces are where the controllers of ingress classes run when they are
// installed as their documentation says; "" for those that run outside the cluster.
var controllerNamespaces = map[string]string{
	"nginx": "ingress-nginx", "traefik": "traefik", "haproxy": "haproxy-controller", "kong": "kong", "contour": "projectcontour", "istio": "istio-system",
	"alb": "", "gce": "", "gce-internal": "", "azure-application-gateway": "",
}

// besideTheirGateway are the classes of gateways whose proxies run in the namespace of
// the Gateway.
var besideTheirGateway = []string{"istio", "kgateway"}

// An ingressController is where the proxies run through which traffic from outside comes.
type ingressController struct {
	name    string // of the namespace; "" where it is not known, so that every address is let in
	guess   bool   // the usual one, which no file here names
	unknown string // the route that does not tell, "" for none
}

// ingressNamespace is where the proxies run that serve the routes of a plan. Routes that
// say different things, or nothing, leave it open: a wrong namespace would cut them off.
func ingressNamespace(p *fixer.Pass, plan *isolation.Plan) ingressController {
	found := map[ingressController]bool{}
	for _, at := range plan.Routes {
		if o := objectAt(p.Snapshot.File(at.File), at.Line); o != nil {
			found[controllerOf(p.Snapshot, o)] = true
		}
	}
	switch list := slices.Collect(maps.Keys(found)); {
	case len(plan.Routes) == 0:
		return ingressController{name: paramController.Default}
	case len(list) == 1:
		return list[0]
	}
	var unknown []string
	for c := range found {
		unknown = append(unknown, c.unknown)
	}
	return ingressController{unknown: slices.Max(append(unknown, ""))}
}

// objectAt is the object that a line of a file belongs to.
func objectAt(f *fixer.File, line int) *kube.Object {
	var out *kube.Object
	if f == nil {
		return nil
	}
	for _, o := range f.Objects {
		if o.Node.Line <= line && (out == nil || o.Node.Line > out.Node.Line) {
			out = o
		}
	}
	return out
}

// controllerOf is where the proxies of one route run.
func controllerOf(snap *fixer.Snapshot, o *kube.Object) ingressController {
	spec := o.Node.Get("spec")
	group := o.Group()
	open := ingressController{unknown: o.ID()}
	switch {
	case o.Kind == "Ingress":
		class := spec.Get("ingressClassName").Text()
		if class == "" {
			class = o.Node.Get("metadata").Get("annotations").Get("kubernetes.io/ingress.class").Text()
		}
		if class == "" {
			return ingressController{name: paramController.Default, guess: true}
		}
		if namespace, known := controllerNamespaces[class]; known {
			return ingressController{name: namespace}
		}
	case strings.HasPrefix(group, "traefik."):
		return ingressController{name: controllerNamespaces["traefik"], guess: true}
	case group == "projectcontour.io":
		return ingressController{name: controllerNamespaces["contour"], guess: true}
	case group == "gateway.networking.k8s.io":
		var names []string
		for _, ref := range spec.Get("parentRefs").List() {
			namespace := ref.Get("namespace").Text()
			if namespace == "" {
				namespace = o.Namespace
			}
			gateway := objectOf(snap, group, "Gateway", namespace, ref.Get("name").Text())
			if gateway == nil || !slices.Contains(besideTheirGateway, gateway.Node.Get("spec").Get("gatewayClassName").Text()) {
				return open
			}
			names = append(names, gateway.Namespace)
		}
		return oneOf(names, open)
	case o.Kind == "VirtualService":
		var names []string
		for _, ref := range spec.Get("gateways").Texts() {
			if ref == "mesh" {
				continue
			}
			namespace, name, ok := strings.Cut(ref, "/")
			if !ok {
				namespace, name = o.Namespace, ref
			}
			switch at, ok := selectedBy(snap, objectOf(snap, group, "Gateway", namespace, name)); {
			case ok:
				names = append(names, at)
			case strings.HasPrefix(namespace, "istio"): // as both ways to install it name it
				names = append(names, namespace)
			default:
				return open
			}
		}
		return oneOf(names, open)
	}
	return open
}

// oneOf is the only name of a list, and what else holds.
func oneOf(names []string, otherwise ingressController) ingressController {
	slices.Sort(names)
	if names = slices.Compact(names); len(names) != 1 || names[0] == "" {
		return otherwise
	}
	return ingressController{name: names[0]}
}

func objectOf(snap *fixer.Snapshot, group, kind, namespace, name string) *kube.Object {
	for f := range snap.Files() {
		for _, o := range f.Objects {
			if o.Kind == kind && o.Group() == group && o.Namespace == namespace && o.Name == name {
				return o
			}
		}
	}
	return nil
}

// selectedBy is the namespace of the proxies that a Gateway of Istio selects, where a
// file here describes them.
func selectedBy(snap *fixer.Snapshot, gateway *kube.Object) (namespace string, ok bool) {
	if gateway == nil {
		return "", false
	}
	selector := gateway.Node.Get("spec").Get("selector")
	if !selector.Is(yamldoc.Mapping) || selector.Len() == 0 {
		return "", false
	}
	for f := range snap.Files() {
		for _, o := range f.Objects {
			if w := o.Workload(); w != nil && !w.Partial && o.Namespace != "" && kube.Selects(selector, w.Meta.Get("labels")) {
				return o.Namespace, true
			}
		}
	}
	return "", false
}

// routeEvidence says why the ports behind a route stay open to every address.
func routeEvidence(plan *isolation.Plan, c ingressController) []fixer.Evidence {
	if c.unknown == "" || len(plan.Routes) == 0 {
		return nil
	}
	at := slices.MinFunc(plan.Routes, func(a, b connect.Place) int { return strings.Compare(a.String(), b.String()) })
	return []fixer.Evidence{{Kind: fixer.FromManifest, Place: at.String(), Text: "No file here says in which namespace the proxies for " + c.unknown + " run, so the ports behind it accept every address unless ingress-namespace is set"}}
}
