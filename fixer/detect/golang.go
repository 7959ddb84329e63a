package detect

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	goDirective = text.Regexp(`(?m)^go (\d+\.\d+)`)
	goMain      = text.Regexp(`(?m)^func main\(\)`)
	goPackage   = text.Regexp(`(?m)^package main\b`)
	goCgo       = text.Regexp(`(?m)^import "C"|^\s+"C"$`)
	goIgnored   = text.Regexp(`(?m)^//go:build .*\bignore\b`)
	cgoModule   = text.Regexp(`mattn/go-sqlite3|confluentinc/confluent-kafka-go|h2non/bimg|davidbyttow/govips`)
)

func draftGo(d *draft) error {
	d.app.Stack, d.app.Like = "Go", "go"
	v := d.found("go.mod", goDirective)
	if newest := image.ToBeginWith("go").Version; v == "" || !slices.ContainsFunc(image.Releases("go"), func(r image.Release) bool { return r.Version == v && r.End == "" || r.Version == v && v == newest }) && older(v, newest) {
		// What an older release compiles, a newer one compiles, too.
		if v != "" {
			d.fact("go.mod", 0, "Go %s, which Go %s compiles", v, newest)
		}
		v = newest
	} else {
		d.fact("go.mod", 0, "Go %s", v)
	}
	d.app.Version = v
	start, err := d.chosen()
	if err != nil {
		return err
	}
	dir, err := d.goProgram(start)
	if err != nil {
		return err
	}
	name := path.Base(dir)
	if dir == "." {
		name = "server"
	}
	if len(start) > 0 {
		name = path.Base(start[0])
	}
	if err := d.port(0, ".go"); err != nil {
		return err
	}
	d.begin("golang:" + v + "-" + trixie())
	cgo := d.usesCgo()
	build := "go build -trimpath -o /app/bin/" + name + " " + relative(dir)
	if !cgo {
		build = "CGO_ENABLED=0 " + build
	}
	d.add("# The modules change less often than the code: this layer is built again only when they do.",
		"COPY "+strings.Join(d.there("go.mod", "go.sum"), " ")+" ./")
	if !slices.ContainsFunc(d.Names, func(n string) bool { return strings.HasPrefix(n, "vendor/") }) {
		d.add("RUN go mod download")
	}
	d.add("COPY . .", "RUN "+build)
	words := []string{"/app/bin/" + name}
	if len(start) > 1 {
		words = append(words, start[1:]...)
	}
	d.finish(nil, words...)
	return nil
}

// older reports whether a version is older than another.
func older(v, than string) bool { return slices.Compare(numbers(v), numbers(than)) < 0 }

// relative is a directory as go build takes it.
func relative(dir string) string {
	if dir == "." {
		return "."
	}
	return "./" + dir
}

// goProgram finds the directory of the program: the one that is there, at the top or below cmd,
// or the one that a person names.
func (d *draft) goProgram(start []string) (string, error) {
	var dirs []string
	for _, name := range d.all(func(n string) bool { return path.Ext(n) == ".go" && !isTest(n) && !strings.HasPrefix(n, "vendor/") }) {
		data := d.Read(name)
		if goPackage().Match(data) && goMain().Match(data) && !goIgnored().Match(data) && !slices.Contains(dirs, path.Dir(name)) {
			dirs = append(dirs, path.Dir(name))
		}
	}
	if len(start) > 0 && len(dirs) != 1 {
		want := path.Base(start[0])
		k := slices.IndexFunc(dirs, func(dir string) bool { return path.Base(dir) == want })
		if k < 0 {
			return "", stack.Refuse(stack.UnknownStart, nil, "Name the directory of a main package with --start", "no directory named %s has a main package", text.VisibleLine(want))
		}
		return dirs[k], nil
	}
	switch {
	case len(dirs) == 0:
		return "", stack.Refuse(stack.UnknownStart, nil, "Choose the directory of an application; this one is a library", "no directory has a main package")
	case slices.Contains(dirs, "."):
		d.fact("go.mod", 0, "the main package is at the top")
		return ".", nil
	case len(dirs) == 1:
		d.fact(dirs[0], 0, "the main package")
		return dirs[0], nil
	}
	var cmd []string
	for _, dir := range dirs {
		if path.Dir(dir) == "cmd" {
			cmd = append(cmd, dir)
		}
	}
	if len(cmd) == 1 {
		d.fact(cmd[0], 0, "the main package")
		return cmd[0], nil
	}
	return "", stack.Refuse(stack.Several, nil, "Name the main package with --start, as in --start "+text.VisibleLine(path.Base(dirs[0])), "there are several main packages: %s", text.VisibleLine(strings.Join(dirs[:min(len(dirs), 5)], ", ")))
}

// usesCgo reports whether the program, or a module that it needs, is made of C, too.
func (d *draft) usesCgo() bool {
	if cgoModule().Match(d.Read("go.mod")) {
		d.fact("go.mod", 0, "a module is made of C, too")
		return true
	}
	for _, name := range d.all(func(n string) bool { return path.Ext(n) == ".go" && !isTest(n) }) {
		if goCgo().Match(d.Read(name)) {
			d.fact(name, 0, "it is made of C, too")
			return true
		}
	}
	return false
}
