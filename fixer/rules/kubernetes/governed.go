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

// A governed is what governors are found by: the namespace of containers, with the directory
// of the file where it says none, or the workload that they scale.
type governed struct {
	kind      string // of the governor
	namespace string
	dir       string
	workload  [2]string // kind and name
}

// governors are the LimitRanges and autoscalers of the repository.
var governors = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, governs)
}, func(files []*fixer.File) map[governed][]governor {
	out := map[governed][]governor{}
	for _, f := range files {
		for _, o := range f.Objects {
			if governs(o) {
				by := governedBy(o, f.Path)
				out[by] = append(out[by], governor{o, f.Path})
			}
		}
	}
	return out
})

func governedBy(o *kube.Object, file string) governed {
	by := governed{kind: o.Kind}
	if o.Kind != "LimitRange" {
		by.workload = scaleTarget(o)
	} else if by.namespace = o.Namespace; by.namespace == "" {
		by.dir = path.Dir(file) // what stands together is applied together
	}
	return by
}

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
	by := governed{kind: "LimitRange", namespace: w.Namespace}
	if by.namespace == "" {
		by.dir = path.Dir(p.File.Path)
	}
	for _, g := range governors.Of(p)[by] {
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
	for _, g := range governors.Of(p)[governed{kind: kind, workload: [2]string{c.Workload.Kind, c.Workload.Name}}] {
		if g.Namespace != c.Workload.Namespace && g.Namespace != "" && c.Workload.Namespace != "" {
			continue
		}
		spec := g.Node.Get("spec")
		if kind == "VerticalPodAutoscaler" && sizes(spec, c.Name, resource) || kind != "VerticalPodAutoscaler" && measures(spec, resource) {
			return &g
		}
	}
	return nil
}

// scaleTarget returns kind and name of the workload that an autoscaler scales.
func scaleTarget(o *kube.Object) [2]string {
	spec := o.Node.Get("spec")
	ref := spec.Get("scaleTargetRef")
	if ref == nil {
		ref = spec.Get("targetRef")
	}
	return [2]string{ref.Get("kind").Text(), ref.Get("name").Text()}
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
