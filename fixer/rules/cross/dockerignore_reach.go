package cross

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An exposure is something in reach of a broad copy that no image should hold.
type exposure struct {
	path      string // relative to the context
	what      string // "a private key"
	folder    bool
	secret    bool
	severity  fixer.Severity
	git       buildcontext.GitState
	variables bool   // .env, which is also read for settings
	kept      string // why it is left to a person; "" when it can be excluded

	at      *dockerfile.Instruction
	shipped bool
}

const (
	history     = "the history of the repository"
	packages    = "installed packages"
	environment = "a virtual environment"
)

// exposed returns what a build's broad copies take, the worst first. What
// another build of the same context needs stays.
func (r *builds) exposed(b *contextBuild) []exposure {
	if len(b.broad) == 0 {
		return nil
	}
	out := append(r.among(b, b.ctx.Tree.Select("secrets", mayBeSecret)), r.among(b, b.ctx.Tree.Select("clutter", mayBeClutter))...)
	slices.SortStableFunc(out, compareExposures)
	return out
}

// maxLooked bounds how many names are looked at in one context.
const maxLooked = 200

func (r *builds) among(b *contextBuild, names []fixer.Name) []exposure {
	var out []exposure
	looked := 0
	for _, n := range names {
		rel, inside := b.ctx.Rel(n.Path)
		if !inside || b.snap.File(n.Path) != nil {
			continue // a manifest called secrets.yaml is judged as what it is
		}
		if looked++; looked > maxLooked {
			break
		}
		e, ok := b.judge(rel, n)
		if !ok || !b.reached(&e) || b.spared(e) {
			continue
		}
		needed, kept := r.need(b, e)
		if !needed {
			e.kept = kept
			out = append(out, e)
		}
	}
	return out
}

// forTests matches folders whose keys and passwords are made up.
var forTests = text.Regexp(`(?i)(^|/)(tests?|testdata|__tests__|specs?|fixtures?|examples?|samples?|docs?|e2e|mocks?|__mocks__|test[-_]\w+|\w+[-_]tests?)/`)

// mayBeClutter and mayBeSecret look at a name alone. A link is copied as a link,
// which gives nothing away.
func mayBeClutter(n fixer.Name) bool {
	switch path.Base(n.Path) {
	case ".git", "node_modules":
		return n.Kind == buildcontext.UnlistedDirectory || n.Kind == buildcontext.Directory
	case "pyvenv.cfg":
		return n.Kind == buildcontext.Plain
	}
	return false
}

func mayBeSecret(n fixer.Name) bool {
	if n.Kind != buildcontext.Plain {
		return false
	}
	_, ok := secretFile(n.Path)
	return ok && !forTests().MatchString(n.Path)
}

// secretFile looks up what a file of this name holds by convention. Settings of
// npm are left out: a build that installs packages needs them.
func secretFile(name string) (secret.FileForm, bool) {
	form, ok := secret.File(name, "")
	return form, ok && (!form.Settings || form.Use != secret.UsedByBuild)
}

// judge says what a name in the context is, and whether it may be needed.
func (b *contextBuild) judge(rel string, n fixer.Name) (exposure, bool) {
	e := exposure{path: rel, severity: fixer.Low, folder: n.Kind != buildcontext.Plain, git: n.Git}
	switch base := path.Base(rel); {
	case base == ".git":
		e.what, e.severity = history, fixer.Medium
		return e, rel == ".git" && !b.use().History
	case base == "node_modules":
		e.what = packages
		return e, b.use().Packages
	case base == "pyvenv.cfg":
		e.path, e.what, e.folder = path.Dir(rel), environment, true
		return e, e.path != "." && !b.use().Virtualenv(path.Base(e.path))
	}
	form, _ := secretFile(rel)
	e.what, e.secret, e.variables, e.severity = form.What, true, form.Settings, fixer.High
	if n.Git != buildcontext.GitUntracked {
		e.severity = fixer.Medium // who reads the repository has it already
	}
	return e, true
}

// keeps says why a build may want a secret sent, "" when nothing suggests it.
func (b *contextBuild) keeps(e exposure) string {
	if !e.secret || !b.takes(e.path) {
		return ""
	}
	switch use := b.use(); {
	case e.variables && use.Env:
		return "a command in " + b.file.Path + " names such a file"
	case e.variables && use.Bundles && (e.git != buildcontext.GitUntracked || b.hasBundler(path.Dir(e.path))):
		return "a build step in " + b.file.Path + " may compile the values of the file into the pages it builds"
	case e.variables || e.git == buildcontext.GitUntracked:
		return ""
	}
	return "the application may need the file"
}

// bundlers are the settings of what compiles .env into pages.
var bundlers = text.Regexp(`^((vite|next|nuxt|vue|svelte|astro|webpack|craco|remix|rsbuild|app)\.config\.\w+|gatsby-config\.\w+|angular\.json|artisan|manage\.py|config\.ru|symfony\.lock)$`)

// hasBundler reports whether such settings lie in a folder of the context.
func (b *contextBuild) hasBundler(dir string) bool {
	for _, n := range b.ctx.Tree.Select("bundlers", func(n fixer.Name) bool {
		return bundlers().MatchString(path.Base(n.Path)) || strings.HasSuffix("/"+n.Path, "/public/index.html")
	}) {
		rel, ok := b.ctx.Rel(n.Path)
		if ok && (path.Dir(rel) == dir || path.Dir(rel) == path.Join(dir, "public")) {
			return true
		}
	}
	return false
}

// reached finds the copy that takes something: one whose files are kept, if
// there is one.
func (b *contextBuild) reached(e *exposure) bool {
	for _, c := range b.broad {
		if !c.takes(e.path) || e.shipped {
			continue
		}
		shipped := b.shipped()[c.at.Stage] || build.CopiedLater(b.file.Dockerfile, c.at)
		if e.at == nil || shipped {
			e.at, e.shipped = c.at, shipped
		}
	}
	return e.at != nil
}

// spared reports whether the ignore file excludes something, or takes it back in.
func (b *contextBuild) spared(e exposure) bool {
	i := b.ctx.Ignore
	return i.Excludes(e.path) || i.ReIncludes(e.path) || e.folder && i.ReIncludesBelow(e.path)
}

// patterns writes one line for each exposure, or one for several of a name that
// lie in different folders, where nothing else has that name. ok is false when
// they would exclude anything that a build names.
func (b *contextBuild) patterns(list []exposure) (out []string, ok bool) {
	count := map[string]int{}
	for _, e := range list {
		count[path.Base(e.path)]++
	}
	everywhere := map[string]bool{}
	for _, e := range list {
		base := path.Base(e.path)
		line := buildcontext.Pattern(e.path, e.folder, b.ignore)
		wide, known := everywhere[base]
		if !known {
			wide = (count[base] > maxNamed || e.what == packages && count[base] > 1) && count[base] == b.named(base)
			everywhere[base] = wide
		}
		if wide {
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

// named counts what has a name in the context and is not excluded already.
func (b *contextBuild) named(base string) int {
	n := 0
	for name := range b.ctx.Tree.Below(b.ctx.Dir) {
		if path.Base(name.Path) != base {
			continue
		}
		if rel, ok := b.ctx.Rel(name.Path); ok && !b.ctx.Ignore.Excludes(rel) {
			n++
		}
	}
	return n
}
