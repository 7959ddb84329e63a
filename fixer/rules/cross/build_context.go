package cross

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A contextBuild is a Dockerfile with what its build is sent.
type contextBuild struct {
	file   *fixer.File
	ctx    buildcontext.Context
	snap   *fixer.Snapshot
	broad  []broadCopy
	ignore []byte   // the ignore file, nil where there is none
	needed []string // paths and patterns that COPY, ADD and bind mounts name

	// What takes a while to find out, and is asked only where something is
	// exposed.
	use     func() *build.ContextUse
	shipped func() map[*dockerfile.Stage]bool
}

// A broadCopy is an instruction that takes a whole folder.
type broadCopy struct {
	at      *dockerfile.Instruction
	folder  string // relative to the context; "." is all of it
	without *buildcontext.Ignore
}

// takes reports whether a path of the context lies in what is copied.
func (c broadCopy) takes(p string) bool {
	if c.folder == "." {
		return !c.without.Excludes(p)
	}
	rel, below := strings.CutPrefix(p, c.folder+"/")
	return below && !c.without.Excludes(rel)
}

func (b *contextBuild) takes(p string) bool {
	return slices.ContainsFunc(b.broad, func(c broadCopy) bool { return c.takes(p) })
}

// builds are those of a repository whose context is known.
type builds struct {
	all   []*contextBuild
	byDir map[string][]*contextBuild // by context
	lost  []*contextBuild            // whose context is not known, so that it may be any
	taken map[sentPath]claim
}

// A claim is what the builds of a context have to do with a path.
type claim struct {
	needed bool   // one names it or what lies in it, or does not do without
	kept   string // why one may want it
}

// A sentPath is a path in a context.
type sentPath struct{ context, path string }

// readBuilds reads every Dockerfile, also those that were not asked for, and
// those whose context is not known: they need files, too.
func readBuilds(p *fixer.Pass) *builds {
	out := &builds{byDir: map[string][]*contextBuild{}, taken: map[sentPath]claim{}}
	for file := range p.Snapshot.Files() {
		if file.Dockerfile == nil {
			continue
		}
		ctx, known := p.Topology().Context(file.Path)
		b := &contextBuild{file: file, ctx: ctx, snap: p.Snapshot}
		if i := p.Snapshot.File(ctx.IgnorePath); i != nil {
			b.ignore = i.Data
		}
		b.use = sync.OnceValue(func() *build.ContextUse { return build.Of(file).ContextUse() })
		b.shipped = sync.OnceValue(func() map[*dockerfile.Stage]bool { return build.InFinalImageOf(p.Topology(), file) })
		if !known {
			b.ctx = buildcontext.Context{}
		}
		b.readSources()
		if !known {
			out.lost = append(out.lost, b)
			continue
		}
		out.all = append(out.all, b)
		out.byDir[ctx.Dir] = append(out.byDir[ctx.Dir], b)
	}
	return out
}

// need reports what the builds of the same context have to do with something
// that one of them takes.
func (r *builds) need(b *contextBuild, e exposure) (needed bool, kept string) {
	at := sentPath{b.ctx.Dir, e.path}
	out, ok := r.taken[at]
	if !ok {
		for _, o := range r.byDir[b.ctx.Dir] {
			out.needed = out.needed || o.needs(e)
			out.kept = cmp.Or(out.kept, o.keeps(e))
		}
		for _, o := range r.lost {
			out.needed = out.needed || o.names(e) || e.what == history && o.use().History
		}
		r.taken[at] = out
	}
	return out.needed, out.kept
}

func (b *contextBuild) readSources() {
	for _, i := range b.file.Dockerfile.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			name := path.Join("/", w.Value)[1:]
			switch n, there := b.ctx.Has(name); {
			case name == "" || name == "*":
				b.addBroad(i, ".")
			case w.Dynamic:
			case there && n.Kind == buildcontext.Directory:
				b.addBroad(i, name)
				b.needed = append(b.needed, name)
			default:
				b.needed = append(b.needed, name)
			}
		}
		for _, flag := range i.Flags {
			if flag.Name != "mount" || i.Keyword != "RUN" {
				continue
			}
			for _, o := range flag.Options() {
				if (o.Key == "source" || o.Key == "src") && o.Value != "" {
					b.needed = append(b.needed, path.Join("/", o.Value)[1:])
				}
			}
		}
	}
}

func (b *contextBuild) addBroad(i *dockerfile.Instruction, folder string) {
	c := broadCopy{at: i, folder: folder}
	var excludes []string
	for _, f := range i.Flags {
		if f.Name == "exclude" {
			excludes = append(excludes, f.Value)
		}
	}
	if len(excludes) > 0 {
		c.without, _ = buildcontext.ParseIgnore([]byte(strings.Join(excludes, "\n")))
	}
	b.broad = append(b.broad, c)
}

// needs reports whether a build names something, or what lies in it.
func (b *contextBuild) needs(e exposure) bool {
	if b.names(e) {
		return true
	}
	if !b.takes(e.path) {
		return false
	}
	switch e.what {
	case history:
		return b.use().History
	case packages:
		return !b.use().Packages
	case environment:
		return b.use().Virtualenv(path.Base(e.path))
	}
	return false
}

// names reports whether COPY, ADD or a bind mount names something, or what lies
// in it.
func (b *contextBuild) names(e exposure) bool {
	for _, name := range b.needed {
		if name == e.path || strings.HasPrefix(name, e.path+"/") {
			return true
		}
		if ok, err := path.Match(name, e.path); err == nil && ok {
			return true
		}
	}
	return false
}
