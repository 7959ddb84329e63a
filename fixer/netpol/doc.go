// Package netpol reads NetworkPolicies and answers who may connect to whom:
//
//	policy, err := netpol.Read(object, "shop")
//	cluster := netpol.Cluster{Pods: pods, Policies: []*netpol.Policy{policy}}
//	cluster.Allows(web, db, 5432, netpol.TCP)
//	for _, c := range cluster.Connections() { … }
//
// What is decided is what the API documents: a pod that no policy selects in a
// direction takes or makes every connection in it, one that is selected only those
// that a rule of one of its policies allows, and a connection needs both ends. Replies are
// part of the connection. What networks do differently is decided thus:
//
//   - An ipBlock stands for addresses outside the cluster, never for pods: the addresses
//     of pods change, and network plugins disagree on whether a block holds them.
//   - Policies do not hold for pods of the host's network, and no podSelector selects
//     them: to others they are a node's address, which only a rule without peers or a
//     block of all addresses is sure to contain.
//   - A named port is looked up in the pod that is connected to. Outside the cluster
//     there are none, so a rule with one allows nothing there.
//
// Reading is strict: what the API server would refuse is an error, because a policy that
// is not applied protects nothing. The room is pure, and everything it returns is sorted.
package netpol
