package updates

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// renovate is a configuration of Renovate.
type renovate struct {
	root *yamldoc.Node
	off  bool
}

// A manager of Renovate is what reads one kind of place.
type manager struct {
	name    string
	source  string   // the data source that it asks
	pattern []string // of files, as Renovate has them by default
}

var managers = map[What]manager{
	Dockerfile:     {"dockerfile", "docker", []string{`/(^|/|\.)([Dd]ocker|[Cc]ontainer)file$/`, `/(^|/)([Dd]ocker|[Cc]ontainer)file[^/]*$/`}},
	Compose:        {"docker-compose", "docker", []string{`/(^|/)(?:docker-)?compose[^/]*\.ya?ml$/`}},
	Manifest:       {"kubernetes", "docker", nil},
	Kustomization:  {"kustomize", "docker", []string{`/(^|/)kustomization\.ya?ml$/`}},
	HelmValues:     {"helm-values", "docker", []string{`/(^|/)values\.ya?ml$/`}},
	Action:         {"github-actions", "github-tags", workflowPatterns},
	WorkflowImage:  {"github-actions", "docker", workflowPatterns},
	GitLabPipeline: {"gitlabci", "docker", []string{`/\.gitlab-ci\.ya?ml$/`}},
}

var workflowPatterns = []string{`/(^|/)(workflow-templates|\.(?:github|gitea|forgejo)/(?:workflows|actions))/.+\.ya?ml$/`, `/(^|/)action\.ya?ml$/`}

// testsIgnored are the paths that Renovate's recommended presets leave out.
var testsIgnored = []string{"**/node_modules/**", "**/bower_components/**", "**/vendor/**", "**/examples/**", "**/__tests__/**", "**/test/**", "**/tests/**", "**/__fixtures__/**"}

// presetsIgnoringTests are the presets that have these among their settings.
var presetsIgnoringTests = []string{":ignoreModulesAndTests", "config:base", "config:recommended", "config:best-practices", "config:js-app", "config:js-lib", "config:semverAllMonthly", "config:semverAllWeekly"}

var errNoObject = errors.New("not a JSON object")

func readRenovate(file string, data []byte) (renovate, error) {
	plain, err := plainJSON(data)
	if err != nil {
		return renovate{}, err
	}
	f, err := yamldoc.Parse(plain)
	if err != nil {
		return renovate{}, err
	}
	root := f.Docs[0].Root
	if path.Base(file) == "package.json" {
		root = root.Get("renovate")
	}
	if !root.Is(yamldoc.Mapping) {
		return renovate{}, errNoObject
	}
	off := root.Get("enabled").IsFalse() || slices.Contains(root.Get("extends").Texts(), ":disableRenovate")
	return renovate{root, off}, nil
}

func (r renovate) keeps(file string, what What) (line int, ok bool) {
	m := managers[what]
	own := r.root.Get(m.name)
	only := r.root.Get("enabledManagers")
	switch {
	case r.off, own.Get("enabled").IsFalse(), m.source == "docker" && r.root.Get("docker").Get("enabled").IsFalse():
		return 0, false
	case only.Len() > 0 && !slices.Contains(only.Texts(), m.name):
		return 0, false
	case !r.reads(file, m, own), r.ignores(file), r.disabled(file, m):
		return 0, false
	case own.Len() > 0:
		return own.KeyOrSelf().Line, true
	case only.Len() > 0:
		return only.KeyOrSelf().Line, true
	}
	return 0, true
}

// reads reports whether the manager looks into such a file.
func (r renovate) reads(file string, m manager, own *yamldoc.Node) bool {
	if slices.ContainsFunc(m.pattern, func(p string) bool { return patternMatches(p, file) }) {
		return true
	}
	for _, n := range own.Get("managerFilePatterns").ListOrOne() {
		if patternMatches(n.Text(), file) {
			return true
		}
	}
	for _, n := range own.Get("fileMatch").ListOrOne() { // as it was called before
		if patternMatches("/"+n.Text()+"/", file) {
			return true
		}
	}
	return false
}

// ignores reports whether the configuration leaves a file out by its path.
func (r renovate) ignores(file string) bool {
	ignored := r.root.Get("ignorePaths").Texts()
	if r.root.Get("ignorePaths").Null() && slices.ContainsFunc(r.root.Get("extends").ListOrOne(), func(n *yamldoc.Node) bool {
		return slices.Contains(presetsIgnoringTests, n.Text())
	}) {
		ignored = testsIgnored
	}
	if slices.ContainsFunc(ignored, func(p string) bool { return p != "" && (strings.Contains(file, p) || globMatches(p, file)) }) {
		return true
	}
	included := r.root.Get("includePaths").Texts()
	return len(included) > 0 && !slices.ContainsFunc(included, func(p string) bool { return p == file || globMatches(p, file) })
}

// matches reports whether a list of a package rule has something that matches, or is
// not there.
func matches(rule *yamldoc.Node, key string, match func(string) bool) bool {
	list := rule.Get(key)
	return list.Null() || slices.ContainsFunc(list.Texts(), match)
}

// disabled reports whether package rules disable updates of digests by the manager.
// Of several rules the last one counts. A rule for some packages only says nothing
// of the others.
func (r renovate) disabled(file string, m manager) bool {
	disabled := slices.ContainsFunc(r.root.Get("extends").ListOrOne(), func(n *yamldoc.Node) bool {
		return n.Text() == ":disableDigestUpdates" || n.Text() == "docker:disable" && m.source == "docker"
	}) || r.root.Get("digest").Get("enabled").IsFalse()
	for _, rule := range r.root.Get("packageRules").List() {
		enabled, says := rule.Get("enabled").Bool()
		if !says || !rulesAll(rule) {
			continue
		}
		about := matches(rule, "matchManagers", func(s string) bool { return s == m.name }) &&
			matches(rule, "matchDatasources", func(s string) bool { return s == m.source }) &&
			matches(rule, "matchUpdateTypes", func(s string) bool { return s == "digest" }) &&
			matches(rule, "matchFileNames", func(s string) bool { return patternMatches(s, file) }) &&
			matches(rule, "matchPackageNames", func(s string) bool { return s == "*" || s == "**" })
		if about {
			disabled = !enabled
		}
	}
	return disabled
}

// rulesAll reports whether all conditions of a package rule are of those that are
// understood.
func rulesAll(rule *yamldoc.Node) bool {
	for key := range rule.All() {
		if (strings.HasPrefix(key, "match") || strings.HasPrefix(key, "exclude")) &&
			!slices.Contains([]string{"matchManagers", "matchDatasources", "matchUpdateTypes", "matchFileNames", "matchPackageNames"}, key) {
			return false
		}
	}
	return true
}

// patternMatches matches a path against a pattern of Renovate: an expression
// between slashes, or else a glob. An expression that Go cannot read counts as one
// that matches.
func patternMatches(pattern, file string) bool {
	expr, isRegexp := strings.CutPrefix(pattern, "/")
	if !isRegexp {
		return globMatches(pattern, file)
	}
	flags := ""
	if rest, ok := strings.CutSuffix(expr, "/i"); ok {
		expr, flags = rest, "(?i)"
	}
	re, err := regexp.Compile(flags + strings.TrimSuffix(expr, "/"))
	return err != nil || re.MatchString(file)
}

// RenovateDefault says whether Renovate reads such a file without being told to, and
// whether its recommended preset leaves it out by its path.
func RenovateDefault(file string, what What) (reads, ignores bool) {
	recommended := func(p string) bool { return globMatches(p, file) }
	return slices.ContainsFunc(managers[what].pattern, func(p string) bool { return patternMatches(p, file) }), slices.ContainsFunc(testsIgnored, recommended)
}
