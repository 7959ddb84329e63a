// Package cross has the rules that look at several files together: at an image
// where it is built and where it runs, at an account and what is bound to it,
// at a build and the ignore file of its context.
//
// Such a rule has no kind. It is called once for a snapshot, reports findings
// in any of its files, and a fix of it may change several, which are then
// changed together or not at all:
//
//	Edit: func(d *fixer.Draft) error {
//		d.At(dockerfile.Path).Dockerfile(edits, dockerfile.FieldUser)
//		d.At(manifest.Path).YAML(doc, yamldoc.Set(path, uid))
//		return nil
//	}
//
// # Invariants
//
// Nothing is concluded from files that are not there: what a repository does
// not show is not held against it. One rule is one file, its page beside it;
// what two of them need lies in fixer/build, fixer/container or fixer/topology.
package cross
