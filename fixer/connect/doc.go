// Package connect works out who talks to whom: which Compose service or
// Kubernetes workload listens on which port, which one connects to it, what is
// reached from outside, and what is reached outside.
//
//	g := connect.Of(p) // in a rule without a kind
//	for _, e := range g.Edges {
//		fmt.Println(e.From, e.To, e.Port, e.Confidence, e.Evidence[0])
//	}
//	for _, u := range g.Unresolved {
//		fmt.Println(u.From, u.Host, u.Evidence[0]) // must not be denied silently
//	}
//
// A connection is an [Edge]: it names the port on which the target listens, the port of
// the container, never that of a Service or a published one, and every line that gives it
// away. What gives connections away are the values of variables, commands, configuration
// files, probes, routes and references between services; one file of this room reads one of
// them. A host that no node answers to and that is no host of the internet is [Unresolved]:
// it is listed, never dropped.
//
// What always holds:
//
//   - The graph is worked out when somebody asks, once for each check, and nobody
//     changes it. The same snapshot gives the same graph, sorted.
//   - An id of a node is stable: it does not depend on lines or on other nodes.
//   - No evidence holds a secret: user and password of an address are masked, and of a
//     Secret only hosts and names of keys are kept.
//   - Sources disagree: depends_on knows of connections that no variable shows, and the
//     other way round. The graph is their union, and an edge says which sources it has.
package connect
