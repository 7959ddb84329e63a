// Package dockerfile holds the rules for Dockerfiles, one per file.
//
// They share two views. A finding lies at an instruction, named by its stage
// and its number among its kind ("stage build: RUN[2]"), which stays what it is
// while lines move. What a fix takes out or turns into another kind is not
// counted with the rest: see place. And stages differ in worth: files of a stage
// that is only copied from reach nobody, while a secret written in it is a
// secret told.
//
// What is never rewritten (heredoc bodies, ONBUILD triggers, Windows stages,
// shell text that another program than a Bourne shell reads) is still read, and
// reported with what a person can do.
//
// A rule offers an edit only where it is proved to mean what it should; where
// the proof fails, the reason it failed for is the finding's advice.
package dockerfile
