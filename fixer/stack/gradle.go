package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A gradleProject is a directory of the image in which Gradle builds, or a project of
// such a one.
type gradleProject struct {
	dir      string
	name     string     // of the project; "" where it is not known
	scripts  []Manifest // its own build script and properties first, then those of the root
	read     bool       // its own build script was read
	packages bool       // a task that makes the jar
	installs bool       // a task that makes build/install
}

// libs is the directory into which Gradle puts jars.
func (g gradleProject) libs() string { return path.Join(g.dir, "build/libs") }

var (
	gradlePacks    = text.WordSet("build assemble jar bootJar bootWar war shadowJar buildFatJar installDist installShadowDist")
	gradleInstalls = text.WordSet("installDist install installShadowDist installBootDist")
)

// gradleProjects are the projects that a call of Gradle builds.
func gradleProjects(a *App, dir string, c build.Command) []gradleProject {
	for _, name := range []string{"-p", "--project-dir"} {
		if v, ok := option(c, c.ProgramWord, name); ok {
			dir = below(dir, v)
		}
	}
	if dir == "" {
		return nil
	}
	root := gradleProject{dir: dir, name: path.Base(dir)}
	root.addScripts(a)
	var modules []string
	for _, name := range []string{"settings.gradle", "settings.gradle.kts"} {
		if m, ok := a.readAt(path.Join(dir, name)); ok {
			if found := gradleRootName().FindStringSubmatch(string(m.Data)); found != nil {
				root.name = found[1]
			}
			modules = append(modules, includedProjects(string(m.Data))...)
		}
	}
	out := []gradleProject{root}
	for _, name := range modules {
		g := gradleProject{dir: path.Join(dir, strings.ReplaceAll(name, ":", "/")), name: name[strings.LastIndex(name, ":")+1:]}
		g.addScripts(a)
		g.scripts = append(g.scripts, root.scripts...)
		out = append(out, g)
	}
	for _, task := range c.Plain() {
		at := strings.LastIndex(task, ":")
		project := strings.ReplaceAll(strings.Trim(task[:max(at, 0)], ":"), ":", "/")
		for k := range out {
			if at > 0 && out[k].dir != path.Join(dir, project) {
				continue
			}
			out[k].packages = out[k].packages || gradlePacks[task[at+1:]]
			out[k].installs = out[k].installs || gradleInstalls[task[at+1:]]
		}
	}
	return out
}

func (g *gradleProject) addScripts(a *App) {
	for _, name := range []string{"build.gradle", "build.gradle.kts", "gradle.properties"} {
		if m, ok := a.readAt(path.Join(g.dir, name)); ok {
			g.scripts = append(g.scripts, m)
			g.read = g.read || name != "gradle.properties"
		}
	}
}

var (
	gradleRootName = text.Regexp(`rootProject\.name\s*=\s*["']([^"'$]+)["']`)
	gradleInclude  = text.Regexp(`(?m)^\s*include\b([^\n]*(?:,\s*\n[^\n]*)*)`)
	gradleQuoted   = text.Regexp(`["']:?([\w:.-]+)["']`)
	gradleArchive  = text.Regexp(`\b(archiveFileName|archiveName|archiveBaseName|archivesBaseName|archivesName|baseName)\b(?:\.set\(|\s*=|\s)\s*["']([^"']+)["']`)
	gradleVersion  = text.Regexp(`(?m)^\s*(?:project\.)?version\s*(?:=\s*)?["']?([\w.+-]+)["']?\s*$`)
	gradleNeeds    = text.Regexp(`(?m)^\s*(?:implementation|api|compile|runtimeOnly|runtime)\b[\s("']`)
)

// includedProjects are the projects that a settings script includes, as a:b.
func includedProjects(script string) []string {
	var out []string
	for _, m := range gradleInclude().FindAllStringSubmatch(script, -1) {
		for _, q := range gradleQuoted().FindAllStringSubmatch(m[1], -1) {
			out = append(out, q[1])
		}
	}
	return out
}

func (g gradleProject) contains(words ...string) bool {
	return slices.ContainsFunc(g.scripts, func(m Manifest) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(string(m.Data), w) })
	})
}

// gradlePackers are words of a build script of which one means that a jar contains its
// dependencies.
var gradlePackers = []string{"org.springframework.boot", "shadow", "zipTree", "io.ktor.plugin", "io.micronaut.application", "fatJar", "uberJar", "spring-boot-gradle-plugin", "springBoot", "libs.plugins.spring"}

// jar adds the jar at from, which ends up at p.
func (g gradleProject) jar(a *App, r *Recipe, from, p string) error {
	name := path.Base(from)
	switch {
	case !g.packages:
		return Refuse(UnknownOutput, a.StartsIn, "Run gradle build in the Dockerfile", "the container starts %s, and no task in the file is known to write it (gradle build)", text.VisibleLine(p))
	case !g.read:
		return Refuse(UnknownOutput, a.StartsIn, "Copy the build script of the project into the build context", "the build script that names %s was not read", text.VisibleLine(name))
	case path.Dir(from) != g.libs():
		return Refuse(UnknownOutput, a.StartsIn, "Start a jar in build/libs", "the container starts %s, which is not where Gradle puts jars", text.VisibleLine(p))
	case !g.contains(gradlePackers...) && slices.ContainsFunc(g.scripts, func(m Manifest) bool { return gradleNeeds().Match(m.Data) }):
		return Refuse(UnknownOutput, a.StartsIn, "Pack the dependencies into the jar (the shadow plugin, or that of Spring Boot)", "%s lists dependencies, and nothing in it packs them into %s",
			g.scripts[0].Path, text.VisibleLine(name))
	}
	if strings.Contains(name, "*") && from == p { // a shell finds it when the container starts
		r.add(path.Dir(from), "gradle build")
		return nil
	}
	if !strings.Contains(name, "*") && !g.agrees(name) {
		return Refuse(Disagreement, a.StartsIn, "Start the jar by the name that the build gives it", "the container starts %s, but the build script names the jar %s",
			text.VisibleLine(name), text.VisibleLine(g.name))
	}
	r.add(p, "gradle build")
	r.layered(a, p, g.scripts...)
	r.Evidence = append(r.Evidence, fact(g.scripts[0], "The build packages "+text.VisibleLine(g.name)+", which the container starts as "+text.VisibleLine(path.Base(p))))
	return nil
}

// agrees reports whether the project may give its jar that name: NAME[-VERSION][-CLASSIFIER].jar,
// where a build script may set the name.
func (g gradleProject) agrees(name string) bool {
	stem := strings.TrimSuffix(strings.TrimSuffix(name, ".jar"), ".war")
	names, version := []string{g.name}, ""
	for _, m := range g.scripts {
		for _, found := range gradleArchive().FindAllStringSubmatch(string(m.Data), -1) {
			value := gradleInserted().ReplaceAllString(found[2], "*")
			if strings.HasSuffix(found[1], "FileName") || found[1] == "archiveName" {
				if match, err := path.Match(value, name); err == nil && match {
					return true
				}
				continue
			}
			names = append(names, value)
		}
		if found := gradleVersion().FindStringSubmatch(string(m.Data)); found != nil && version == "" {
			version = found[1]
		}
	}
	for _, base := range names {
		if match, err := path.Match(base, stem); err == nil && match {
			return true // without a version
		}
		patterns := []string{base + "-*"}
		if version != "" {
			patterns = []string{base + "-" + version, base + "-" + version + "-*", base + "-all"}
		}
		for _, pattern := range patterns {
			if match, err := path.Match(pattern, stem); err == nil && match {
				return true
			}
		}
	}
	return false
}

// gradleInserted matches what a build script puts into a string.
var gradleInserted = text.Regexp(`\$\{[^}]*\}|\$\w[\w.]*`)
