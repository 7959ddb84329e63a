// Package kubernetes holds the rules for Kubernetes manifests, one per file.
//
// They share a view: whole Linux workloads and their containers. Partial
// patches are left alone, because what they lack is said elsewhere, and so are
// Windows pods, to which these settings do not apply.
//
// A rule finds out where a setting is written, and what is wrong with it. Whom a
// container runs as, what it writes and which capabilities it needs is decided
// in fixer/container:
//
//	for _, c := range containers(p) {
//		d := container.FromContainer(p, c).DropCapabilities()
//		…
//	}
//
// What several rules share stands in files of its own: workloads.go,
// security_context.go, scratch_volumes.go, host_volumes.go, kubelet_calls.go,
// volume_claim.go, pod_identity.go and rbac.go. A rule's file is used by no other.
package kubernetes
