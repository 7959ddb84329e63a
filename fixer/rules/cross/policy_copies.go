package cross

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/isolation"
	"github.com/oakum-sec/oakum/fixer/text"
)

// policyCopies puts the plans of one namespace together that a repository has several
// times, in a base and in a release: they are asked about once, and written in all places.
// A plan of which nothing can be written stays alone.
func policyCopies(plans []*isolation.Plan, g *connect.Graph, controller func(*isolation.Plan) string) [][]*isolation.Plan {
	var out [][]*isolation.Plan
	writable := func(p *isolation.Plan) bool {
		_, err := p.Outline(isolation.Options{Controller: controller(p), Monitoring: paramMonitoring.Default})
		return err == nil && p.Incomplete(g) == ""
	}
	for _, p := range plans {
		i := slices.IndexFunc(out, func(list []*isolation.Plan) bool {
			first := list[0]
			return areCopies(first.Set, p.Set) && !shareDirectory(list, p) && writable(first) && writable(p)
		})
		if i < 0 {
			out = append(out, []*isolation.Plan{p})
		} else {
			out[i] = append(out[i], p)
		}
	}
	return out
}

// areCopies reports whether two sets are of one namespace and have a workload in common. Where
// no file says the namespace, most of their workloads have to be the same.
func areCopies(a, b *isolation.Set) bool {
	if a.Namespace != b.Namespace {
		return false
	}
	if a.Namespace == "" {
		return a.CopyOf(b)
	}
	return haveOneWorkload(a, b)
}

func haveOneWorkload(a, b *isolation.Set) bool {
	return slices.ContainsFunc(a.Workloads, func(w *isolation.Workload) bool {
		return slices.ContainsFunc(b.Workloads, func(o *isolation.Workload) bool { return o.ID == w.ID })
	})
}

// shareDirectory reports whether the policies of a plan would go where those of another go.
func shareDirectory(list []*isolation.Plan, p *isolation.Plan) bool {
	return slices.ContainsFunc(list, func(o *isolation.Plan) bool {
		return slices.ContainsFunc(o.Set.Homes, func(a *isolation.Home) bool {
			return slices.ContainsFunc(p.Set.Homes, func(b *isolation.Home) bool { return a.Dir == b.Dir })
		})
	})
}

// ingressNamespaceOf returns what knows the namespace of the ingress controller of a plan.
func ingressNamespaceOf(p *fixer.Pass) func(*isolation.Plan) string {
	return func(plan *isolation.Plan) string { return ingressNamespace(p, plan).name }
}

// copyEvidence says where else the workloads are written.
func copyEvidence(copies []*isolation.Plan) []fixer.Evidence {
	if len(copies) == 1 {
		return nil
	}
	var places []string
	for _, c := range copies[1:] {
		places = append(places, c.Set.Workloads[0].Place.File)
	}
	return []fixer.Evidence{{Kind: fixer.FromManifest, Text: "The namespace is also written in " + text.Some(slices.Compact(places)) + ". A fix writes the policies there, too"}}
}

// outlines are the files of all copies.
func outlines(copies []*isolation.Plan, o isolation.Options) ([]isolation.File, error) {
	var out []isolation.File
	for _, c := range copies {
		files, err := c.Outline(o)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// writeCopies writes the policies of all copies, or none.
func writeCopies(d *fixer.Draft, copies []*isolation.Plan, o isolation.Options) error {
	for _, c := range copies {
		if err := writePolicies(d, c, o); err != nil {
			return err
		}
	}
	return nil
}
