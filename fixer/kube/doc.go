// Package kube reads Kubernetes objects out of YAML and JSON documents:
// workloads found by the shape of their pod template, their containers, and
// the settings a container inherits from its pod.
//
// Nothing is decoded into API types: every value keeps the node it came from,
// so that an edit can be made exactly there. Reading follows aliases and merge
// keys, as the API server would see the document.
//
//	for _, o := range kube.Parse(file) {
//		if w := o.Workload(); w != nil {
//			for _, c := range w.Containers() { … }
//		}
//	}
//
// Objects inside `kind: List` are objects of their own. A workload that is
// only a partial patch (a container without an image, or an apps/v1 workload
// without a selector and labels) is marked so: what it lacks says nothing.
package kube
