package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Bounds of the environment files that are read.
const (
	maxEnvironment  = 1 << 20 // bytes of one
	maxEnvironments = 32      // in one directory
)

// readEnvironments reads which variables the environment files beside a Compose file and
// above it set: .env, which Compose reads by itself or where it is called, those that
// an include names, and others of the kind, such as .env.example, which people copy.
// Those that a service names under env_file are read, too. They are read even where git
// ignores them, and no value is kept but the addresses of servers and the names of images. The .gitignore files
// there say whether git would leave a new one alone.
func (l *loader) readEnvironments() {
	dirs := map[string]bool{}
	images := l.imageVariables()
	for _, p := range l.composeFiles() {
		for dir := path.Dir(p); !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
			for _, name := range l.environmentsIn(dir) {
				l.addEnvironment(path.Join(dir, name), fixer.Environment, images)
			}
			l.addGitIgnore(dir)
			if dir == "." {
				break
			}
		}
		var missing []string
		read := func(refs []string, kind fixer.Kind) {
			for _, ref := range refs {
				if at, problem := l.locate(p, ref); problem == "" {
					l.addEnvironment(at, kind, images)
				} else if !strings.Contains(ref, "$") && !isRemote(ref) && ref != "/dev/null" && !slices.Contains(missing, ref) {
					missing = append(missing, ref)
				}
			}
		}
		read(environmentRefs(l.sources[p].Data), fixer.Environment)
		read(serviceEnvironments(l.sources[p].Data), fixer.ServiceEnvironment)
		if len(missing) > 0 {
			which, what := "environment file", "it sets"
			if len(missing) > 1 {
				which, what = "environment files", "they set"
			}
			l.addNote(p, "names the "+which+" "+text.Some(missing)+", not found below the scanned directory: what "+what+" is not known")
		}
	}
	for _, p := range l.composeFiles() {
		if missing := slices.DeleteFunc(requiredVariables(l.sources[p].Data), func(name string) bool { return l.setsAbove(path.Dir(p), name) }); len(missing) > 0 {
			which := "variable"
			if len(missing) > 1 {
				which = "variables"
			}
			l.addNote(p, "requires the "+which+" "+text.Some(missing)+", which no .env here sets: Compose loads the file only where "+pronoun(missing)+" set")
		}
	}
}

func pronoun(list []string) string {
	if len(list) > 1 {
		return "they are"
	}
	return "it is"
}

// setsAbove reports whether a file that Compose reads for a directory, .env there or in one
// above, gives a variable a value, or one of another name that people give to Compose. One
// that cannot be read may set anything.
func (l *loader) setsAbove(dir, name string) bool {
	for p, s := range l.sources {
		beside := path.Dir(p)
		above := beside == "." || beside == dir || strings.HasPrefix(dir, beside+"/")
		if s.Kind != fixer.Environment || path.Base(p) == ".env" && !above || sampleName().MatchString(path.Base(p)) {
			continue // a sample is not read, nor is the .env of another project
		}
		if s.Skip != nil || slices.ContainsFunc(compose.Environment(s.Data), func(v compose.Variable) bool { return v.Name == name }) {
			return true
		}
	}
	return false
}

var sampleName = text.Regexp(`(example|sample|template|dist|default)`)

// required matches a variable without which Compose does not load a text.
var required = text.Regexp(`(?:^|[^$])(?:\$\$)*\$\{([A-Za-z_]\w*):?\?`)

// requiredVariables returns the variables that a Compose file demands, each once.
func requiredVariables(data []byte) []string {
	if len(required().FindAllSubmatch(data, 1)) == 0 {
		return nil
	}
	var out []string
	var look func(n *yamldoc.Node)
	look = func(n *yamldoc.Node) {
		if n == nil || n.Kind == yamldoc.Alias {
			return
		}
		if n.Kind == yamldoc.Scalar {
			for _, m := range required().FindAllStringSubmatch(n.Value, -1) {
				if !slices.Contains(out, m[1]) {
					out = append(out, m[1])
				}
			}
		}
		for _, e := range n.Entries() {
			look(e.Value)
		}
		for _, item := range n.Items() {
			look(item)
		}
	}
	for _, root := range rootNodes(data) {
		look(root)
	}
	return out
}

// imageVariables returns the variables in which Compose files look for an image or for what
// builds it.
func (l *loader) imageVariables() []string {
	var out []string
	for _, p := range l.composeFiles() {
		data := l.sources[p].Data
		if !imageByVariable().Match(data) {
			continue
		}
		for _, root := range rootNodes(data) {
			for _, service := range root.Own("services").All() {
				build := service.Get("build")
				for _, n := range []*yamldoc.Node{service.Get("image"), build, build.Get("context"), build.Get("dockerfile"), build.Get("target")} {
					out = append(out, compose.Variables(n.Text())...)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var imageByVariable = text.Regexp(`(?m)\b(?:image|build|context|dockerfile|target)["']?\s*:.*\$`)

func (l *loader) composeFiles() []string {
	var out []string
	for p, s := range l.sources {
		if s.Kind == fixer.Compose && s.Skip == nil && (bytes.Contains(s.Data, []byte("${")) || bytes.Contains(s.Data, []byte("environment")) || bytes.Contains(s.Data, []byte("env_file"))) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// environmentsIn returns the names of environment files in a directory.
func (l *loader) environmentsIn(dir string) []string {
	entries, err := l.dirs.entries(dir, maxNames)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && compose.IsEnvironment(name) && len(out) < maxEnvironments {
			out = append(out, name)
		}
	}
	return out
}

// addEnvironment reads the names and addresses of one file. One that cannot be read may set
// anything, and is a source that says so.
func (l *loader) addEnvironment(p string, kind fixer.Kind, images []string) {
	if l.sources[p] != nil {
		return
	}
	src := &fixer.Source{Path: p, Kind: kind, Context: true}
	data, skip := disk.Read(l.root, p, min(maxEnvironment, l.opts.MaxBytes))
	switch {
	case skip != nil:
		src.Skip = skip
	default:
		src.Data = compose.NamesAndAddresses(data, isSecret, images)
	}
	l.sources[p] = src
}

// trackedEnvironments asks git which of the environment files it tracks, in the index of
// the work tree that is the root. Files of another repository inside it are another
// index's.
func (l *loader) trackedEnvironments(inGit bool) {
	if !inGit {
		return
	}
	var paths []string
	for p, s := range l.sources {
		if s.Kind.Secret() && !l.inNestedRepository(p) {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return
	}
	slices.Sort(paths)
	repository := git.Open(l.base, paths)
	if err := repository.Err(); err != nil {
		l.addNote("", "cannot determine which files git tracks: "+err.Error())
	}
	for _, p := range paths {
		switch tracked, known := repository.Tracked(p); {
		case !known:
		case tracked:
			l.sources[p].Git = buildcontext.GitTracked
		default:
			l.sources[p].Git = buildcontext.GitUntracked
		}
	}
}

// inNestedRepository reports whether a directory between the root and a file is the top
// of a repository of its own, such as a submodule.
func (l *loader) inNestedRepository(p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if _, err := l.root.Lstat(path.Join(dir, ".git")); err == nil {
			return true
		}
	}
	return false
}

// addGitIgnore reads the .gitignore of a directory, which says whether git leaves
// alone what a fix puts beside a Compose file.
func (l *loader) addGitIgnore(dir string) {
	p := path.Join(dir, ".gitignore")
	if _, err := l.root.Lstat(p); err != nil || l.sources[p] != nil {
		return
	}
	data, skip := disk.Read(l.root, p, maxIgnoreFile)
	if skip != nil && skip.Code != fixer.SkipEmpty {
		data = nil
	}
	l.sources[p] = &fixer.Source{Path: p, Kind: fixer.GitIgnore, Data: data, Skip: skip, Context: !l.isSelected(p) && !slices.Contains(l.siblingDirs, dir)}
}

// environmentRefs returns the environment files that the includes of a Compose file
// name.
func environmentRefs(data []byte) []string {
	if !bytes.Contains(data, []byte("env_file")) || !bytes.Contains(data, []byte("include")) {
		return nil
	}
	var refs refList
	for _, root := range rootNodes(data) {
		for _, item := range root.Own("include").ListOrOne() {
			refs.addAll(item.Own("env_file"))
		}
	}
	return refs.names
}

// serviceEnvironments returns the files that the services of a Compose file name under
// env_file.
func serviceEnvironments(data []byte) []string {
	if !bytes.Contains(data, []byte("env_file")) {
		return nil
	}
	var refs refList
	for _, root := range rootNodes(data) {
		for _, service := range root.Own("services").All() {
			for _, item := range service.Get("env_file").ListOrOne() {
				if item.Is(yamldoc.Mapping) {
					item = item.Get("path")
				}
				refs.addAll(item)
			}
		}
	}
	return refs.names
}

// isSecret reports whether the value of a variable in an environment file is a secret that
// the file gives away.
func isSecret(name, value string) bool { return secret.Find(name, value).What != "" }
