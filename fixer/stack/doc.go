// Package stack knows how applications are built and started: which files of a
// repository say what one is made of, what its tools do in a build, what has to be
// there when it runs.
//
// A [Stack] is one way to do so: Go, Node.js, Java. It is one value in a file of its
// own, and a line in [Stacks]. [Recognise] finds the one that a Dockerfile and the
// repository agree on, and [Stack.Plan] gives a [Recipe]: what the build needs
// besides, what an image has to take from it, and on which images that runs.
//
//	app, ok := stack.Open(pass)
//	s, err := stack.Recognise(app)
//	recipe, err := s.Plan(app)
//
// What always holds:
//
//   - Nothing is guessed. What a stack does not know it refuses with a [*Refusal],
//     which says what would make it possible.
//   - The image of a running application has the C library and the release of the
//     distribution that it was built with, wherever something native is copied.
//   - Which package of a distribution is for building, which is for running, and which
//     library a development package belongs to, is data: packages.yaml.
package stack
