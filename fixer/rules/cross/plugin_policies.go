package cross

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A policyIndex finds the policies of network plugins and of the cluster's administrators
// that are about incoming connections, which oakum does not read.
type policyIndex struct {
	wide        []string              // those of the whole cluster
	byNamespace map[string][]string   // of namespaces that their file says
	byDirectory map[string][][]string // namespace and name of each, by directory
}

var pluginPolicies = fixer.Share(func(p *fixer.Pass) *policyIndex {
	x := &policyIndex{byNamespace: map[string][]string{}, byDirectory: map[string][][]string{}}
	for f := range p.Snapshot.Files() {
		for _, o := range f.Objects {
			if o.Group() == "networking.k8s.io" || !strings.HasSuffix(o.Kind, "NetworkPolicy") || !limitsIngress(o.Node) {
				continue
			}
			if strings.Contains(o.Kind, "Clusterwide") || strings.HasPrefix(o.Kind, "Global") || strings.Contains(o.Kind, "Admin") || o.Kind == "ClusterNetworkPolicy" {
				x.wide = append(x.wide, o.ID())
				continue
			}
			if o.Namespace != "" {
				x.byNamespace[o.Namespace] = append(x.byNamespace[o.Namespace], o.ID())
			}
			dir := path.Dir(f.Path)
			x.byDirectory[dir] = append(x.byDirectory[dir], []string{o.Namespace, o.ID()})
		}
	}
	return x
})

// over returns those that may hold in a namespace, for workloads in a directory. Where a
// file does not say the namespace, what stands beside it or above it is applied together.
func (x *policyIndex) over(namespace, dir string) []string {
	out := slices.Clone(x.wide)
	if namespace != "" {
		out = append(out, x.byNamespace[namespace]...)
	}
	for at := dir; ; at = path.Dir(at) {
		if at == dir || at != "." { // what lies above all is not about each
			for _, one := range x.byDirectory[at] {
				if one[0] == "" || namespace == "" {
					out = append(out, one[1])
				}
			}
		}
		if at == "." || at == "/" {
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// limitsIngress reports whether a policy of such a kind is about incoming connections.
func limitsIngress(policy *yamldoc.Node) bool {
	about := func(spec *yamldoc.Node) bool {
		return spec.Get("ingress") != nil || spec.Get("ingressDeny") != nil || slices.Contains(spec.Get("types").Texts(), "Ingress")
	}
	return about(policy.Get("spec")) || slices.ContainsFunc(policy.Get("specs").List(), about)
}
