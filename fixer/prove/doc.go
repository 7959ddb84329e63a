// Package prove builds the images of a repository with a container engine, as the files
// are and as a plan makes them, starts both, and says what it has seen: whether they
// build, start and answer, whom they run as, how large they are and what they write.
//
//	e, err := prove.Find(ctx, root)
//	subjects, err := prove.Subjects(plan, facts)
//	err = e.Prove(ctx, root, subjects, prove.Options{}, func(n fixer.ProofNews) { … })
//
// [Subjects] is pure: it says what would be built and how it would be started. The rest
// runs the command line client of docker or podman, which executes what the Dockerfiles
// say. Whoever calls it has asked a person first.
//
// What always holds:
//
//   - Nothing is written into the repository. Builds see a copy of their context
//     outside of it, which follows no links.
//   - All that is made is removed again, also when the context ends: containers,
//     volumes, the network, the copy, and the images unless they are to be kept. Images
//     that builds download stay, as does the engine's cache of builds.
//   - A container gets no path of the host, no socket of the engine, no network of the
//     host, and no capability beyond those that an engine gives by itself, whatever a file
//     asks for. Its memory and its processes are limited, and its ports are published on
//     the loopback address alone.
//   - Of the environment a container gets what stands in the file. Files with variables are
//     not read, and nothing of oakum's own environment is handed on.
//   - A client in the repository is not run, and none is run in it.
//   - Every command has its time. Of what is printed the last lines are kept, safe to
//     show and without what looks like a secret.
package prove
