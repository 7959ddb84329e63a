package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"
)

const (
	// maxProject bounds the size of one file of a project; no honest one that a
	// person writes is larger. Of lock files larger than that only the names count.
	maxProject = 512 << 10

	// maxProjects bounds how many of them are read in all.
	maxProjects = 4000

	// maxMember is how many directories below one that is copied a member of a
	// project lies.
	maxMember = 3
)

// projectFiles say how an application is built and started.
var projectFiles = text.WordSet(`package.json tsconfig.json nest-cli.json angular.json .npmrc .yarnrc.yml
	requirements.txt pyproject.toml Pipfile setup.py setup.cfg .python-version
	go.mod Cargo.toml Cargo.lock pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties
	composer.json Gemfile Gemfile.lock .ruby-version global.json Procfile mkdocs.yml mkdocs.yaml vue.config.js .eleventy.js`)

// scriptNames are usual names of scripts that a container starts.
var scriptNames = text.WordSet("entrypoint docker-entrypoint start run boot launch")

// isProject reports whether a file, by its name, says how an application is built
// or started.
func isProject(base string) bool {
	switch ext := path.Ext(base); ext {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	case ".txt":
		return strings.HasPrefix(base, "requirements")
	case ".js", ".mjs", ".cjs", ".ts", ".mts":
		return projectFiles[base] || strings.HasPrefix(base, "next.config.") || strings.HasPrefix(base, "vite.config.") || strings.HasPrefix(base, "astro.config.") || strings.HasPrefix(base, "eleventy.config.")
	case ".conf", ".ini", ".service":
		return true // what a server, or one that starts others, reads
	}
	return projectFiles[base] || isScript(base)
}

// isScript reports whether a file, by its name, may be what an ENTRYPOINT starts.
func isScript(base string) bool {
	return path.Ext(base) == ".sh" || path.Ext(base) == "" && scriptNames[base]
}

// isMember reports whether a file, by its name, says what a member of a larger project
// is built into: a module of Maven or Gradle, a crate of a workspace, a project of a
// solution.
func isMember(base string) bool {
	switch base {
	case "pom.xml", "build.gradle", "build.gradle.kts", "gradle.properties", "Cargo.toml":
		return true
	}
	return path.Ext(base) == ".csproj" || path.Ext(base) == ".fsproj" || path.Ext(base) == ".vbproj"
}

// readProjects reads the files of the projects that Dockerfiles build: those in the
// directory of each, in the ones above it, in the ones below these that it copies from,
// those of members further down, and the scripts that it names. Of files with several
// stages only scripts and configuration are read.
func (l *loader) readProjects() {
	want, several, scripts := map[string]bool{}, map[string]bool{}, map[string]bool{} // directories, those of files with several stages, files
	var files []string
	for p, s := range l.sources {
		if s.Kind != fixer.Dockerfile || s.Skip != nil {
			continue
		}
		below, started, shells, one := copiedDirs(s.Data)
		into := want
		if !one { // only a file with one stage is asked about all of its project
			into, started = several, nil
		}
		for dir := path.Dir(p); ; dir = path.Dir(dir) {
			for _, b := range below {
				into[path.Join(dir, b)] = true
			}
			for _, f := range started {
				scripts[path.Join(dir, f)] = true
			}
			for _, f := range shells {
				scripts[path.Join(dir, f)] = true
			}
			if dir == "." {
				break
			}
		}
	}
	if len(want)+len(several) == 0 {
		return
	}
	for _, member := range []bool{false, true} {
		for _, n := range l.names {
			dir, base := path.Split(n.Path)
			dir = path.Clean(dir)
			wanted := want[dir] && isProject(base) || several[dir] && (base == packageJSON || base == ".npmrc" || base == ".yarnrc.yml" || path.Ext(base) == ".conf" || isScript(base)) || scripts[n.Path]
			if member {
				wanted = !wanted && isMember(base) && isBelow(dir, want)
			}
			if wanted && l.sources[n.Path] == nil && len(files) < maxProjects {
				files = append(files, n.Path)
			}
		}
	}
	slices.Sort(files)
	for _, p := range files {
		data, skip := disk.Read(l.root, p, maxProject)
		if skip != nil || notText(data) != nil {
			continue // nothing is known of it, which is what rules then say
		}
		// Where a port moves, it moves in configuration files, too.
		context := path.Ext(p) != ".conf" || !l.isSelected(p)
		l.sources[p] = &fixer.Source{Path: p, Kind: fixer.Project, Data: data, Context: context}
	}
}

// isBelow reports whether a directory lies below one that is wanted, and not too far.
func isBelow(dir string, want map[string]bool) bool {
	for range maxMember {
		if dir == "." {
			return false
		}
		if dir = path.Dir(dir); want[dir] {
			return true
		}
	}
	return false
}

// copiedDirs returns the directories that a Dockerfile copies from or names files of,
// the scripts that its commands name, those of a shell that its containers start, which
// may lie further down in what it copies, read line by line, and whether it has one stage.
// What is missed here is one file less that is known.
func copiedDirs(data []byte) (dirs, scripts, shells []string, one bool) {
	const most = 100
	dirs, stages := []string{"."}, 0
	var started []string
	for line := range bytes.Lines(data) {
		words := strings.Fields(string(line))
		if len(words) < 2 {
			continue
		}
		switch keyword := strings.ToUpper(words[0]); keyword {
		case "FROM":
			stages++
		case "COPY", "ADD":
			for _, w := range words[1 : len(words)-1] {
				if w = strings.Trim(w, `[]",'`); w == "" || strings.HasPrefix(w, "-") || strings.Contains(w, "$") || len(dirs) > most {
					continue
				}
				dir := path.Join("/", w)[1:]
				dirs = append(dirs, dir, path.Dir(dir))
			}
		default:
			for _, w := range words[1:] {
				w = strings.TrimPrefix(strings.Trim(w, `[]",';`), "./")
				if ext := path.Ext(w); len(scripts) < most && (ext == "" && strings.HasPrefix(w, "bin/") || ext == ".rb" || ext == ".py") && !strings.HasPrefix(w, "/") {
					scripts = append(scripts, path.Clean(w))
				}
				if (keyword == "CMD" || keyword == "ENTRYPOINT") && (path.Ext(w) == ".sh" || strings.HasPrefix(w, "/")) {
					started = append(started, path.Join("/", w)[1:])
				}
			}
		}
	}
	for _, w := range started {
		for rest, ok := w, true; ok && len(shells) < most; _, rest, ok = strings.Cut(rest, "/") {
			for _, dir := range dirs {
				if at := path.Join(dir, rest); isScript(path.Base(at)) {
					shells = append(shells, at)
				}
			}
		}
	}
	return dirs, scripts, shells, stages == 1
}
