// Package table says what is certain to break by oakum's image table: not what may
// break, and not what a rule thinks of it. It looks at every container, service
// and image of a snapshot and at nothing that a fixer says, so that it judges
// oakum's results as it judges those of others.
//
// Certain is what holds without a condition, or on one that the files answer with
// yes, of a verified field of the table. What the table does not know, and what
// depends on something that no file tells, is never counted. So the number is a
// lower bound: that it is 0 does not mean that everything works.
package table
