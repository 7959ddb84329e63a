// Package scanner asks a vulnerability scanner that the person has installed, trivy
// or grype, what is known of images. It runs no other program.
//
//	s, err := scanner.Find(root)
//	for r := range s.Scan(ctx, images, scanner.Options{}) { … }
//
// What always holds:
//
//   - A scanner in the repository is not run, and none is run in it: its
//     configuration files there would decide what is executed and what is hidden.
//   - Every image has its time, and all of them together. What is not scanned
//     has a reason; nothing here fails the caller.
//   - A report is read up to a size; only counts come out of it. Text of a scanner is
//     made safe to show and cut.
package scanner
