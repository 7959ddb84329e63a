// Package text holds what oakum knows about bytes: edits, the composition of
// edits, line tables, unified diffs and making hostile text safe to show.
//
// Everything here is pure. Offsets are byte offsets into the original bytes,
// half open [Start, End); lines are counted from 1.
//
// An [Edit] replaces a range. Several edits of one file are applied together
// with [Apply], which refuses edits that overlap or share an insertion point:
// the result of such a pair would depend on their order.
//
//	after, err := text.Apply(src, []text.Edit{{Start: 4, End: 4, New: "x"}})
//
// A [Buffer] composes edits that were each computed against the result of the
// previous ones, and gives back one list against the original bytes.
//
// # Kept by hand
//
// Line differences are found here, because the libraries that do it (go-udiff,
// go-difflib, the diff of x/tools) stop being shortest beyond about a hundred
// edits, and a patch that is longer than its change is not what was asked for.
package text
