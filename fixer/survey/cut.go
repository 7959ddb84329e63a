package survey

import (
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
	hostNet:    {"/host-namespaces", "/host-network"},
	root:       {"/run-as-non-root", "/runs-as-root"},
	maybeRoot:  {"/run-as-non-root", "/runs-as-root"},
	token:      {"/service-account-token", "/default-service-account"},
	writable:   {"/writable-root"},
	opened:     {"/published-port", "/published-ports", "/service-exposure", "/host-ports", "/network-mode-host"},
	connected:  {"/network-policy", "/network-policies", "/shared-network", "/flat-network", "/separate-networks"},
}

// What a way to a service rests on, besides marks.
const (
	opened    = "opened"
	connected = "connected"
)

// cuts finds the fixes of a plan.
type cuts struct {
	plan *engine.Plan
	list map[string][]*fixer.Finding // by the file of the finding
}

func newCuts(plan *engine.Plan) *cuts {
	c := &cuts{plan, map[string][]*fixer.Finding{}}
	for _, f := range plan.Baseline.Findings {
		c.list[f.File] = append(c.list[f.File], f)
	}
	return c
}

// of is the fix that takes a mark off a service.
func (c *cuts) of(n *connect.Node, mark string) Cut {
	for _, end := range Concerns[mark] {
		for _, at := range n.Places {
			for _, f := range c.list[at.File] {
				if strings.HasSuffix(f.Rule, end) && about(f, n) {
					return c.cut(f)
				}
			}
		}
		for _, file := range n.Dockerfiles {
			for _, f := range c.list[file] {
				if strings.HasSuffix(f.Rule, end) {
					return c.cut(f)
				}
			}
		}
	}
	return Cut{}
}

// ofHop is the fix that closes a step of a way: that of what opens it, or that
// which puts something between the two.
func (c *cuts) ofHop(g *connect.Graph, h *Hop) Cut {
	to := g.Node(h.To)
	if to == nil {
		return Cut{}
	}
	if h.From == connect.Internet {
		return c.of(to, opened)
	}
	return c.of(to, connected)
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
	out := Cut{Rule: f.Rule, Level: f.Level()}
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
