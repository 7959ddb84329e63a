package cross

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/buildcontext"
	"oakum/fixer/dockerfile"
	dockerfiles "oakum/fixer/rules/dockerfile"
)

// A build is a Dockerfile with what its build is sent.
type build struct {
	file   *fixer.File
	ctx    buildcontext.Context
	snap   *fixer.Snapshot
	use    dockerfiles.ContextUse
	broad  []broadCopy
	ignore []byte   // the ignore file, nil where there is none
	needed []string // paths and patterns that COPY, ADD and bind mounts name
}

// A broadCopy is an instruction that takes a whole folder.
type broadCopy struct {
	at      *dockerfile.Instruction
	folder  string // relative to the context; "." is all of it
	without *buildcontext.Ignore
	shipped bool
}

// readBuilds reads every Dockerfile whose context is known, also those that
// were not asked for: they need files, too.
func readBuilds(p *fixer.Pass) []*build {
	var out []*build
	for file := range p.Snapshot.Files() {
		if file.Dockerfile == nil {
			continue
		}
		ctx, ok := p.Topology().Context(file.Path)
		if !ok {
			continue
		}
		b := &build{file: file, ctx: ctx, snap: p.Snapshot}
		if i := p.Snapshot.File(ctx.IgnorePath); i != nil {
			b.ignore = i.Data
		}
		b.readSources(dockerfiles.Shipped(p.Topology(), file))
		if len(b.broad) > 0 {
			b.use = dockerfiles.ReadContextUse(file.Dockerfile)
		}
		out = append(out, b)
	}
	return out
}

func (b *build) readSources(shipped map[*dockerfile.Stage]bool) {
	for _, i := range b.file.Dockerfile.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			name := path.Join("/", w.Value)[1:]
			switch n, there := b.ctx.Has(name); {
			case name == "" || name == "*":
				b.addBroad(i, ".", shipped)
			case w.Dynamic:
			case there && n.Kind == buildcontext.Folder:
				b.addBroad(i, name, shipped)
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

func (b *build) addBroad(i *dockerfile.Instruction, folder string, shipped map[*dockerfile.Stage]bool) {
	c := broadCopy{at: i, folder: folder, shipped: shipped[i.Stage] || dockerfiles.CarriedOver(b.file.Dockerfile, i)}
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

// An exposure is something in reach of a broad copy that no image should hold.
type exposure struct {
	path     string // relative to the context
	what     string // "a private key"
	folder   bool
	secret   bool
	severity fixer.Severity
	git      buildcontext.GitState
	kept     string // why it is left to a person; "" when it can be excluded

	at      *dockerfile.Instruction
	shipped bool
}

const (
	history     = "the history of the repository"
	packages    = "installed packages"
	environment = "a virtual environment"
)

// exposed returns what the build's broad copies take, the worst first. All are
// the builds of the repository: what another one with the same context needs
// stays.
func (b *build) exposed(all []*build) []exposure {
	if len(b.broad) == 0 {
		return nil
	}
	var out []exposure
	for _, n := range b.ctx.Tree.Select("exposed", mayBeExposed) {
		rel, inside := b.ctx.Inside(n.Path)
		if !inside || b.snap.File(n.Path) != nil {
			continue // a manifest called secrets.yaml is judged as what it is
		}
		e, ok := b.judge(rel, n)
		if !ok || !b.reached(&e) || b.spared(e) {
			continue
		}
		if !slices.ContainsFunc(all, func(o *build) bool { return o.ctx.Dir == b.ctx.Dir && o.needs(e) }) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, compareExposures)
	return out
}

// forTests matches folders whose keys and passwords are made up.
var forTests = regexp.MustCompile(`(?i)(^|/)(tests?|testdata|__tests__|specs?|fixtures?|examples?|samples?|docs?|e2e|mocks?|__mocks__|test[-_]\w+|\w+[-_]tests?)/`)

// mayBeExposed looks at a name alone.
func mayBeExposed(n fixer.Name) bool {
	base := path.Base(n.Path)
	if n.Kind == buildcontext.Closed || n.Kind == buildcontext.Folder {
		return base == ".git" || base == "node_modules"
	}
	if n.Kind != buildcontext.Plain {
		return false // a link is copied as a link
	}
	if base == "pyvenv.cfg" {
		return true
	}
	_, _, secret := dockerfiles.SecretsIn(n.Path)
	return secret && !forTests.MatchString(n.Path)
}

// judge says what a name in the context is, and whether it may be needed.
func (b *build) judge(rel string, n fixer.Name) (exposure, bool) {
	e := exposure{path: rel, severity: fixer.Low, folder: n.Kind != buildcontext.Plain, git: n.Git}
	switch base := path.Base(rel); {
	case base == ".git":
		e.what, e.severity = history, fixer.Medium
		return e, rel == ".git" && !b.use.History
	case base == "node_modules":
		e.what = packages
		return e, b.use.Packages
	case base == "pyvenv.cfg":
		e.path, e.what, e.folder = path.Dir(rel), environment, true
		return e, e.path != "." && !b.use.Virtualenv(path.Base(e.path))
	}
	what, variables, _ := dockerfiles.SecretsIn(rel)
	e.what, e.secret, e.severity = what, true, fixer.High
	switch {
	case variables && b.use.Env:
		e.kept = "a command of the Dockerfile names it"
	case variables && b.use.Bundles && (n.Git != buildcontext.GitUntracked || b.hasBundler(path.Dir(rel))):
		e.kept = "the step that builds the pages may read it, and what it then compiles in would be missing"
	case variables || n.Git == buildcontext.GitUntracked:
	default:
		e.kept = "the program may be built to use it"
	}
	if n.Git != buildcontext.GitUntracked {
		e.severity = fixer.Medium // who reads the repository has it already
	}
	return e, true
}

// bundlers are the settings of what compiles .env into pages.
var bundlers = regexp.MustCompile(`^((vite|next|nuxt|vue|svelte|astro|webpack|craco|remix|rsbuild|app)\.config\.\w+|gatsby-config\.\w+|angular\.json|artisan|manage\.py|config\.ru|symfony\.lock)$`)

// hasBundler reports whether such settings lie in a folder of the context.
func (b *build) hasBundler(dir string) bool {
	for _, n := range b.ctx.Tree.Select("bundlers", func(n fixer.Name) bool {
		return bundlers.MatchString(path.Base(n.Path)) || strings.HasSuffix("/"+n.Path, "/public/index.html")
	}) {
		rel, ok := b.ctx.Inside(n.Path)
		if ok && (path.Dir(rel) == dir || path.Dir(rel) == path.Join(dir, "public")) {
			return true
		}
	}
	return false
}

// reached finds the copy that takes something: one whose files are kept, if
// there is one.
func (b *build) reached(e *exposure) bool {
	for _, c := range b.broad {
		rel := e.path
		if c.folder != "." {
			var below bool
			if rel, below = strings.CutPrefix(e.path, c.folder+"/"); !below {
				continue
			}
		}
		if !c.without.Excludes(rel) && (e.at == nil || c.shipped && !e.shipped) {
			e.at, e.shipped = c.at, c.shipped
		}
	}
	return e.at != nil
}

// spared reports whether the ignore file excludes something, or takes it back in.
func (b *build) spared(e exposure) bool {
	i := b.ctx.Ignore
	return i.Excludes(e.path) || i.Returns(e.path) || e.folder && i.ReturnsBelow(e.path)
}

// needs reports whether a build names something, or what lies in it.
func (b *build) needs(e exposure) bool {
	for _, name := range b.needed {
		if name == e.path || strings.HasPrefix(name, e.path+"/") {
			return true
		}
		if ok, err := path.Match(name, e.path); err == nil && ok {
			return true
		}
	}
	if len(b.broad) == 0 {
		return false
	}
	switch e.what {
	case history:
		return b.use.History
	case packages:
		return !b.use.Packages
	case environment:
		return b.use.Virtualenv(path.Base(e.path))
	}
	return false
}

// patterns writes one line for each exposure, or one for several of a name that
// lie in different folders. ok is false when they would exclude anything that a
// build names.
func (b *build) patterns(list []exposure) (out []string, ok bool) {
	count := map[string]int{}
	for _, e := range list {
		count[path.Base(e.path)]++
	}
	for _, e := range list {
		base := path.Base(e.path)
		line := buildcontext.Pattern(e.path, e.folder, b.ignore)
		if count[base] > maxNamed || e.what == packages && count[base] > 1 {
			line = "**/" + strings.TrimPrefix(buildcontext.Pattern(base, e.folder, b.ignore), "/")
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	added, err := buildcontext.ParseIgnore([]byte(strings.Join(out, "\n")))
	if err != nil {
		return nil, false
	}
	for _, e := range list {
		if !added.Excludes(e.path) {
			return nil, false
		}
	}
	return out, !slices.ContainsFunc(b.needed, added.Excludes)
}
