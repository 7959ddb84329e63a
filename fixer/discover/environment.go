package discover

import (
	"bytes"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/disk"
)

// Bounds of the environment files that are read.
const (
	maxEnvironment  = 1 << 20 // bytes of one
	maxEnvironments = 32      // in one directory
)

// readEnvironments reads which variables the environment files beside a Compose file and
// above it set: .env, which Compose reads by itself or where it is called, those that
// an include names, and others of the kind, such as .env.example, which people copy.
// They are read even where git ignores them, and no value is kept.
func (l *loader) readEnvironments() {
	dirs := map[string]bool{}
	for _, p := range l.composeWithVariables() {
		for dir := path.Dir(p); !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
			for _, name := range l.environmentsIn(dir) {
				l.addEnvironment(path.Join(dir, name))
			}
			if dir == "." {
				break
			}
		}
		for _, ref := range environmentRefs(l.sources[p].Data) {
			if at, problem := l.locate(p, ref); problem == "" {
				l.addEnvironment(at)
			}
		}
	}
}

func (l *loader) composeWithVariables() []string {
	var out []string
	for p, s := range l.sources {
		if s.Kind == fixer.Compose && s.Skip == nil && bytes.Contains(s.Data, []byte("${")) {
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

// addEnvironment reads the names of one file. One that cannot be read may set
// anything, and is a source that says so.
func (l *loader) addEnvironment(p string) {
	if l.sources[p] != nil {
		return
	}
	src := &fixer.Source{Path: p, Kind: fixer.Environment, Context: true}
	data, skip := disk.Read(l.root, p, min(maxEnvironment, l.opts.MaxBytes))
	switch {
	case skip != nil:
		src.Skip = skip
	default:
		src.Data = compose.NamesOnly(data)
	}
	l.sources[p] = src
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
