package kubernetes

import (
	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An identity is what was decided about whom one container runs as.
type identity struct {
	container.UserDecision
	in   kube.Container
	spec *container.Spec
}

// A podIdentity is the identities of a pod's containers together.
type podIdentity struct {
	workload   *kube.Workload
	containers []identity

	// shared says that every container needs the same, that none says anything
	// of its own, that the cluster adds none, and that the pod takes it: it is
	// written once, for the pod.
	shared bool
}

func identifyPod(p *fixer.Pass, w *kube.Workload) podIdentity {
	out := podIdentity{workload: w, shared: w.AllowsPodSecurityContext() && len(container.Added(p, p.File.Path, w)) == 0}
	for _, c := range w.Containers() {
		spec := container.FromContainer(p, c)
		id := identity{UserDecision: spec.RunAs(), in: c, spec: spec}
		out.containers = append(out.containers, id)
		first := out.containers[0]
		if id.Need != first.Need || id.Level != first.Level || id.User != first.User || saysOwn(c) {
			out.shared = false
		}
	}
	return out
}

// saysOwn reports whether a container has a setting of its own that the pod's
// would not reach.
func saysOwn(c kube.Container) bool {
	own := c.Node.Get("securityContext")
	return !own.Get("runAsNonRoot").Null() || !own.Get("runAsUser").Null() || !own.Get("runAsGroup").Null()
}

// securityPath is where an identity is written: the pod's securityContext
// when its containers share it, else the container's.
func (pod podIdentity) securityPath(id identity, key string) yamldoc.Path {
	if pod.shared {
		return pod.workload.PodPath.Join("securityContext", key)
	}
	return securityContext(id.in, key)
}

// affected returns the containers that an identity is written for.
func (pod podIdentity) affected(id identity) []identity {
	if pod.shared {
		return pod.containers
	}
	return []identity{id}
}
