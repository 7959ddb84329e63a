// Package dockerfile reads Dockerfiles as stages, instructions and words, each
// with its exact byte range, and turns wishes ("insert a line before this
// instruction", "replace this word") into byte edits.
//
// BuildKit's own parser decides what is an instruction and what it means; this
// room adds the places. BuildKit joins continued lines into one logical line
// and forgets columns; here every logical line keeps a map back to the file, so
// that a word that BuildKit sees is a range of bytes that may be edited.
//
// What always holds for a file that [Parse] accepts:
//
//   - instructions are in order, do not overlap, and nothing but blank lines,
//     comments and line endings lies between them;
//   - the words of an instruction lie inside it, in order, and do not overlap;
//   - the logical text of an instruction equals what BuildKit's parser reports,
//     byte for byte (Parse fails otherwise rather than guess);
//   - nothing is ever printed anew: all edits are insertions, replacements or
//     deletions of ranges, in the line ending of their neighbours.
//
// Heredoc bodies, ONBUILD triggers and Windows stages are read and never
// rewritten: the editing helpers answer with a [*Refusal].
//
//	f, err := dockerfile.Parse(src)
//	…
//	final := f.Final()
//	if user := final.User(); user.At == nil {
//		edits, err := f.InsertAfter(final.Last(), "USER 65532:65532")
//		…
//	}
//
// Shell text (RUN and shell form CMD, ENTRYPOINT, HEALTHCHECK) is read by
// [File.Script], whose commands and words carry file offsets too.
//
// What a file means at run time is its [Contract]; [Diff] compares two.
//
// Importing this package costs about one millisecond of start-up. BuildKit's
// build checks live in the sub-package buildkit, which costs five and makes a
// program 18 MB larger.
package dockerfile
