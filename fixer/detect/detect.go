package detect

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Refusal says why a project is not understood, and what would change that.
type Refusal = stack.Refusal

// A Project is a directory, as far as it is read.
type Project struct {
	Names []string                 // of its files, relative to it, with slashes, sorted
	Read  func(name string) []byte // nil for what is not there, or was not read
}

// A Choice is what a person says of a project. The zero value leaves all to the files.
type Choice struct {
	Stack string   // as templates name it: "python"; "" for what the files say
	Start []string // the words that start the application; nil for what the files say
	Port  int      // on which it listens; 0 for what the files say

	Tools map[string]string // the versions of tools that are installed, by name
}

// An Application is what was found out of a project.
type Application struct {
	Stack     string // as people write it: "Python"
	Like      string // the stack of package templates that it resembles: "python-pip"
	Version   string // of the language; "" where it has none
	Port      int
	ReadsPort bool     // it listens on what the variable PORT says
	Start     []string // the words that start it; nil where the image does
	Check     string   // the HEALTHCHECK that the Dockerfile has; "" for none

	Dockerfile []byte   // of one stage
	Facts      []string // what was read, with its place, safe to show
	Assumes    []string // sentences without full stop, safe to show
}

// A language is one that projects are written in.
type language struct {
	name  string   // what the names of its stacks in package templates begin with
	signs []string // names of files that say it; * stands for a part of a name
	weak  []string // those that say it where nothing else says anything
	draft func(d *draft) error
}

var languages = []*language{
	{"go", []string{"go.mod"}, nil, draftGo},
	{"rust", []string{"Cargo.toml"}, nil, draftRust},
	{"java", []string{"pom.xml", "build.gradle", "build.gradle.kts"}, nil, draftJava},
	{"dotnet", []string{"*.csproj", "*/*.csproj", "src/*/*.csproj"}, nil, draftDotnet},
	{"ruby", []string{"Gemfile"}, []string{"server.rb", "app.rb", "config.ru"}, draftRuby},
	{"php", []string{"composer.json"}, []string{"index.php", "public/index.php"}, draftPHP},
	{"python", []string{"requirements.txt", "pyproject.toml", "Pipfile", "setup.py"}, []string{"*.py"}, draftPython},
	{"node", []string{"package.json"}, []string{"server.js", "index.js", "app.js", "main.js"}, draftNode},
	{"static", nil, []string{"index.html", "site/index.html", "public/index.html", "html/index.html", "www/index.html"}, draftStatic},
}

// plain are names that mean themselves in every line of a Dockerfile. Files with others are not
// looked at.
var plain = text.Regexp(`^[A-Za-z0-9._/@+-]+$`)

// Of reads a project. The error is a [*Refusal].
func Of(p *Project, c Choice) (*Application, error) {
	p = &Project{Names: p.all(func(name string) bool { return plain().MatchString(name) }), Read: p.Read}
	l, err := recognise(p, c)
	if err != nil {
		return nil, err
	}
	if c.Port == 0 {
		c.Port = portOfWords(c.Start)
	}
	d := &draft{Project: p, choice: c, app: &Application{}}
	if err := l.draft(d); err != nil {
		return nil, err
	}
	d.app.Dockerfile = []byte(strings.Join(d.lines, "\n") + "\n")
	return d.app, nil
}

// recognise finds the language of a project: that of the one kind of manifest that it has.
func recognise(p *Project, c Choice) (*language, error) {
	if c.Stack != "" {
		name, _, _ := strings.Cut(c.Stack, "-")
		if k := slices.IndexFunc(languages, func(l *language) bool { return l.name == name }); k >= 0 {
			return languages[k], nil
		}
	}
	var found []*language
	var says []string
	for _, weak := range []bool{false, true} {
		for _, l := range languages {
			signs := l.signs
			if weak {
				signs = l.weak
			}
			if name := p.first(signs...); name != "" {
				found, says = append(found, l), append(says, text.VisibleLine(name))
			}
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		return nil, stack.Refuse(stack.Unrecognised, nil, "Add the manifest of the language, such as go.mod, package.json or pyproject.toml",
			"no file says what the application is made of")
	case 1:
		return found[0], nil
	}
	return nil, stack.Refuse(stack.Several, nil, "Name the stack that starts, as in oakum new "+found[0].name+" DIR --detect",
		"%s say different things about what the application is made of", strings.Join(says, " and "))
}

// draft is the work on one project.
type draft struct {
	*Project
	choice Choice
	app    *Application
	lines  []string

	modules string // where Python looks for those of the project; "" for where it starts
}

func (d *draft) add(lines ...string) { d.lines = append(d.lines, lines...) }

// fact notes what a file says. line is counted from 1; 0 stands for the whole file.
func (d *draft) fact(name string, line int, format string, args ...any) {
	place := text.VisibleLine(name)
	if line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	d.app.Facts = append(d.app.Facts, text.VisibleLine(fmt.Sprintf(format, args...))+" ("+place+")")
}

func (d *draft) assume(format string, args ...any) {
	d.app.Assumes = append(d.app.Assumes, text.VisibleLine(fmt.Sprintf(format, args...)))
}

// begin writes the first lines: the base image and the directory of the application.
func (d *draft) begin(base string) {
	d.add("# syntax=docker/dockerfile:1", "", "FROM "+base, "WORKDIR /app")
}

// finish writes what the image says of how it runs. check gives the command of a HEALTHCHECK;
// nil for none.
func (d *draft) finish(check func(port string) string, start ...string) {
	a := d.app
	a.Start = start
	if a.ReadsPort {
		d.add("ENV PORT=" + strconv.Itoa(a.Port))
	}
	d.add("EXPOSE " + strconv.Itoa(a.Port))
	if check != nil {
		a.Check = check(strconv.Itoa(a.Port))
		d.add("# It asks whether the port is open. A path that answers quickly says more.",
			`HEALTHCHECK --interval=30s --timeout=3s --start-period=30s \`, "    CMD "+a.Check)
	}
	if start != nil {
		d.add("CMD " + execForm(start))
	}
}

// execForm writes words as Dockerfiles have them. They hold no control characters.
func execForm(words []string) string {
	var b strings.Builder
	for k, w := range words {
		if k > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(w))
	}
	return "[" + b.String() + "]"
}

// has reports whether the project has a file.
func (p *Project) has(name string) bool {
	_, ok := slices.BinarySearch(p.Names, name)
	return ok
}

// first is the first file of the project that one of the patterns fits; "" for none.
func (p *Project) first(patterns ...string) string {
	for _, pattern := range patterns {
		for _, name := range p.Names {
			if ok, err := path.Match(pattern, name); err == nil && ok {
				return name
			}
		}
	}
	return ""
}

// all are the files that a pattern fits.
func (p *Project) all(fits func(name string) bool) []string {
	var out []string
	for _, name := range p.Names {
		if fits(name) {
			out = append(out, name)
		}
	}
	return out
}

// there are those of the names that the project has.
func (p *Project) there(names ...string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return !p.has(n) })
}

// chosen are the words that a person says start the application. They are checked, because
// they are written into files.
func (d *draft) chosen() ([]string, error) {
	for _, w := range d.choice.Start {
		if strings.ContainsFunc(w, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '$' || r == '`' }) {
			return nil, stack.Refuse(stack.UnknownStart, nil, "Name a command of plain words", "the words that start the application have a character that means something to a shell")
		}
	}
	if len(d.choice.Start) > 0 && strings.HasSuffix(d.choice.Start[0], ".sh") {
		d.assume("the commands that %s calls are in the image", d.choice.Start[0])
	}
	return d.choice.Start, nil
}

// slim adds to the tag of a base that nothing is built on.
func (d *draft) slim(builds bool) string {
	if builds {
		return "-" + trixie()
	}
	return "-slim-" + trixie()
}

// unbuilt says which scripts that look like a build are not run.
func (d *draft) unbuilt() {
	for _, name := range d.there("build.sh", "setup.sh", "configure", "Makefile") {
		d.assume("%s is not needed to build it", name)
	}
}

// entrypointScript refuses a project with a script for containers: what that calls has to be
// in the image, and only a person knows how it is called.
func (d *draft) entrypointScript() error {
	for _, name := range []string{"docker-entrypoint.sh", "entrypoint.sh", "docker/entrypoint.sh", "docker/docker-entrypoint.sh", "entrypoint"} {
		if d.has(name) && d.choice.Start == nil {
			return stack.Refuse(stack.UnknownStart, nil, "Name the command with --start, as in --start './"+name+" serve'", "%s says how a container starts, and nothing says with which words it is called", name)
		}
	}
	return nil
}

// procfile is the command of the process web of a Procfile; nil for none.
func (d *draft) procfile() []string {
	for line := range strings.Lines(string(d.Read("Procfile"))) {
		if rest, ok := strings.CutPrefix(line, "web:"); ok && !strings.ContainsAny(rest, "`;&|<>(){}*?\"'\\") {
			words := strings.Fields(rest)
			for k, w := range words {
				if strings.Contains(w, "$PORT") {
					words[k] = strings.ReplaceAll(w, "$PORT", strconv.Itoa(d.portOr(8000)))
				} else if strings.Contains(w, "$") {
					return nil
				}
			}
			d.fact("Procfile", 0, "it starts %s", strings.Join(words, " "))
			return words
		}
	}
	return nil
}

// portOr is the port that a person has chosen, or another.
func (d *draft) portOr(port int) int {
	if d.choice.Port != 0 {
		return d.choice.Port
	}
	return port
}

// trixie is the release of Debian that images are made of.
func trixie() string { return image.ToBeginWith("debian").Codename }
