package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var javaStack = &Stack{
	Name: "Java",
	Images: []string{image.DockerHub + "/library/maven", image.DockerHub + "/library/gradle", image.DockerHub + "/library/eclipse-temurin",
		image.DockerHub + "/library/openjdk", image.DockerHub + "/library/amazoncorretto"},
	Does: func(_ *App, _ build.Step, c build.Command) *Work {
		if javaBuilders[c.Program] {
			return &Work{}
		}
		return nil
	},
	Plan: planJava,
}

// javaBuilders are the programs that compile and pack.
var javaBuilders = text.WordSet("mvn mvnw gradle gradlew javac jar")

// A javaStart is what a container starts with java: files that have to be there.
type javaStart struct {
	jar   string   // of -jar
	files []string // of the class path, the module path and agents
}

// javaValued are options of java whose value is the next word.
var javaValued = text.WordSet("--add-opens --add-exports --add-modules --add-reads --limit-modules --module -m")

// readJavaStart reads the words that start java. ok is false for other programs.
func readJavaStart(words []string) (s javaStart, ok bool) {
	if len(words) == 0 || path.Base(words[0]) != "java" {
		return s, false
	}
	for k := 1; k < len(words); k++ {
		w, next := words[k], ""
		if k+1 < len(words) {
			next = words[k+1]
		}
		name, value, joined := strings.Cut(w, "=")
		switch {
		case w == "-jar":
			s.jar = next
			return s, next != ""
		case slices.Contains([]string{"-cp", "-classpath", "--class-path", "-p", "--module-path"}, name):
			if !joined {
				value = next
				k++
			}
			s.files = append(s.files, strings.Split(value, ":")...)
		case strings.HasPrefix(w, "-javaagent:"):
			agent, _, _ := strings.Cut(strings.TrimPrefix(w, "-javaagent:"), "=")
			s.files = append(s.files, agent)
		case w == "-m" || w == "--module": // a main module, and its arguments
			return s, true
		case javaValued[w]:
			k++
		case strings.HasPrefix(w, "-") || strings.HasPrefix(w, "$") || strings.HasPrefix(w, "@"):
		default: // the main class, and its arguments
			if strings.HasSuffix(w, ".java") {
				return s, false
			}
			return s, true
		}
	}
	return s, false
}

func planJava(a *App) (*Recipe, error) {
	words := a.launched()
	if len(words) == 0 {
		return nil, unknownStart(a)
	}
	if build.ReadStart(words).Kind == build.StartsBuild || slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(w, ".java") }) {
		return nil, Refuse(BuildAtStart, a.StartsIn, "Build the jar in a RUN (mvn package, gradle build), and start it with java -jar",
			"the container compiles when it starts (%s)", text.VisibleLine(short(strings.Join(words, " "), 60)))
	}
	runtimes, err := javaRuntimes(a)
	if err != nil {
		return nil, err
	}
	if a.keepsJavaDatabase() { // root made the directory, and could write to it
		kept := slices.DeleteFunc(slices.Clone(runtimes), func(r Runtime) bool { return r.User == nonroot })
		if len(kept) == 0 {
			return nil, Refuse(NoRuntime, a.StartsIn, "Keep the data of the database on a server, or in a volume of a user", "the application may keep a database in a file beside it, and the smaller images do not run as root")
		}
		runtimes = kept
	}
	r := &Recipe{Runtimes: runtimes, Programs: []string{"java"}, Leaves: []string{"the JDK and its build tools", "the sources and the cache of dependencies"}}
	b := readJavaBuild(a)
	start, ok := readJavaStart(words)
	switch {
	case !ok:
		err = b.script(r, words[0])
	case start.jar != "":
		err = b.jar(r, start.jar)
	case len(start.files) == 0:
		err = b.classes(r)
	}
	for k := 0; err == nil && ok && k < len(start.files); k++ {
		err = b.file(r, start.files[k])
	}
	if err != nil {
		return nil, err
	}
	if !r.Whole {
		for _, p := range assets(a) {
			r.Copies = append(r.Copies, Copy{Path: p, Why: "files that the application may open"})
		}
		r.Breaks = append(r.Breaks, "An application that opens files of its source directory besides those that are copied")
	}
	r.Breaks = append(r.Breaks, "An application that needs tools of the JDK, such as jcmd or jmap")
	if a.Ref.Repository != "library/amazoncorretto" && !strings.Contains(a.Ref.Tag, "corretto") && !strings.HasSuffix(a.Ref.Repository, "openjdk") && !strings.Contains(a.Ref.Tag, "openjdk") {
		return r, nil
	}
	r.Assumes = append(r.Assumes, "the application runs on Eclipse Temurin, another build of the same release of OpenJDK")
	return r, nil
}

// A javaBuild is what the steps of a file build.
type javaBuild struct {
	app      *App
	maven    []mavenProject
	gradle   []gradleProject
	compiled []string // directories that javac writes into
	packed   []string // files that jar writes
	inPlace  bool     // javac writes beside the sources
}

func readJavaBuild(a *App) *javaBuild {
	b := &javaBuild{app: a}
	a.inDirs(func(_ build.Step, dir string, c build.Command) {
		switch c.Program {
		case "mvn", "mvnw":
			for _, m := range mavenProjects(a, dir, c) {
				b.addMaven(m)
			}
		case "gradle", "gradlew":
			for _, g := range gradleProjects(a, dir, c) {
				b.addGradle(g)
			}
		case "javac":
			if to, ok := option(c, c.ProgramWord, "-d"); ok {
				if to = below(dir, to); to != "" {
					b.compiled = append(b.compiled, to)
				}
			} else {
				b.inPlace = true
			}
		case "jar":
			if list := c.Plain(); len(list) > 1 && strings.Contains(list[0]+c.Words[c.ProgramWord+1].Value, "c") {
				for _, w := range list[:2] {
					if strings.HasSuffix(w, ".jar") {
						b.packed = append(b.packed, below(dir, w))
					}
				}
			}
		}
	})
	return b
}

// addMaven notes a project that a call builds, which may be another call for a project
// that is known.
func (b *javaBuild) addMaven(m mavenProject) {
	k := slices.IndexFunc(b.maven, func(have mavenProject) bool { return have.dir == m.dir })
	if k < 0 {
		b.maven = append(b.maven, m)
		return
	}
	b.maven[k].packages = b.maven[k].packages || m.packages
	b.maven[k].copies = append(b.maven[k].copies, m.copies...)
}

// addGradle notes a project, as addMaven does.
func (b *javaBuild) addGradle(g gradleProject) {
	k := slices.IndexFunc(b.gradle, func(have gradleProject) bool { return have.dir == g.dir })
	if k < 0 {
		b.gradle = append(b.gradle, g)
		return
	}
	b.gradle[k].packages = b.gradle[k].packages || g.packages
	b.gradle[k].installs = b.gradle[k].installs || g.installs
}

// absolute is a path that java is given, with the variables that the file sets.
func (b *javaBuild) absolute(p string) string {
	if strings.Contains(p, "$") {
		if out, at := b.app.Build.Expand(b.app.Stage, nil, p); at != nil {
			p = out
		}
	}
	return b.app.Absolute(nil, p)
}

// unproven refuses a file that no command of the build is known to write.
func (b *javaBuild) unproven(p string) error {
	return Refuse(UnknownOutput, b.app.StartsIn, "Start the jar by the path that the build writes (target/NAME.jar, build/libs/NAME.jar)",
		"the container starts %s, and no command in the file is known to write it", text.VisibleLine(p))
}

// jar adds what "java -jar" needs: the jar, and what lies beside it.
func (b *javaBuild) jar(r *Recipe, named string) error {
	p := b.absolute(named)
	if p == "" || strings.ContainsAny(p, "*?[") && !b.app.shellReads() {
		return b.unproven(named)
	}
	from := p
	if m, ok := b.app.movedTo(p); ok {
		from = m.from
	}
	if slices.Contains(b.packed, from) {
		r.add(p, "jar")
		return nil
	}
	for _, m := range b.maven {
		if build.Within(from, m.target()) {
			return m.jar(b.app, r, from, p)
		}
	}
	for _, g := range b.gradle {
		if build.Within(from, g.libs()) {
			return g.jar(b.app, r, from, p)
		}
	}
	return b.unproven(named)
}

// file adds an entry of the class path, or an agent.
func (b *javaBuild) file(r *Recipe, named string) error {
	if named == "" {
		return nil
	}
	p := b.absolute(named)
	if p == "" {
		return b.unproven(named)
	}
	dir := strings.TrimSuffix(p, "/*")
	if b.inPlace && build.Within(b.app.Workdir, dir) {
		return b.classes(r)
	}
	for _, m := range b.maven {
		if build.Within(dir, m.target()) {
			return m.file(b.app, r, p)
		}
	}
	for _, g := range b.gradle {
		if build.Within(dir, path.Join(g.dir, "build")) && dir != p { // a directory of jars
			return Refuse(UnknownOutput, b.app.StartsIn, "Start build/install/NAME/bin/NAME (gradle installDist), or a jar with its dependencies (the shadow plugin)",
				"the class path names %s, and what fills that directory is not known", text.VisibleLine(named))
		}
		if build.Within(p, g.libs()) {
			return g.jar(b.app, r, p, p)
		}
	}
	made := slices.ContainsFunc(b.compiled, func(d string) bool { return build.Within(dir, d) }) || slices.Contains(b.packed, p)
	if _, sent := b.app.contextPath(dir); made || sent {
		r.add(dir, "the class path")
		return nil
	}
	if m, ok := b.app.movedTo(p); ok && !strings.ContainsAny(m.from, "*?[") {
		r.add(p, path.Base(m.from))
		return nil
	}
	if !build.Within(dir, b.app.Workdir) {
		return nil // what is outside the application is copied or refused with the step that puts it there
	}
	return b.unproven(named)
}

// classes adds the directory of the application, into which javac writes.
func (b *javaBuild) classes(r *Recipe) error {
	if !b.inPlace {
		return Refuse(UnknownOutput, b.app.StartsIn, "Start the jar that the build writes (java -jar target/NAME.jar)", "the container starts a class, and no command in the file is known to write it into the directory of the application")
	}
	if b.app.Workdir == "" || b.app.Workdir == "/" {
		return Refuse(UnknownWorkdir, nil, "Give the application a directory of its own (WORKDIR /app)", "the application has no directory of its own in the image")
	}
	r.Whole = true
	r.Copies = []Copy{{Path: b.app.Workdir, Why: "the application with its classes"}}
	return nil
}

// script adds what a start script that the build writes needs: the directory that has
// it and its jars.
func (b *javaBuild) script(r *Recipe, named string) error {
	p := b.absolute(named)
	if p == "" || !strings.Contains(named, "/") {
		return unknownJavaStart(b.app, named)
	}
	for _, g := range b.gradle {
		if home := path.Dir(path.Dir(p)); g.installs && path.Dir(home) == path.Join(g.dir, "build/install") {
			r.add(home, "gradle installDist")
			r.Runtimes = slices.DeleteFunc(r.Runtimes, func(rt Runtime) bool { return !rt.Shell }) // a shell reads the script
			return nil
		}
	}
	return unknownJavaStart(b.app, named)
}

func unknownJavaStart(a *App, program string) error {
	return Refuse(UnknownStart, a.StartsIn, "Start java itself with the jar that the build writes", "the container starts %s, and oakum does not know what that needs", text.VisibleLine(program))
}

// add adds a path to what the image takes from the build.
func (r *Recipe) add(p, why string) {
	if !slices.ContainsFunc(r.Copies, func(c Copy) bool { return build.Within(p, c.Path) }) {
		r.Copies = append(r.Copies, Copy{Path: p, Why: why})
	}
}

// fact is evidence that a file of the project gives.
func fact(m Manifest, said string) fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromRepository, Place: m.Path, Text: said}
}
