// Package yamldoc reads YAML and JSON files as nodes that know their bytes,
// and changes them by splices: the smallest replacement of bytes that makes
// the data what was asked for. Everything else stays as it was written:
// comments, quotes, indentation, line endings, byte order mark, and whether
// there is a final newline.
//
// Reading follows what a document means: [Node.Get] sees through aliases and
// merge keys. Writing is about what is written where: [Doc.Edit] takes
// operations on paths, and refuses ([Refusal]) where a change would be seen in
// other places too, or where the way of writing leaves room for doubt.
//
//	f, err := yamldoc.Parse(src)
//	…
//	spec := yamldoc.P("spec", "template", "spec")
//	for i, c := range f.Docs[0].Root.At(spec).Get("containers").List() {
//		if v, _ := c.Get("securityContext").Get("readOnlyRootFilesystem").Bool(); v {
//			continue
//		}
//		change, err := f.Docs[0].Edit(yamldoc.Set(
//			spec.Join("containers", i, "securityContext", "readOnlyRootFilesystem"), true))
//		…
//		src, err = text.Apply(src, change.Edits)
//	}
//
// What holds:
//
//   - A file is immutable once parsed, and nodes are read only. Both are safe
//     for use by several goroutines.
//   - Node offsets are bytes of the file; children lie inside their parents, in
//     order, and between scalars stands nothing but structure and comments.
//   - Every edit is read again and compared, node by node and comment by
//     comment, with what was asked, before it is returned. What does not
//     compare is a refusal, never a wrong edit.
//   - Editing takes time in proportion to the touched document, not the file's
//     other documents; reading takes about what the YAML reader itself takes.
//   - Nesting is bounded ([MaxDepth]) and aliases are never expanded, so hostile
//     files cost no more than their size.
//
// Starts of nodes are the YAML reader's; ends are found here (span.go). Offsets
// count bytes, lines count \n as editors do, though YAML breaks lines at a lone
// CR, NEL, LS and PS as well.
//
// # Kept by hand
//
// Nodes come from go.yaml.in/yaml; their ends, and every edit, are worked out
// here. Libraries that write YAML back (kyaml, goccy/go-yaml) change bytes that
// nobody asked them to change.
package yamldoc
