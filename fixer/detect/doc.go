// Package detect reads what a project without container files is: its language and the version
// of that, the port on which it listens, and how it is built and started.
//
// What it gives is the Dockerfile of one stage that somebody would begin with who knows the
// language. The rules make the image of it that ships, as they do with any other Dockerfile:
// what is known of runtime images, libraries and users is written once, in package stack.
//
//	app, err := detect.Of(project, detect.Choice{})
//	app.Dockerfile // one stage, to be converted
//
// # Invariants
//
//   - Nothing is guessed. Where the files do not say it, the error is a [*Refusal], which says
//     what a person can add or choose.
//   - What was read has its place ([Application].Facts), and what was assumed is said
//     ([Application].Assumes).
//   - The room is pure: the files are given to it.
package detect
