// Package report puts what the engine found, and what became of it, into a
// form: for people (text), for editors and grep (concise), for other tools (JSON),
// for git (patch, commit message) and for a pull request (Markdown). It also shows
// rules: as a table, and one at a time.
//
// Everything here writes to an [io.Writer] and is deterministic.
//
//	scan := report.NewScan(root, snap, engine.Check(snap, facts, rules), report.Filter{})
//	err := scan.Text(os.Stdout, report.Style{})
//
// # Invariants
//
// Nothing is left out silently: suppressed findings, suppressions that match
// nothing, skipped files, rules that failed and findings that a filter hid are
// listed or counted in every form that has room for them.
//
// Nothing that comes from a file or a name reaches a terminal unseen: text is
// made visible (see [github.com/oakum-sec/oakum/fixer/text.Visible]), JSON escapes what a terminal
// would obey. The patch alone is exact, since it is for git; shown on a
// terminal it is made visible as well.
//
// A report kept in a log holds no secret that the files hold: a scan shows the first
// line of each finding, with values hidden that are secrets or have the name of one
// (see [github.com/oakum-sec/oakum/fixer/secret.Hide]). Diffs that are shown, here and in the
// interfaces, pass through a [Veil]. Only a patch for git has the lines as they are. The
// edits in JSON hold the new text of a fix, and no old one.
//
// A fact, an advice or a consequence that findings share is told once in the text.
// Paths are those that [Style] gives them; JSON and patches have those of the root.
//
// # Kept by hand
//
// Colours are a handful of SGR codes and text is wrapped at spaces only, because
// its long words are paths and names to be copied. lipgloss would bring a
// terminal library into a package that must not know of terminals.
package report
