// Package container knows what a container of an image starts as, writes and
// needs, whatever kind of file describes the container.
//
// A [Profile] is what is known of an image: what its registry told, the
// repository's own Dockerfile and the image table say of it. [OfImage],
// [OfService] and [OfStage] give it; its methods give each [Fact] with where it
// comes from. A [Spec] is a container: its image, and
// what the file that describes it says. [FromService] and [FromContainer] fill it
// from Compose services and pods. Its methods decide how far the container can be
// hardened:
//
//	s := container.FromContainer(p, c)
//	d := s.DropCapabilities()
//	d.Level    // safe, review or manual
//	d.AddBack  // [CHOWN SETGID SETUID]
//	d.Breaks   // what can stop working
//	d.Evidence // what that rests on, and where it is written
//
// [Spec.RunAs], [Spec.MakeReadOnly], [Spec.ForbidNewPrivileges] and [Spec.Limits]
// are the others. A rule asks one of them and knows where the answer is written;
// it does not decide anew. What differs between Compose and Kubernetes is a
// [Platform] of the spec and is decided here, too.
//
// What always holds:
//
//   - Decisions are pure: the same spec gives the same decision. They look at no
//     document, and no level depends on the words of evidence.
//   - What is not known is unknown, never guessed: no zero value means root, and
//     a condition that nobody evaluated is [Unknown], which lowers the level.
//   - Safe needs proof: [Profile.Proven] for what an image starts as, a verified
//     field of the table for what it does. A variable that may change a setting
//     takes the proof away, and so does a person's explicit no.
//   - Profiles and specs are shared by the rules of a check; nobody changes them.
package container
