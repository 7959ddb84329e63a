// Package pin decides how a reference to an image is named by its digest. The
// rules of every kind of file find the places ([Place]) and ask here what is
// wrong with one ([Unpinned], [Mutable]) and what to write instead.
//
// The digest comes from a registry (fixer.Facts.Ask): that of the index of all
// platforms where there is one, the same in every file, because one reference is
// asked about once. The tag stays, so that people and update bots can read what
// the digest is of. A tag that is made to move (latest, 22-slim) is replaced by
// the version tag that names the same digest, where the registry has one: never
// by another release.
//
// What runs today does not change by a pin. What changes is tomorrow: security
// updates of the tag no longer arrive by themselves. So a pin is safe only where
// something in the repository keeps digests fresh, and the tag was not made to move.
//
// What else is to be said of a place that names an image is decided here as well:
// whether the image still receives security updates ([EndOfLife]).
package pin
