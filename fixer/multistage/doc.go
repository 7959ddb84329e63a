// Package multistage makes two stages of a Dockerfile that has one: the first builds,
// almost as it is, and the second is what runs, with what it needs and nothing else.
//
// [Of] gives the [Verdict] on a file: converted in one or several ways, left because
// nothing is to be gained, or refused for a reason. The work is done in these steps,
// each in a file of its own:
//
//   - gate.go: is this a file to look at, and would anything be gained?
//   - partition.go: what does each RUN do, and does the second stage need it, too?
//   - launch.go: what does the container start, and is that there?
//   - write.go: the second stage, and the edits that make it.
//
// What an application is made of and what runs it is known to package stack; here is
// only what all of them have in common.
//
// What always holds:
//
//   - Lines of the file stay where they are or move as a whole, with their comments.
//   - Everything that the second stage copies is provably made by the first.
//   - A command that may write anywhere ends the matter: it is a refusal, with a
//     sentence on what would make the conversion possible.
package multistage
