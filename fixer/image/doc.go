// Package image holds what is known of container images: how they are named,
// and three tables of facts about them, each fact with where it comes from.
//
// [ParseReference] reads a name as Docker does. [KnowledgeOf] puts together what is
// known of the image of a name: the [Entry] of the image table for the very tag
// in question (what a container starts as and drops privileges to, where
// it writes, which capabilities it needs), the [Base] that it is as a base image
// (distribution, package manager, shell, tools, accounts), until when what it is made
// of is supported ([Lifecycle], [Knowledge.EndOfLife]), and over these what its registry
// reported. It is called in one place, fixer.Facts, which all others use.
//
//	k := image.KnowledgeOf("postgres:16-alpine", nil)
//	k.User().Value                 // root
//	k.Entry.Service                // postgres (70:70)
//	k.Entry.Verified(image.FieldService) // true
//	k.Entry.Evidence(image.FieldService) // image table: postgres:16-alpine starts as root and steps down to …
//
// What always holds:
//
//   - What is not known is reported as unknown, never guessed: a bare digest does
//     not name the variant, so what differs between variants is unknown then.
//   - Every fact has sources, or is unverified. A fix that depends on a field for
//     which Verified is false must not be called safe.
//   - The answers depend on the name and on what the registry reported: no network, no
//     disk, no clock. Ends of support are compared with the day of the tables, [Day].
//   - The table is decoded on the first look-up, and of its families only those
//     that are asked for; a run without any pays nothing.
//
// The facts are written in images.yaml, in the files of the directory images, in
// bases.yaml, in lifecycles.yaml and in purposes.yaml, which are read by people and by the tests. The program embeds
// table.json, the same data in a form that decodes several times faster; after a
// change of the YAML, write it anew:
//
//	go test ./fixer/image -run TestTableIsCurrent -update
//
// What a registry reports of an image goes into a [Config]; nothing here contacts one.
package image
