package survey

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// Concerns are the rules whose fixes take a mark away, by the end of their names,
// the likeliest first.
var Concerns = map[string][]string{
	privileged: {"/privileged"},
	socket:     {"/docker-socket", "/container-socket"},
	hostNet:    {"/host-namespaces"},
	root:       {"/run-as-non-root", "/runs-as-root"},
	maybeRoot:  {"/run-as-non-root", "/runs-as-root"},
	token:      {"/service-account-token", "/default-service-account"},
	writable:   {"/writable-root"},
	opened:     {"/published-port", "/service-exposure", "/host-ports"},
	connected:  {"/flat-network", "/no-network-policy"},
}

// What a way to a service rests on, besides marks.
const (
	opened    = "opened"
	connected = "connected"
)

// cuts finds the fixes of a plan.
type cuts struct {
	plan *engine.Plan
	list map[string]map[string][]*fixer.Finding // by the end of the rule's name, and the file
}

func newCuts(plan *engine.Plan) *cuts {
	c := &cuts{plan, map[string]map[string][]*fixer.Finding{}}
	for _, f := range plan.Baseline.Findings {
		_, end, _ := strings.Cut(f.Rule, "/")
		end = "/" + end
		if c.list[end] == nil {
			c.list[end] = map[string][]*fixer.Finding{}
		}
		c.list[end][f.File] = append(c.list[end][f.File], f)
	}
	return c
}

// of is the fix that takes a mark off a service.
func (c *cuts) of(n *connect.Node, mark string) Cut {
	for _, end := range Concerns[mark] {
		for _, at := range n.Places {
			for _, f := range c.list[end][at.File] {
				if about(f, n) {
					return c.cut(f)
				}
			}
		}
		for _, file := range n.Dockerfiles {
			for _, f := range c.list[end][file] {
				return c.cut(f)
			}
		}
	}
	return Cut{}
}

// ofHop is the fix that closes a step of a way: that of what opens it, or that which
// puts something between the two. What an application needs to work nothing closes.
func (c *cuts) ofHop(g *connect.Graph, h *Hop) Cut {
	to := g.Node(h.To)
	switch {
	case to == nil:
		return Cut{}
	case h.From == connect.Internet && h.route == connect.HostNetwork:
		return c.of(to, hostNet)
	case h.From == connect.Internet:
		return c.of(to, opened)
	case h.Known:
		return Cut{}
	}
	for _, end := range Concerns[connected] {
		for _, file := range slices.Sorted(maps.Keys(c.list[end])) {
			for _, f := range c.list[end][file] {
				if f.Path == "services" && isIn(to, file) && names(f.Message, to.Name) || policyOf(f, to) {
					return c.cut(f)
				}
			}
		}
	}
	return Cut{}
}

// policyOf reports whether a finding is that the namespace of a workload has no
// NetworkPolicy.
func policyOf(f *fixer.Finding, n *connect.Node) bool {
	of, ok := strings.CutPrefix(f.Path, "NetworkPolicy of ")
	if !ok || n.Kind != connect.Workload {
		return false
	}
	if name, named := strings.CutPrefix(of, "namespace "); named {
		return name == n.Namespace
	}
	dir, home := strings.CutPrefix(of, "the namespace of ")
	return home && n.Namespace == "" && slices.ContainsFunc(n.Places, func(at connect.Place) bool {
		return path.Dir(at.File) == dir || path.Dir(at.File) == "." && path.Dir(f.File) == "."
	})
}

func isIn(n *connect.Node, file string) bool {
	return slices.ContainsFunc(n.Places, func(at connect.Place) bool { return at.File == file })
}

// names reports whether a message lists a service, which stands alone there or before a comma.
func names(message, service string) bool {
	return slices.ContainsFunc(strings.Fields(message), func(w string) bool { return strings.TrimSuffix(w, ",") == service })
}

// about reports whether a finding is about a service of its file.
func about(f *fixer.Finding, n *connect.Node) bool {
	if n.Kind == connect.Service {
		return within(f.Path, "services."+n.Name) || within(f.Path, n.View.Path.String())
	}
	return slices.ContainsFunc(n.Pods, func(w *kube.Workload) bool { return within(f.Path, w.ID()) })
}

// within reports whether a place is another or lies in it.
func within(at, in string) bool {
	rest, ok := strings.CutPrefix(at, in)
	return ok && (rest == "" || strings.ContainsRune(" .:[", rune(rest[0])))
}

func (c *cuts) cut(f *fixer.Finding) Cut {
	out := Cut{Key: f.Key(), Rule: f.Rule, Level: f.Level()}
	if len(f.Fixes) > 0 {
		out.Title = f.Fixes[0].Title
	}
	if o := c.plan.Outcome(f.Key()); o != nil && o.Result == engine.Fixed {
		out.Title, out.Level, out.Done = o.Title, o.Level, true
	} else if o != nil && o.Result == engine.Closed {
		out.Done = true
	}
	return out
}
