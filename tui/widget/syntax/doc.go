// Package syntax says which words of a line mean what, so that they can be
// coloured: a small reader for Dockerfiles and YAML (and JSON, which is YAML).
//
// It looks at one line at a time and carries a [State] to the next, so a file
// can be coloured from any line on once the states before are known. It is
// made for looks alone: it never fails, knows no more of a language than
// colours need, and must not be used to decide anything.
//
//	state := syntax.State{}
//	for _, line := range lines {
//		tokens, next := syntax.Line(syntax.Dockerfile, state, line)
//		state = next
//	}
//
// # Invariants
//
// For every line, valid or not, the tokens cover it without gaps, in order and
// each of at least one byte, and never split a character. The time is linear in
// the length of the line.
//
// # Kept by hand
//
// A highlighter library such as chroma knows hundreds of languages, makes the
// program 3.6 MB larger and takes 20 to 40 ms at start-up, and it wants the
// whole text where a screen needs thirty lines of it.
package syntax
