package buildcontext

import (
	"path"
)

// A Context is the build context of one Dockerfile.
type Context struct {
	Dir     string // relative to the root; "." is the root
	Certain bool   // a Compose file says so; otherwise the names do
	Why     string // for people: "compose.yaml builds web in api"

	// IgnorePath is the ignore file that counts, or the one to make where
	// Ignore is nil.
	IgnorePath string
	Ignore     *Ignore

	Tree *Tree
}

// Join returns the path, relative to the root, of one in the context. A leading
// slash means the context too, as in COPY.
func (c Context) Join(p string) string { return path.Join(c.Dir, path.Join("/", p)[1:]) }

// Has returns what stands at a path of the context, excluded or not.
func (c Context) Has(p string) (Name, bool) { return c.Tree.Name(c.Join(p)) }

// Sends reports whether a path of the context is there and sent to the builder.
func (c Context) Sends(p string) bool {
	_, ok := c.Has(p)
	return ok && !c.Ignore.Excludes(path.Clean(p))
}

// Rel returns a path of the root relative to the context; ok is false when
// it does not lie in it.
func (c Context) Rel(p string) (rel string, ok bool) {
	if c.Dir == "." {
		return p, true
	}
	if len(p) > len(c.Dir) && p[:len(c.Dir)] == c.Dir && p[len(c.Dir)] == '/' {
		return p[len(c.Dir)+1:], true
	}
	return "", false
}
