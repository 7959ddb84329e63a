// Package linemode is the interface in words: the same session as the screens
// of package tui, one question at a time, for screen readers, dumb terminals
// and pipes.
//
// It writes whole lines and never goes back over what it wrote; it draws
// nothing. It reads answers, one a line, as words or their first letters:
//
//	Finding 1 of 4. Critical: dockerfile/runs-as-root in Dockerfile, line 11, stage run.
//	The last stage has no USER, so its process is root.
//	Fix 1 of 2, review: add USER before CMD.
//	Say accept, skip, diff, explain, suppress, next, or help.
//	accept
//	Accepted: add USER before CMD. Score 38, now 58.
//
// # Invariants
//
// Nothing is written to the repository but by "write", answered with yes. When
// the input ends, whatever it ended in the middle of, nothing is written and
// the decisions are kept for the next start. Everything that comes from files,
// names and rules is made visible-safe. All of it works with any reader and
// writer.
package linemode
