package stack

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// unknownStart refuses a container of which it is not known what it starts.
func unknownStart(a *App) error {
	if a.StartsIn == nil {
		return Refuse(UnknownStart, nil, "Add the CMD that starts the application", "the file does not say what the container starts")
	}
	return Refuse(UnknownStart, a.StartsIn, "Start the application with one command, in exec form",
		"a shell works out what the container starts: %s", text.VisibleLine(short(a.StartsIn.Text(), 60)))
}

// startsScript refuses a container that starts a script, where only a binary that the
// build writes can be taken; nil for anything else.
func startsScript(a *App, started string) error {
	if ext := path.Ext(started); ext != ".sh" && ext != ".bash" {
		return nil
	}
	return Refuse(UnknownStart, a.StartsIn, "Start the binary itself, and wait for other services with depends_on or in the application",
		"the container starts the script %s, and which binary that starts is not known", text.VisibleLine(started))
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// option returns the value of an option of one word, "-o x" or "-o=x", after the verb.
func option(c build.Command, verb int, name string) (value string, ok bool) {
	for k := verb + 1; k < len(c.Words); k++ {
		w := c.Words[k].Value
		if w == name && k+1 < len(c.Words) {
			return c.Words[k+1].Value, true
		}
		if v, joined := strings.CutPrefix(w, name+"="); joined {
			return v, true
		}
	}
	return "", false
}

// installs reports whether a RUN installs one of the packages of the distribution.
func (a *App) installs(names ...string) bool {
	found := false
	a.Commands(func(_ build.Step, c build.Command) {
		if c.Package != nil && c.Package.Installs() {
			for _, p := range c.Package.Packages {
				found = found || slices.Contains(names, build.PackageName(p))
			}
		}
	})
	return found
}

func (a *App) isDir(src string) bool {
	n, ok := a.Context.Has(src)
	return ok && n.Kind != buildcontext.Plain
}

// holdsAssets reports whether a directory of the context has a file that a program may
// open.
func (a *App) holdsAssets(src string) bool {
	for n := range a.Context.Tree.Below(a.Context.Join(src)) {
		if rel, ok := a.Context.Rel(n.Path); ok && n.Kind == buildcontext.Plain && isAsset(rel) && a.Context.Sends(rel) {
			return true
		}
	}
	return false
}

// keepsUser leaves out minimal images, whose user is not root, for an application that
// keeps a database in a file beside it: root made the directory and could write to it.
func (a *App) keepsUser(list []Runtime) []Runtime {
	if !a.embedsDatabase() {
		return list
	}
	list = slices.DeleteFunc(list, func(r Runtime) bool { return r.User == nonroot })
	if len(list) == 0 {
		list = []Runtime{debianSlim(a)}
	}
	return list
}

// embedsDatabase reports whether the application lists a library that keeps a database in
// files of its own.
func (a *App) embedsDatabase() bool {
	for _, name := range []string{"go.mod", "Cargo.toml"} {
		for _, file := range a.find(name) {
			if embeddedDatabase().Match(a.read(path.Join(a.Context.Dir, file))) {
				return true
			}
		}
	}
	return false
}

var embeddedDatabase = text.Regexp(`(?i)sqlite|\bbbolt\b|boltdb/bolt|dgraph-io/badger|goleveldb|cockroachdb/pebble|asdine/storm|buntdb|nutsdb|(?m)^\s*(sled|redb|rocksdb|fjall|heed)\s*=`)

// keepsJavaDatabase reports whether the application lists a database that keeps its data
// in files of its own, for more than its tests.
func (a *App) keepsJavaDatabase() bool {
	for _, file := range a.find("pom.xml", "build.gradle", "build.gradle.kts") {
		data := a.read(path.Join(a.Context.Dir, file))
		for _, block := range dependencyBlock().FindAll(data, -1) {
			if javaDatabase().Match(block) && !bytes.Contains(block, []byte("<scope>test</scope>")) && !bytes.Contains(block, []byte("<!--")) {
				return true
			}
		}
		for line := range bytes.Lines(data) {
			if t := bytes.TrimSpace(line); path.Base(file) != "pom.xml" && javaDatabase().Match(t) && !bytes.HasPrefix(t, []byte("test")) && !bytes.HasPrefix(t, []byte("//")) {
				return true
			}
		}
	}
	return false
}

// dependencyBlock matches a dependency of Maven.
var dependencyBlock = text.Regexp(`(?s)<dependency>.*?</dependency>`)

var javaDatabase = text.Regexp(`com\.h2database|org\.xerial|org\.hsqldb|org\.apache\.derby`)

// debianSlim is the slim image of the Debian release of the base.
func debianSlim(a *App) Runtime {
	codename := cmp.Or(a.Base.Codename, "trixie") // which runs what older releases link
	return Runtime{ID: "debian-slim", Image: "debian:" + codename + "-slim", Shell: true, Same: true, Packages: []string{"ca-certificates"},
		Why: "it is the Debian release of the build, without compilers"}
}

// alpineOf is the Alpine image of the base, of the same release where the tag names it.
func alpineOf(a *App) Runtime {
	tag := a.Base.Release
	if tag == "" {
		tag = "3"
	}
	return Runtime{ID: "alpine", Image: "alpine:" + tag, Shell: true, Same: true, Why: "it has the C library of the build, musl, and no compilers"}
}

// slimOf is the image of the base without compilers: its slim variant, or itself where
// it is that already. ok is false where none is known.
func slimOf(a *App) (r Runtime, ok bool) {
	words := a.Ref.Words()
	if slices.ContainsFunc(words, func(w string) bool { return w == "slim" || strings.HasPrefix(w, "alpine") }) {
		return Runtime{ID: "same-base", Image: a.Ref.Familiar(), Shell: true, Same: true, Why: "it is the base image of the build, without what the build adds"}, true
	}
	ref := a.Ref
	ref.Digest = ""
	slim := ref.Slim()
	if slim == "" {
		return r, false
	}
	return Runtime{ID: "slim", Image: slim, Shell: true, Same: true, Why: "it is the same release of " + path.Base(ref.Repository) + " without compilers and version control tools"}, true
}

// nativeLibraries returns the packages of the distribution that an application needs
// for the packages of its language that load libraries, where the base image brings
// these and a smaller one may not. table names the development package of each.
func (a *App) nativeLibraries(table map[string]string, names map[string]bool) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if !names[name] {
			continue
		}
		fate := FateOf(a.Base, table[name])
		if a.Base.Distribution == image.Alpine {
			continue // what is compiled on Alpine needs a package that the file installs
		}
		if !fate.Sure {
			continue // a guess at a name would end the build
		}
		if len(fate.Run) == 0 {
			out = appendOnce(out, table[name]) // a tool that the package calls: git
		}
		for _, p := range fate.Run {
			out = appendOnce(out, p)
		}
	}
	return out
}

// Starts is the text of what runs in a container: the commands of the image and of the
// Compose services that run it, and the scripts that these start.
func (a *App) Starts() string {
	var b strings.Builder
	for _, i := range a.Stage.Instructions {
		if i.Keyword == "CMD" || i.Keyword == "ENTRYPOINT" {
			b.WriteString(build.CommandText(a.File, i) + "\n")
		}
	}
	for _, v := range a.Services() {
		for _, key := range []string{"command", "entrypoint"} {
			node := v.Setting(key).Node
			b.WriteString(node.Text() + " " + strings.Join(node.Texts(), " ") + "\n")
		}
	}
	for _, s := range a.Scripts() {
		for line := range strings.Lines(string(s.Data)) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				b.WriteString(line)
			}
		}
	}
	if strings.Contains(b.String(), "supervisord") {
		b.WriteString(a.supervisedCommands())
	}
	return b.String()
}

// mounted refuses an application over which a Compose service mounts its sources: it
// is developed in the image, with the tools that would leave it.
func (a *App) mounted(dir, tool string) error {
	for _, v := range a.Services() {
		for _, m := range v.Mounts() {
			if m.Tmpfs || !strings.HasPrefix(m.Source, ".") && !strings.HasPrefix(m.Source, "/") {
				continue
			}
			target := path.Clean(m.Target)
			if target == dir || strings.HasPrefix(dir, strings.TrimSuffix(target, "/")+"/") {
				return Refuse(UsedInPlace, nil, "Add a stage for development, and name it in the Compose file (target: dev)",
					"service %s mounts %s over the application at %s, so it is developed in the image, with tools such as %s", text.VisibleLine(v.Name), text.VisibleLine(m.Source), text.VisibleLine(dir), tool)
			}
		}
	}
	return nil
}

// sameBase reports whether the image that runs can be the base of the build itself.
func sameBase(a *App) bool {
	r, ok := slimOf(a)
	return ok && r.Image == a.Ref.Familiar()
}

// copiesFiles reports whether the build copies a file with an extension.
func (a *App) copiesFiles(ext string) bool {
	for _, src := range a.Sources() {
		for n := range a.Context.Tree.Below(a.Context.Join(src)) {
			if rel, ok := a.Context.Rel(n.Path); ok && path.Ext(rel) == ext && a.Context.Sends(rel) {
				return true
			}
		}
	}
	return false
}
