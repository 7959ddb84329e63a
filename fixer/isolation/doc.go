// Package isolation works out the NetworkPolicies of a namespace: default-deny, and one
// policy for each workload with the connections that the repository shows.
//
//	for _, set := range isolation.Sets(snapshot, graph) {
//		plan := set.Plan(graph)
//		files, err := plan.Write(isolation.Options{Controller: "ingress-nginx"})
//	}
//
// A [Set] is the workloads that are applied into one namespace together: those of one
// namespace, or where no file names it, those of the directories that are connected. A
// [Plan] is plain data: it holds nothing of the snapshot, so that a fix may keep it.
//
// What always holds:
//
//   - A set of policies is proven before it is returned: it is read again from its bytes,
//     and the connections that the checker of netpol allows to each workload are those that
//     were meant, no more and no fewer. Else [Plan.Write] returns the reason.
//   - Policies that are there stay as they are, and a workload that one of them
//     isolates keeps exactly the connections it has.
//   - Policies do not hold for pods of the host's network: none is written for them, and a
//     port that one of them connects to is open to all addresses.
//   - A line that allows something says why, in a comment.
package isolation
