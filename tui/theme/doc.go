// Package theme says how roles look: the one place with colours in it.
//
// Screens and widgets ask for a role (a severity, an added line, a key in the
// footer) and never for a colour. A [Theme] is a comparable value, so it can
// be part of a cache key.
//
//	t := theme.Pick("auto", true, false, false)
//	line := t.SeverityHigh.Paint("HIGH") + " " + t.Dim.Paint("Dockerfile:8")
//
// # Invariants
//
// Colour repeats what a mark or a word already says: with the theme "none"
// nothing is lost. That theme has bold and underline, but no colour. Every
// text colour has a contrast of at least 4.5 against the background its theme
// is made for, 7 in "high-contrast"; in "colorblind" what is added and what is
// removed stay apart for people who do not see red, green or blue. Tests
// compute all of this from the palettes.
package theme
