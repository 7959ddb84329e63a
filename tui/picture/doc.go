// Package picture turns lines of a terminal into an SVG, for documents.
//
// The same lines give the same bytes: the pictures of the README are made from
// frames that tests check, so they cannot drift from what the program shows.
//
//	svg := picture.SVG(app.View(), picture.Look{Width: 80, Dark: true, Title: "oakum: review"})
//
// It knows what the interface writes: text and SGR sequences for weight,
// underline, reverse and colours of 4, 8 and 24 bits. Other sequences and
// control characters are left out.
package picture
