// Package engine runs rules over a snapshot, records decisions about what they
// find, and folds these into new file contents.
//
//	snap := fixer.NewSnapshot(sources)
//	s := engine.NewSession(snap, facts, rules.All())
//	s.AcceptAll(fixer.Safe, nil)
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
// The engine is pure and knows no concrete rule: commands hand it the list.
package engine
