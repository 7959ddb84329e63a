package kubernetes

import (
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A governor is an object by which the cluster sets resources of containers that their
// manifest leaves open, or changes those that it says.
type governor struct {
	*kube.Object
	file string
}

// governors are the LimitRanges and autoscalers of the repository.
var governors = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, governs)
}, func(files []*fixer.File) []governor {
	var out []governor
	for _, f := range files {
		for _, o := range f.Objects {
			if governs(o) && len(out) < maxGovernors {
				out = append(out, governor{o, f.Path})
			}
		}
	}
	return out
})

// maxGovernors bounds how many are looked at for each container: more than repositories have.
const maxGovernors = 1000

func governs(o *kube.Object) bool {
	switch o.Kind {
	case "LimitRange":
		return o.Group() == ""
	case "HorizontalPodAutoscaler":
		return o.Group() == "autoscaling"
	case "VerticalPodAutoscaler":
		return o.Group() == "autoscaling.k8s.io"
	}
	return false
}

// givenBy returns the LimitRange that gives the containers of a workload a value they do not
// set: of the limits or, where limits is false, of the requests.
func givenBy(p *fixer.Pass, w *kube.Workload, resource string, limits bool) *governor {
	for _, g := range governors.Of(p) {
		// Where no file says the namespace, what stands together is applied together.
		if g.Kind != "LimitRange" || g.Namespace != w.Namespace || g.Namespace == "" && path.Dir(g.file) != path.Dir(p.File.Path) {
			continue
		}
		for _, item := range g.Node.Get("spec").Get("limits").List() {
			if item.Get("type").Text() != "Container" {
				continue
			}
			from := []string{"default", "max"} // what is at most allowed is the default, too
			if !limits {
				from = append(from, "defaultRequest", "min")
			}
			if slices.ContainsFunc(from, func(key string) bool { return !item.Get(key).Get(resource).Null() }) {
				return &g
			}
		}
	}
	return nil
}

// scaledBy returns the autoscaler of a kind that sets a resource of a container or, for a
// horizontal one, that measures it in parts of the request.
func scaledBy(p *fixer.Pass, c kube.Container, kind, resource string) *governor {
	for _, g := range governors.Of(p) {
		if g.Kind != kind || !scales(g.Object, c.Workload) {
			continue
		}
		spec := g.Node.Get("spec")
		if kind == "VerticalPodAutoscaler" && sizes(spec, c.Name, resource) || kind != "VerticalPodAutoscaler" && measures(spec, resource) {
			return &g
		}
	}
	return nil
}

// scales reports whether an autoscaler names a workload.
func scales(o *kube.Object, w *kube.Workload) bool {
	spec := o.Node.Get("spec")
	ref := spec.Get("scaleTargetRef")
	if ref == nil {
		ref = spec.Get("targetRef")
	}
	return ref.Get("kind").Text() == w.Kind && ref.Get("name").Text() == w.Name && (o.Namespace == w.Namespace || o.Namespace == "" || w.Namespace == "")
}

// sizes reports whether a VerticalPodAutoscaler sets the request of a container.
func sizes(spec *yamldoc.Node, name, resource string) bool {
	if spec.Get("updatePolicy").Get("updateMode").Text() == "Off" {
		return false
	}
	own, others := (*yamldoc.Node)(nil), (*yamldoc.Node)(nil)
	for _, policy := range spec.Get("resourcePolicy").Get("containerPolicies").List() {
		switch policy.Get("containerName").Text() {
		case name:
			own = policy
		case "*":
			others = policy
		}
	}
	if own == nil {
		own = others
	}
	controlled := own.Get("controlledResources")
	return own.Get("mode").Text() != "Off" && (controlled.Null() || slices.Contains(controlled.Texts(), resource))
}

// measures reports whether a HorizontalPodAutoscaler scales by how much of its request a
// container uses.
func measures(spec *yamldoc.Node, resource string) bool {
	if resource == "cpu" && !spec.Get("targetCPUUtilizationPercentage").Null() {
		return true
	}
	for _, m := range spec.Get("metrics").List() {
		r := m.Get("resource")
		of := r.Get("target").Get("averageUtilization").Null() && r.Get("targetAverageUtilization").Null()
		if r.Get("name").Text() == resource && !of {
			return true
		}
	}
	// Without any metric it scales by the CPU.
	return resource == "cpu" && spec.Get("metrics").Null() && spec.Get("targetCPUUtilizationPercentage").Null()
}
