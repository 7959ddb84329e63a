package report

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func recreated(plan *engine.Plan) []string {
	var out []string
	for _, c := range plan.Changes {
		out = append(out, fixer.Recreated(plan.Before.File(c.Path), plan.After.File(c.Path))...)
	}
	return out
}

// mostRecreated is how many are named.
const mostRecreated = 4

// recreate says which objects cannot be changed where they exist.
func (p *printer) recreate(f *Fix) {
	list := f.Recreated
	if len(list) == 0 {
		return
	}
	names := strings.Join(list[:min(len(list), mostRecreated)], ", ")
	if more := len(list) - mostRecreated; more > 0 {
		names += " and " + itoa(more) + " more"
	}
	for _, l := range wrap("Delete before you apply the change: "+names+". Kubernetes refuses to change the pod of a Job or Pod that exists", textWidth) {
		p.line(l)
	}
	p.line()
}
