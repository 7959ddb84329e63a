// Package review is what the interfaces share: the work of going through
// findings, without a word about how it is shown.
//
// It knows what an interface may ask of the outside ([Backend]), which findings
// wait for a decision, what a decision does to other findings, and how the
// decisions of an earlier session are restored. The screens (package tui)
// and line mode (package linemode) draw it.
//
// # Invariants
//
//   - Both interfaces give the same answer to the same question.
//   - It draws nothing, and imports neither of them.
//
// # Example
//
//	for _, o := range plan.Outcomes {
//		_, decided := session.Decision(o.Finding.Key())
//		if review.Waits(&o, decided) { … ask … }
//	}
package review
