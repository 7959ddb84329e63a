// Package build tells what the build of a Dockerfile does: which steps it has,
// which commands they run behind sudo, env and the like, what they install and
// download, which accounts they make, which stages end up in an image, and what
// they take from the build context.
//
// It knows no rule. A rule asks it and decides what to report:
//
//	for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
//		for _, c := range st.Commands {
//			if c.Program == "curl" { … }
//		}
//	}
//
// What is never rewritten (heredoc bodies, ONBUILD triggers, the exec form) is
// read all the same, from a copy: such a step has commands and no Script to edit
// them by. Stages for Windows, whose shells are other ones, have no steps here.
//
// A command that the file does not show (a script, a Makefile, a variable) is not
// guessed at: see [RunsUnread].
package build
