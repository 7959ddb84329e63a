// Package buildcontext says what a build sends to the builder: the names below
// a directory, less those that an ignore file excludes.
//
// Only names are known here, never contents. They are those on disk, whatever
// git thinks of them, because that is what is sent: a .env that git ignores is
// the very file that should not be in an image.
//
//	tree := buildcontext.NewTree(names)
//	ignore, err := buildcontext.ParseIgnore(data)
//	ctx := buildcontext.Context{Dir: "api", Ignore: ignore, Tree: tree}
//	ctx.Sends(".env")
package buildcontext
