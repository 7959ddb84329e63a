// Package disk holds what every room that touches the disk needs: opening
// without blocking, reading within bounds, and errors in words for people.
//
// # Invariants
//
//   - Opening never waits: a FIFO that took a file's place is refused, not read.
//   - No more than the given limit is read of any file, whatever its size claims.
//   - What differs between systems (locks, owners, error codes) is in the
//     system_ files and nowhere else.
//   - It writes nothing. Writing is the business of package workspace.
//
// # Example
//
//	data, skip := disk.Read(root, "Dockerfile", 1<<20)
//	if skip != nil { … skip.Reason says why there are no bytes … }
package disk
