// Package widget holds the parts screens are made of: text that fits, lists,
// diffs, forms and inputs.
//
// A widget is a plain struct. It takes explicit calls (Down, Page, Toggle,
// Insert), never key messages, so no key means anything here: keys are the
// business of the one keymap above. It does no I/O and keeps no clock.
//
//	d := widget.NewDiff(files, place)
//	d.SetTheme(theme.Pick("auto", true, false, false))
//	d.NextHunk()
//	lines := d.View(80, 20) // 20 lines of 80 cells
//
// # Invariants
//
// View(width, height) returns exactly height lines, each exactly width cells
// wide, for every width and height from 0 and every content. It costs what is
// visible, not what there is: a list of 10,000 rows and a file of 20,000 lines
// are drawn in the time of the lines on the screen.
//
// Text given to [Width], [Cut], [Wrap] and to the callbacks of a [List] has
// been made safe to show (fixer/text.Visible) and may hold styles: SGR
// sequences are the only escape sequences it has. What a [Diff] and an [Input]
// show, they make safe themselves.
//
// # Kept by hand
//
// Clusters are measured by charmbracelet/x/ansi, as the renderer does it.
// Cutting and wrapping stay here: there, a wide letter at the cut makes the
// result too wide, words break at hyphens (which rule names and paths are full
// of), and a wrapped line loses indentation and style; TestWhyCellsAreCutHere
// holds that against the library.
//
// The [Input] is not bubbles/textinput, which edits code points where a person
// sees letters, draws some lines wider than it was told, shows characters that
// reorder text, and deletes a whole path as one word (TestWhyInputIsHere). A
// [Diff] draws what is seen: bubbles/viewport measures all lines first, 60 ms for
// 20,000 of them. The [List] has groups that open and close under headers that
// stay on the screen, and keeps its cursor on a key while rows come and go;
// bubbles/list and bubbles/table know rows of one kind only, by number, and take
// keys. [ScrollBar] is a column of one cell, for which bubbles has nothing. [Bar]
// is two runs of a sign, where bubbles/progress keeps a clock of its own. The key
// bar and the help come from the one keymap: bubbles/help neither wraps its line
// nor keeps how to leave when it drops keys. [Form] is calls like the other
// widgets, where huh brings keys of its own.
//
// What lies where for a click are layers of lipgloss, which only test the hit: to
// draw a frame of 200 by 60 through them takes five times as long as to write its
// lines, and nothing here overlaps but whole lines.
package widget
