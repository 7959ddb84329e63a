package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// assetDirs are directories whose files a program opens when it runs.
var assetDirs = text.WordSet(`templates template static public assets views web www html migrations migration config configs conf locales locale i18n translations
	data sql schema schemas resources fixtures certs seeds dist ui`)

// assetFiles are files beside the sources that programs open when they run.
var assetFiles = text.WordSet(`Rocket.toml config.toml config.yaml config.yml config.json settings.toml settings.yaml settings.yml settings.json log4rs.yml log4rs.yaml
	application.yml application.yaml application.properties logback.xml log4j2.xml logging.properties`)

// buildFiles are files that only a build reads.
var buildFiles = text.WordSet(`go.mod go.sum Cargo.toml Cargo.lock rust-toolchain rust-toolchain.toml build.rs rustfmt.toml clippy.toml deny.toml pom.xml mvnw mvnw.cmd lombok.config
	build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties gradlew gradlew.bat libs.versions.toml NuGet.config nuget.config global.json Directory.Build.props
	Directory.Build.targets Directory.Packages.props Makefile Dockerfile sqlx-data.json package.json package-lock.json yarn.lock tsconfig.json .gitignore .dockerignore checkstyle.xml Gemfile`)

// assets are the paths in the image, outside what the build writes, that may hold what
// a program opens when it runs: directories and files of usual names, and what the file
// copies by name and is no source.
func assets(a *App) []string {
	var out []string
	for _, i := range a.Stage.Instructions {
		sources := dockerfile.ContextSources(i)
		if len(sources) == 0 {
			continue
		}
		to := a.Absolute(i, i.Words[len(i.Words)-1].Value)
		for _, w := range sources {
			src := path.Join("/", w.Value)[1:]
			if w.Dynamic || to == "" || a.Workdir == "" {
				continue
			}
			switch {
			case strings.ContainsAny(src, "*?["):
				for _, name := range a.matches(src) {
					if a.copiedByName(name) {
						out = appendOnce(out, path.Join(to, path.Base(name)))
					}
				}
			case src != "" && !a.isDir(src):
				base := path.Base(src)
				if _, known := a.Context.Has(src); !a.copiedByName(src) || known && !a.Context.Sends(src) {
					continue
				}
				if at := path.Join(to, base); strings.HasSuffix(i.Words[len(i.Words)-1].Value, "/") || to == a.Absolute(i, ".") || len(sources) > 1 {
					out = appendOnce(out, at)
				} else {
					out = appendOnce(out, to)
				}
			case src != "" && strings.HasPrefix(path.Base(src), "."): // settings of tools
			case src != "" && (assetDirs[path.Base(src)] || !a.holdsSources(src)) && a.holdsAssets(src):
				if to != a.Workdir && !strings.HasPrefix(a.Workdir, strings.TrimSuffix(to, "/")+"/") {
					out = appendOnce(out, to)
					continue
				}
				for _, name := range a.entries(src) { // beside the sources
					out = appendOnce(out, path.Join(to, name))
				}
			default:
				for _, name := range a.assetsIn(src) {
					out = appendOnce(out, path.Join(to, name))
				}
			}
		}
	}
	return out
}

// copiedByName reports whether a path that COPY names is one that a program may open:
// no source, nothing that only a build reads, and no settings of a tool. A path that is
// not in the repository may be a directory, or a file that is made before the build.
func (a *App) copiedByName(src string) bool {
	base := path.Base(src)
	if _, known := a.Context.Has(src); !known && path.Ext(base) == "" {
		return !buildFiles[base] && base != "src" && base != "cmd" && base != "internal" && base != "pkg"
	}
	return isAsset(src) && !buildFiles[base] && (!strings.HasPrefix(base, ".") || strings.HasPrefix(base, ".env"))
}

// entries are the names of what a directory of the context holds and the build is sent.
func (a *App) entries(src string) []string {
	var out []string
	for n := range a.Context.Tree.Below(a.Context.Join(src)) {
		rel, ok := a.Context.Rel(n.Path)
		if !ok || n.Kind != buildcontext.Plain || !a.Context.Sends(rel) {
			continue
		}
		first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(rel, src), "/"), "/")
		out = appendOnce(out, first)
	}
	return out
}

// matches are the files of the context that a pattern of COPY names.
func (a *App) matches(pattern string) []string {
	var out []string
	dir := path.Dir(pattern)
	if strings.ContainsAny(dir, "*?[") {
		return nil
	}
	for n := range a.Context.Tree.Below(a.Context.Join(dir)) {
		rel, ok := a.Context.Rel(n.Path)
		if match, err := path.Match(pattern, rel); ok && err == nil && match && n.Kind == buildcontext.Plain && a.Context.Sends(rel) {
			out = append(out, rel)
		}
	}
	return out
}

// Copies reports whether the build copies a file of the context.
func (a *App) Copies(name string) bool {
	for _, i := range a.Stage.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			src := path.Join("/", w.Value)[1:]
			if match, err := path.Match(src, name); src == "" || w.Dynamic || name == src || strings.HasPrefix(name, src+"/") || err == nil && match {
				return a.Context.Sends(name)
			}
		}
	}
	return false
}

// restDirs are directories of repositories that a running program has nothing to do with.
var restDirs = text.WordSet(`doc docs documentation test tests testing testdata spec specs e2e example examples sample samples script scripts deploy deployment deployments k8s
	kubernetes kube helm chart charts manifests ci build terraform infra infrastructure ansible vagrant docker screenshots screenshot vendor third_party node_modules target bin obj bench benches
	benchmark benchmarks hack tools postman insomnia monitoring grafana prometheus coverage logs tmp`)

// assetsIn are the directories of a directory of the context that hold nothing that is
// compiled, and files of usual names.
func (a *App) assetsIn(src string) []string {
	var out []string
	compiled := map[string]bool{}
	opens := func(first string) bool {
		if assetDirs[first] {
			return true
		}
		if _, known := compiled[first]; !known {
			compiled[first] = restDirs[strings.ToLower(first)] || a.holdsSources(path.Join(src, first))
		}
		return !compiled[first]
	}
	for name := range a.Context.Tree.Below(a.Context.Join(src)) {
		rel, ok := a.Context.Rel(name.Path)
		if !ok || name.Kind != buildcontext.Plain || !a.Context.Sends(rel) {
			continue
		}
		below := strings.TrimPrefix(strings.TrimPrefix(rel, src), "/")
		switch first, _, deeper := strings.Cut(below, "/"); {
		case deeper && isAsset(rel) && opens(first), !deeper && assetFiles[below], below == ".env" && a.readsEnvFile():
			out = appendOnce(out, first)
		}
	}
	return out
}

// readsEnvFile reports whether the application lists a library that reads .env when it
// starts, and that most programs end without.
func (a *App) readsEnvFile() bool {
	for _, name := range a.find("go.mod", "Cargo.toml") {
		if envLibrary().Match(a.read(path.Join(a.Context.Dir, name))) {
			return true
		}
	}
	return false
}

var envLibrary = text.Regexp(`joho/godotenv|subosito/gotenv|(?m)^\s*(dotenv|dotenvy)\s*=`)

// holdsSources reports whether a directory of the context has what is compiled, or what
// only a build reads.
func (a *App) holdsSources(src string) bool {
	if base := path.Base(src); strings.HasPrefix(base, ".") || base == "gradle" {
		return true
	}
	for n := range a.Context.Tree.Below(a.Context.Join(src)) {
		if n.Kind == buildcontext.Plain && (isSource(n.Path) || buildFiles[path.Base(n.Path)]) {
			return true
		}
	}
	return false
}

// Compiles reports whether a file or directory of the context is there to be compiled, or
// to say how; what is not known counts as such.
func (a *App) Compiles(src string) bool {
	n, known := a.Context.Has(src)
	switch {
	case src == "" || !known:
		return true
	case n.Kind == buildcontext.Plain:
		return isSource(src) || buildFiles[path.Base(src)] || slices.Contains([]string{".lock", ".sum", ".mod"}, path.Ext(src))
	}
	return a.holdsSources(src)
}

// isSource reports whether a file is compiled.
func isSource(name string) bool {
	switch path.Ext(name) {
	case ".go", ".rs", ".java", ".kt", ".kts", ".scala", ".groovy", ".gradle", ".cs", ".fs", ".vb", ".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".c", ".h", ".s", ".proto":
		return true
	}
	return false
}

// isAsset reports whether a file may be opened when a program runs: it is no source.
func isAsset(name string) bool {
	switch path.Ext(name) {
	case ".md", ".lock", "":
		return false
	}
	return !isSource(name) && !strings.Contains(name, "testdata/")
}
