// Package templates has the services that oakum new writes: a small application with its
// image, the way it is run on this machine, and the rest of its container life.
//
// A [Stack] is one language with its tools. What it has of its own lies in one directory
// below files/stacks, what several share in directories that they name as layers, and
// what all have in files/shared. Files end in .tmpl, so that no tool takes them for its own, and
// are templates between <% and %>: other marks mean something in a file of some language.
//
//	stack, err := templates.Named("go")
//	options := templates.Defaults(stack)
//	err = options.Set("port", "9090")
//	service, err := templates.Render(stack, options)
//	for _, f := range service.Files { … }
//
// # Invariants
//
//   - The room is pure: it reads no disk, no clock and no network, and equal options give
//     equal bytes.
//   - Versions, and until when they are supported, are those of the table of lifecycles in
//     the image room. What that table does not have is written once, in the [Stack].
//   - A value that a person gives is checked before it is written anywhere. What passes needs
//     no quoting in any of the files.
//   - No lock file is made up: each was written by its own tool.
package templates
