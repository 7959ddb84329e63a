package updates

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// dependabot is a dependabot.yml.
type dependabot struct{ entries []entry }

// An entry says where Dependabot looks for dependencies of one kind.
type entry struct {
	ecosystem   string
	directories []string // patterns, each beginning with a slash
	excluded    []string // patterns of paths relative to the root
	line        int
	off         bool // it updates nothing, or only what has a security advisory
}

func readDependabot(f *yamldoc.File) dependabot {
	var out dependabot
	for _, n := range f.Docs[0].Root.Get("updates").List() {
		e := entry{ecosystem: n.Get("package-ecosystem").Text(), line: n.Line, excluded: n.Get("exclude-paths").Texts()}
		for _, dir := range append(n.Get("directories").Texts(), n.Get("directory").Text()) {
			if dir != "" {
				e.directories = append(e.directories, path.Join("/", dir))
			}
		}
		limit, limited := n.Get("open-pull-requests-limit").Int()
		e.off = limited && limit == 0 || slices.ContainsFunc(n.Get("ignore").List(), ignoresAll)
		out.entries = append(out.entries, e)
	}
	return out
}

// ignoresAll reports whether an ignore condition leaves nothing to update.
func ignoresAll(n *yamldoc.Node) bool {
	return n.Get("dependency-name").Text() == "*" && n.Get("versions").Null() && n.Get("update-types").Null()
}

func (d dependabot) keeps(file string, what What) (line int, ok bool) {
	return d.find(file, what, false)
}

// off returns an entry that names a file's directory and is switched off, or leaves
// the file out.
func (d dependabot) off(file string, what What) (line int, ok bool) {
	return d.find(file, what, true)
}

func (d dependabot) find(file string, what What, off bool) (line int, ok bool) {
	for _, e := range d.entries {
		if slices.Contains(Ecosystems(file, what), e.ecosystem) && e.covers(DependabotDirectory(file, what)) && (e.off || e.excludes(file)) == off {
			return e.line, true
		}
	}
	return 0, false
}

func (e entry) covers(dir string) bool {
	return slices.ContainsFunc(e.directories, func(pattern string) bool { return globMatches(pattern, dir) })
}

func (e entry) excludes(file string) bool {
	return slices.ContainsFunc(e.excluded, func(pattern string) bool { return globMatches(strings.TrimPrefix(pattern, "./"), file) })
}

// The names of files that Dependabot looks into.
var (
	dockerfileName = text.Regexp(`(?i)(docker|container)file`)
	composeName    = text.Regexp(`(?i)(docker-)?compose(-\w+)?(\.[\w-]+)?\.ya?ml`)
	yamlName       = text.Regexp(`(?i)^[^.].*\.ya?ml$`)
)

// Ecosystems returns the package ecosystems of Dependabot that update such a file,
// the usual one first; none where Dependabot cannot.
func Ecosystems(file string, what What) []string {
	base := path.Base(file)
	switch {
	case what == Dockerfile && dockerfileName().MatchString(base), what == Manifest && yamlName().MatchString(base):
		return []string{"docker"}
	case what == Compose && composeName().MatchString(base):
		return []string{"docker-compose"}
	case what == HelmValues && yamlName().MatchString(base):
		return []string{"helm", "docker"}
	case what == Action:
		return []string{"github-actions"}
	}
	return nil
}

// DependabotDirectory is the directory that an entry has to list for a file:
// "/web" for web/Dockerfile. Workflows belong to "/".
func DependabotDirectory(file string, what What) string {
	dir := path.Dir(file)
	if what == Action && dir == ".github/workflows" {
		return "/"
	}
	return path.Join("/", dir)
}

// globMatches matches a path against a pattern in which * stands for a part of a
// name and ** for any number of names, none among them.
func globMatches(pattern, p string) bool {
	return matchNames(strings.Split(pattern, "/"), strings.Split(p, "/"), new(int))
}

// maxSteps bounds the work of one match: no honest pattern comes near.
const maxSteps = 10_000

func matchNames(pattern, names []string, steps *int) bool {
	if *steps++; *steps > maxSteps {
		return false
	}
	if len(pattern) == 0 {
		return len(names) == 0
	}
	if pattern[0] == "**" {
		if len(pattern) == 1 {
			return true
		}
		for i := range len(names) + 1 {
			if matchNames(pattern[1:], names[i:], steps) {
				return true
			}
		}
		// "/**/*" is written for all directories, the first one among them.
		return len(pattern) == 2 && pattern[1] == "*"
	}
	if len(names) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], names[0])
	return ok && err == nil && matchNames(pattern[1:], names[1:], steps)
}
