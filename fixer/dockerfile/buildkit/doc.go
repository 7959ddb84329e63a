// Package buildkit runs Docker's own build checks on a Dockerfile, in process
// and without any network: the image of every FROM is answered with an empty
// configuration.
//
// It serves two purposes: reporting the findings under BuildKit's names, and
// proving that an edit brings nothing new ([New]).
//
//	before, err := buildkit.Check(ctx, file)
//	after, err := buildkit.Check(ctx, edited)
//	if worse := buildkit.New(before, after); len(worse) > 0 { … }
//
// A file can silence checks with "# check=skip=…", for all of it or for one
// instruction. Such findings are reported all the same, with Hidden set, so that
// an edit cannot hide behind them. "# check=error=true" and experimental checks
// are not obeyed. "# syntax=" does nothing here: the checks are always those of
// the BuildKit version this program is built with, and no frontend is fetched.
//
// What cannot be seen without the real base image: a variable that only the
// base image sets is reported as UndefinedVar. Comparing two versions of a file
// is not disturbed by that; reporting should take it as a question.
//
// The package is apart from package dockerfile because importing BuildKit's
// conversion to build graphs costs start-up time and megabytes.
package buildkit
