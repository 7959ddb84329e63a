package isolation

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// In its ambient mode Istio adds no containers: connections between pods of the mesh are
// carried, encrypted, to one port of the pod that they are for, whatever port they are
// meant for. A policy that lets in that port alone where they are meant for cuts them.
const (
	ambientKey  = "istio.io/dataplane-mode"
	waypointKey = "istio.io/use-waypoint"
	ambientPort = 15008
	ambientSays = "Istio's ambient mode carries connections between pods on port 15008"
)

// An ambient is a namespace whose pods are in the mesh.
type ambient struct{ name, file string }

// markAmbient marks the workloads that are in a mesh of this kind, and leaves sets to a
// person whose connections come through a proxy of it.
func markAmbient(snap *fixer.Snapshot, sets []*Set) {
	var namespaces []ambient
	waypoints := map[string]string{} // what asks for one, by namespace
	for f := range snap.Files() {
		for _, o := range f.Objects {
			labels := o.Node.Get("metadata").Get("labels")
			name := o.Namespace
			if o.Kind == "Namespace" {
				name = o.Name
				if labels.Get(ambientKey).Text() == "ambient" {
					namespaces = append(namespaces, ambient{o.Name, f.Path})
				}
			}
			asked := labels.Get(waypointKey).Text()
			if asked != "" && asked != "none" || o.Kind == "Gateway" && o.Node.Get("spec").Get("gatewayClassName").Text() == "istio-waypoint" {
				waypoints[name] = o.ID()
			}
		}
	}
	for _, s := range sets {
		for _, w := range s.Workloads {
			w.ambient = inAmbient(w.object, w.Pod, w.Place.File, namespaces)
		}
		if id := waypoints[s.Namespace]; id != "" && slices.ContainsFunc(s.Workloads, func(w *Workload) bool { return w.ambient }) {
			s.problems = append(s.problems, fmt.Sprintf("%s has connections go through a waypoint proxy of Istio", id))
		}
	}
}

func inAmbient(o *kube.Object, pod *netpol.Pod, file string, namespaces []ambient) bool {
	var own *yamldoc.Node
	if w := o.Workload(); w != nil {
		own = w.Meta.Get("labels").Get(ambientKey)
	}
	if !own.Null() {
		return own.Text() == "ambient"
	}
	return slices.ContainsFunc(namespaces, func(ns ambient) bool {
		return ns.name == pod.Namespace || pod.Namespace == "" && fixer.Beside(ns.file, file)
	})
}

// carried opens the port of the mesh wherever another one of a pod in it is opened to
// somebody.
func (p *Plan) carried() {
	open := func(f *flow) {
		if !f.whole && !f.ports.Has(netpol.TCP, ambientPort) {
			f.ports = f.ports.Union(netpol.OnePort(netpol.TCP, ambientPort))
			f.why = append(slices.Clip(f.why), ambientSays)
		}
	}
	for _, w := range p.Set.Workloads {
		if !w.ambient {
			continue
		}
		for _, f := range p.ingress.flows[w] {
			open(f)
		}
		for _, f := range p.egress.flows[w] {
			if f.role == ofPods && f.peer.ambient {
				open(f)
			}
		}
	}
}
