// Package checklist answers the questions that people ask of a containerised application,
// one by one, from what a scan of its repository found.
//
//	for _, a := range checklist.Answers(scan.Findings, scan.Files, rules, false) {
//		fmt.Println(a.State, a.Text)
//	}
//
// An [Item] is about the findings of some rules, or about something that has to be there: a
// scanner in a pipeline, a policy in a cluster. What no file can tell is said to be
// unseen, and never to hold.
//
// # Invariants
//
//   - No finding is lost: those of rules that no item names belong to the last one.
//   - An item about files that the repository does not have neither holds nor fails.
//   - An item holds only where a rule looked for it in a file that is there, or a file shows it.
//   - The room is pure.
package checklist
