package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed service_exposure.md
var serviceExposureDoc string

// ServiceExposure reports Services exposed outside the cluster.
var ServiceExposure = &fixer.Rule{
	Name:     "kubernetes/service-exposure",
	Title:    "Service exposed outside the cluster",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "network separation"},
		{Source: fixer.KubeLinter, ID: "exposed-services"},
		{Source: fixer.KubeScore, ID: "service-type"},
		{Source: fixer.KICSKubernetes, ID: "845acfbe-3e10-4b8e-b656-3b404d36dfb2", Title: "Service Type is NodePort"},
		{Source: fixer.KICSKubernetes, ID: "26763a1c-5dda-4772-b507-5fca7fb5f165", Title: "Service With External Load Balancer"},
		{Source: fixer.Monokle, ID: "KBP114"},
	},
	Doc: serviceExposureDoc,
	Check: func(p *fixer.Pass) {
		serving := map[string][]*kube.Object{} // Ingresses by the Services they lead to
		for _, ing := range ingresses(p) {
			for name := range ingressBackends(ing) {
				serving[name] = append(serving[name], ing)
			}
		}
		for _, o := range p.File.Objects {
			kind := o.Node.Get("spec").Get("type")
			if o.Kind != "Service" || o.Group() != "" || kind.Text() != "NodePort" && kind.Text() != "LoadBalancer" {
				continue
			}
			if len(o.Node.Get("spec").Get("ports").List()) == 0 { // a patch of another
				continue
			}
			if kind.Text() == "LoadBalancer" && privateBalancer(o) || isDoor(o) {
				continue
			}
			checkExposure(p, o, kind, serving[o.Name])
		}
	},
}

func checkExposure(p *fixer.Pass, o *kube.Object, kind *yamldoc.Node, serving []*kube.Object) {
	where := "on every node (NodePort)"
	if kind.Text() == "LoadBalancer" {
		where = "through a load balancer"
	}
	f := fixer.Finding{
		Message: fmt.Sprintf("%s is exposed %s", o.ID(), where),
		Advice:  "Set type: ClusterIP and use an Ingress or a Gateway. If a load balancer is required, restrict it with loadBalancerSourceRanges or the internal load balancer annotation of the cloud",
	}
	if kind.Text() == "NodePort" {
		f.Advice = "Set type: ClusterIP and use an Ingress or a Gateway. Use kubectl port-forward service/NAME PORT for development"
	}
	if port, what := inwardPort(o); port != "" {
		f.Message = fmt.Sprintf("%s exposes port %s (%s) %s", o.ID(), port, what, where)
		f.Advice = "Set type: ClusterIP, and connect from inside the cluster or with kubectl port-forward. Use a private network for clients outside the cluster"
		f.Severity = fixer.Medium
		if kind.Text() == "LoadBalancer" {
			f.Severity = fixer.High
		}
	}
	if i := slices.IndexFunc(serving, func(ing *kube.Object) bool { return sameNamespace(o, ing) }); i >= 0 {
		by := serving[i]
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: by.ID() + ofClass(by) + " routes to the Service"}}
		if fix, ok := clusterIPFix(o, by); ok {
			f.Fixes = []fixer.Fix{fix}
		}
	}
	reportObject(p, o, kind, f)
}

// privateBalancer reports whether an annotation of the cloud keeps the load
// balancer inside a private network, or the Service names who may come.
func privateBalancer(o *kube.Object) bool {
	ranges := firstTexts(o.Node.Get("spec").Get("loadBalancerSourceRanges"))
	if len(ranges) > 0 && !slices.Contains(ranges, "0.0.0.0/0") {
		return true
	}
	if o.Node.Get("spec").Get("loadBalancerClass").Text() == "tailscale" && annotation(o, "tailscale.com/funnel") != "true" {
		return true // the nodes of a private network alone reach it
	}
	for key, value := range privateAnnotations {
		if strings.EqualFold(annotation(o, key), value) {
			return true
		}
	}
	return false
}

var privateAnnotations = map[string]string{
	"service.beta.kubernetes.io/aws-load-balancer-internal":              "true",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":                "internal",
	"service.beta.kubernetes.io/azure-load-balancer-internal":            "true",
	"networking.gke.io/load-balancer-type":                               "Internal",
	"cloud.google.com/load-balancer-type":                                "Internal",
	"service.beta.kubernetes.io/oci-load-balancer-internal":              "true",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":        "true",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type":     "private",
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet",
	"load-balancer.hetzner.cloud/disable-public-network":                 "true",
	"service.beta.kubernetes.io/do-loadbalancer-network":                 "INTERNAL",
	"service.beta.kubernetes.io/scw-loadbalancer-private":                "true",
}

// isDoor reports whether the Service is that of an ingress controller or
// gateway, whose purpose is to be reached: by its name or by what it selects.
func isDoor(o *kube.Object) bool {
	names := []string{o.Name}
	for _, v := range o.Node.Get("spec").Get("selector").All() {
		names = append(names, v.Text())
	}
	return slices.ContainsFunc(names, func(s string) bool {
		for _, door := range []string{"ingress", "gateway", "traefik", "envoy", "contour", "kong", "haproxy"} {
			if strings.Contains(s, door) {
				return true
			}
		}
		return false
	})
}

// inwardPorts are ports of programs that trust whoever reaches them, or that
// hold the data.
var inwardPorts = map[int64]string{
	22: "SSH", 1433: "SQL Server", 1521: "Oracle", 2181: "ZooKeeper", 2375: "Docker", 2379: "etcd", 3306: "MySQL",
	5432: "PostgreSQL", 5984: "CouchDB", 6379: "Redis", 6443: "Kubernetes API", 8086: "InfluxDB", 9042: "Cassandra",
	9092: "Kafka", 9200: "Elasticsearch", 10250: "kubelet", 11211: "memcached", 26257: "CockroachDB", 27017: "MongoDB",
}

func inwardPort(o *kube.Object) (port, what string) {
	for _, entry := range firstItems(o.Node.Get("spec").Get("ports")) {
		for _, key := range []string{"port", "targetPort"} {
			if n, ok := entry.Get(key).Int(); ok && inwardPorts[n] != "" {
				return fmt.Sprint(n), inwardPorts[n]
			}
		}
	}
	return "", ""
}

func ofClass(ing *kube.Object) string {
	if c := ingressClass(ing); c != "" {
		return " (class " + c + ")"
	}
	return " (default class)"
}

// balancerFields ask for something of a load balancer: whoever set one of them
// wants it.
var balancerFields = []string{"loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "healthCheckNodePort"}

// clusterIPFix makes the Service ClusterIP, with the fields that the API
// server refuses in one taken out. It is offered only behind an Ingress that
// is known to need no more.
func clusterIPFix(o, by *kube.Object) (fixer.Fix, bool) {
	spec := o.Node.Get("spec")
	if !insideCluster(by) || slices.ContainsFunc(balancerFields, func(key string) bool { return spec.Get(key) != nil }) {
		return fixer.Fix{}, false
	}
	return fixer.Fix{
		ID:     "cluster-ip",
		Title:  "Set type to ClusterIP, behind the Ingress",
		Level:  fixer.Review,
		Breaks: "Clients that connect to the node port or the load balancer address instead of the Ingress",
		Verify: "kubectl get service " + text.ShellWord(o.Name) + "\nshows ClusterIP\n\ncurl -I https://HOST\nstill returns a response through the Ingress",
		Edit: func(d *fixer.Draft) error {
			at := o.Path.Join("spec")
			ops := []yamldoc.Op{yamldoc.Set(at.Join("type"), "ClusterIP")}
			if spec.Get("externalTrafficPolicy") != nil {
				ops = append(ops, yamldoc.Remove(at.Join("externalTrafficPolicy")))
			}
			for i, port := range spec.Get("ports").List() {
				if port.Get("nodePort") != nil {
					ops = append(ops, yamldoc.Remove(at.Join("ports", i, "nodePort")))
				}
			}
			d.YAML(o.Doc, ops...)
			return nil
		},
	}, true
}
