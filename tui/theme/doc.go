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
//
// # Kept by hand
//
// A [Style] is the parameters of one SGR sequence and not a style of lipgloss:
// themes are compared and are part of cache keys, which a style of lipgloss
// cannot be; a style inside another one returns to the outer one where it ends; and
// a row of a list or a diff is painted in pieces, each of which takes lipgloss
// some twenty times as long. How colours are lowered to what the terminal can
// show is left to the terminal program.
package theme
