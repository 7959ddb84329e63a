// Package podsecurity judges workloads by the Pod Security Standards, with the
// evaluator that the API server itself runs.
//
//	v := podsecurity.Evaluate(workload)
//	v.Level       // Restricted
//	v.Violations  // what keeps it from the next level, by control
//
// What oakum fixes is ours to choose; whether a pod is restricted is theirs to
// say. The version of the standards is [Version], pinned so that the same file
// gets the same answer until the module is updated.
package podsecurity
