// Package build tells what the build of a Dockerfile does: which steps it has and
// which commands they run, which packages they install, which users and groups
// they make, what they do with the build context, and which stages end up in an
// image.
//
// [Of] gives the [Build] of a file. It is read once for each version of the file
// and shared by all rules. Rules ask it and decide what to report:
//
//	b := build.Of(p.File)
//	for _, st := range b.Steps("RUN") {
//		for _, c := range st.Commands { // after sudo, env, time, gosu …
//			if c.Package != nil && c.Package.Installs() {
//				fmt.Println(c.Package.Manager.Name, c.Package.Packages)
//			}
//		}
//	}
//	b.CreatedAccounts(stage)    // useradd, adduser, groupadd, in either dialect
//	b.Variable(stage, at, key)  // what ARG and ENV say before an instruction
//	build.InFinalImage(p)       // the stages whose files are shipped
//
// What always holds:
//
//   - Knowledge of a program lies in one place: which of its options take a value
//     (options.go), whether it runs another command (wrapper.go), whether it drops
//     privileges (privileges.go), which package manager it is (manager.go).
//   - What is never rewritten (heredoc bodies, ONBUILD triggers, the exec form) is
//     read all the same, from a copy: such a step has commands, and no Script to
//     edit them by. Stages for Windows, whose shells are other ones, have no steps
//     here.
//   - What the file does not show (a script, a Makefile, a variable) is not guessed
//     at; [RunsUnread] tells that a command runs such a thing.
//   - What is returned is shared and must not be changed, except where it says so.
package build
