// Package container knows what a container of an image starts as, writes and
// needs, whatever kind of file describes the container.
//
// [OfImage], [OfService] and [OfStage] give the [Profile] of an image: what its
// registry told, the repository's own Dockerfile and the image table say of it.
//
//	profile := container.OfImage(p, "postgres:16")
//	profile.User      // root
//	profile.RunAs()   // postgres (999:999)
//
// What always holds:
//
//   - What is not known is unknown, never guessed: no zero value means root.
//   - Every answer says what it rests on, and Sound whether that is proof.
//   - The answers depend on the snapshot and the facts alone.
package container
