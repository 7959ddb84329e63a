// Package fixer is the engine: what a rule, a finding and a fix are, how
// decisions are recorded, and how they are folded into new file contents.
//
// The engine is pure. A [Snapshot] holds the bytes of the files and their
// parsed forms; rules look at it and report findings; a [Session] records
// decisions about findings; [Fold] turns snapshot, facts and decisions into a
// [Plan]. Nothing here reads the disk, the clock or the network.
//
//	snap := fixer.NewSnapshot(sources)
//	s := fixer.NewSession(snap, facts, rules.All())
//	s.AcceptAll(fixer.Safe)
//	plan := s.Plan()
//	for _, c := range plan.Changes { … }
//
// # Invariants
//
// The plan depends on the set of decisions, never on the order in which they
// were made. Folding the plan's after-snapshot again with the same decisions
// changes nothing. A fix is made in all its files or in none, and only after
// its result was parsed again and verified; one that fails is rolled back and
// reported as blocked, with the reason.
//
// The engine knows no concrete rule. Rules live under fixer/rules and import
// this package; commands hand the list of them to the session.
package fixer
