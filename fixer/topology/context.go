package topology

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// Context returns what a build of a Dockerfile is sent: the context that
// Compose files name, else the one that the names of files suggest. ok is false when it
// is unknown: services disagree, the directory is not listed, COPY names files that
// do not exist here, or there is an ignore file that was not read.
//
// Builds in CI files, Makefiles and bake files are not read, which is why a
// context without a Compose file is never certain.
func (t *Topology) Context(file string) (c buildcontext.Context, ok bool) {
	t.ask(Question{about: aboutContext, of: file})
	if t.onRead != nil {
		t.onRead(file)
	}
	f := t.in.Dockerfiles[file]
	if f == nil || t.in.Names == nil {
		return c, false
	}
	if declared := t.contexts[file]; len(declared) > 0 {
		c = declared[0]
		if slices.ContainsFunc(declared, func(o buildcontext.Context) bool { return o.Dir != c.Dir }) {
			return c, false
		}
	} else if c, ok = t.guessContext(file, f); !ok {
		c.Tree = t.in.Names
		return c, false
	}
	c.Tree = t.in.Names
	if n, there := c.Tree.Name(c.Dir); !there || n.Kind != buildcontext.Directory {
		return c, false
	}
	return c, t.ignore(&c, file)
}

// ignore finds the ignore file of a context: the Dockerfile's own, which comes
// first for BuildKit, else that of the directory.
func (t *Topology) ignore(c *buildcontext.Context, file string) bool {
	for _, p := range []string{file + ".dockerignore", path.Join(c.Dir, ".dockerignore")} {
		c.IgnorePath = p
		if t.onRead != nil {
			t.onRead(p)
		}
		if i, read := t.in.Ignores[p]; read {
			c.Ignore = i
			return i != nil
		}
		if _, there := c.Tree.Name(p); there {
			return false
		}
	}
	// Podman and Buildah read this one first, and Docker does not know it.
	_, other := c.Has(".containerignore")
	return !other
}

// guessContext looks for the directory that contains the sources of COPY: that of
// the Dockerfile, or one above it.
func (t *Topology) guessContext(file string, f *dockerfile.File) (buildcontext.Context, bool) {
	own := path.Dir(file)
	names := namedSources(f)
	best := buildcontext.Context{Dir: own, Why: "The build context is assumed to be the directory of " + file}
	most := 0
	for dir := own; ; dir = path.Dir(dir) {
		c := buildcontext.Context{Dir: dir, Tree: t.in.Names}
		found := ""
		n := 0
		for _, s := range names {
			if _, ok := c.Has(s); ok {
				n++
				found = s
			}
		}
		if n > most {
			most = n
			best = buildcontext.Context{Dir: dir, Why: "The build context is assumed to be " + displayDir(dir) + ": " + file + " copies " + found + " from there"}
		}
		if dir == "." {
			break
		}
	}
	if most > 0 || len(names) == 0 {
		return best, true
	}
	// What is copied may be made before the build; an ignore file says that
	// this is a context all the same.
	_, marked := t.in.Names.Name(path.Join(own, ".dockerignore"))
	return best, marked
}

func displayDir(dir string) string {
	if dir == "." {
		return "the root of the repository"
	}
	return dir
}

// maxSources bounds how many sources of COPY are looked for; a file with more
// of them is decided by the first ones.
const maxSources = 200

// namedSources returns the files and directories that COPY and ADD name without
// patterns and variables.
func namedSources(f *dockerfile.File) []string {
	var out []string
	for _, i := range f.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			name := path.Join("/", w.Value)[1:]
			if name != "" && !w.Dynamic && !strings.ContainsAny(name, `*?[\`) && len(out) < maxSources {
				out = append(out, name)
			}
		}
	}
	return out
}

// A SentFile is a file that a source of COPY names, by itself or with its directory.
type SentFile struct {
	Path  string // in the repository
	Below string // in the directory that the source is, "" where it is the file
}

// maxSent bounds how many files of a directory are told.
const maxSent = 200

// Sent returns the files that a source of COPY means in the context of a Dockerfile, none
// where the context is unknown.
func (t *Topology) Sent(file, source string) []SentFile {
	ctx, known := t.Context(file)
	n, there := buildcontext.Name{}, false
	if known {
		n, there = ctx.Has(source)
	}
	switch {
	case !there:
		return nil
	case n.Kind == buildcontext.Plain:
		return []SentFile{{Path: n.Path}}
	}
	var out []SentFile
	for below := range ctx.Tree.Below(n.Path) {
		if below.Kind == buildcontext.Plain && len(out) < maxSent {
			out = append(out, SentFile{below.Path, strings.TrimPrefix(below.Path, strings.TrimPrefix(n.Path+"/", "./"))})
		}
	}
	return out
}
