package cross

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/updates"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

const (
	dependabotPath = ".github/dependabot.yml"
	renovatePath   = "renovate.json"

	botBreaks = "%s opens pull requests every week. If nobody merges them, the pins stay as old as they are"
)

// dependabotFile is the configuration of Dependabot at the top of the repository,
// or nil.
func dependabotFile(p *fixer.Pass) *fixer.File {
	for _, name := range []string{dependabotPath, ".github/dependabot.yaml"} {
		if f := p.Snapshot.File(name); f != nil {
			return f
		}
	}
	return nil
}

// A lookup is an entry of Dependabot: where it looks for what.
type lookup struct {
	ecosystem   string
	directories []string
}

// maxDirectories bounds how many directories an entry lists; beyond, it is told to
// look everywhere.
const maxDirectories = 8

// lookups returns the entries that pins need, sorted by ecosystem.
func (l pinList) lookups() []lookup {
	dirs := map[string]map[string]bool{}
	for _, n := range l {
		ecosystem := updates.Ecosystems(n.file, n.what)[0]
		if dirs[ecosystem] == nil {
			dirs[ecosystem] = map[string]bool{}
		}
		dirs[ecosystem][updates.DependabotDirectory(n.file, n.what)] = true
	}
	var out []lookup
	for _, ecosystem := range slices.Sorted(maps.Keys(dirs)) {
		list := slices.Sorted(maps.Keys(dirs[ecosystem]))
		if len(list) > maxDirectories || slices.ContainsFunc(list, func(d string) bool { return strings.ContainsAny(d, "*?[]{}\\") }) {
			list = []string{"/", "/**/*"}
		}
		out = append(out, lookup{ecosystem, list})
	}
	return out
}

// entry is a lookup as dependabot.yml has it: updates are a week old before they
// are proposed, and come in one pull request.
func (l lookup) entry() yamldoc.Map {
	where := yamldoc.Pair{Key: "directory", Value: l.directories[0]}
	if len(l.directories) > 1 {
		list := make([]any, len(l.directories))
		for i, d := range l.directories {
			list[i] = d
		}
		where = yamldoc.Pair{Key: "directories", Value: list}
	}
	group := "images"
	if l.ecosystem == "github-actions" {
		group = "actions"
	}
	return yamldoc.Map{
		{Key: "package-ecosystem", Value: l.ecosystem},
		where,
		{Key: "schedule", Value: yamldoc.Map{{Key: "interval", Value: "weekly"}}},
		{Key: "cooldown", Value: yamldoc.Map{{Key: "default-days", Value: 7}}},
		{Key: "groups", Value: yamldoc.Map{{Key: group, Value: yamldoc.Map{{Key: "patterns", Value: []any{"*"}}}}}},
	}
}

func ecosystems(list []lookup) string {
	var names []string
	for _, l := range list {
		names = append(names, l.ecosystem)
	}
	return strings.Join(names, ", ")
}

func createDependabot(pins pinList) fixer.Fix {
	list := pins.lookups()
	fix := dependabotFix(list)
	fix.Title = fmt.Sprintf("Create %s for %s", dependabotPath, ecosystems(list))
	fix.Edit = func(d *fixer.Draft) error {
		data, err := newDependabot(list)
		if err != nil {
			return err
		}
		d.Create(dependabotPath, fixer.Updates, data)
		return nil
	}
	return fix
}

// newDependabot writes a configuration by adding to an empty one.
func newDependabot(list []lookup) ([]byte, error) {
	const empty = "version: 2\nupdates:\n"
	f, err := yamldoc.Parse([]byte(empty))
	if err != nil {
		return nil, err
	}
	var ops []yamldoc.Op
	for _, l := range list {
		ops = append(ops, yamldoc.Append(yamldoc.P("updates"), l.entry()))
	}
	change, err := f.Docs[0].Edit(ops...)
	if err != nil {
		return nil, err
	}
	return text.Apply([]byte(empty), change.Edits)
}

func extendDependabot(pins pinList, config *fixer.File) fixer.Fix {
	list := pins.lookups()
	fix := dependabotFix(list)
	file := config.Path
	fix.Title = fmt.Sprintf("Add %s to %s", ecosystems(list), file)
	fix.Edit = func(d *fixer.Draft) error {
		doc := d.Snapshot.File(file).YAML.Docs[0]
		for _, l := range list {
			d.At(file).YAML(doc, yamldoc.Append(yamldoc.P("updates"), l.entry()))
		}
		return nil
	}
	return fix
}

func dependabotFix(list []lookup) fixer.Fix {
	return fixer.Fix{
		ID: "dependabot", Level: fixer.Review,
		Breaks: fmt.Sprintf(botBreaks, "Dependabot"),
		Verify: "pipx run check-jsonschema --builtin-schema vendor.dependabot " + dependabotPath + "\nprints `ok -- validation done`. After the merge, GitHub lists " + ecosystems(list) + " under Insights, Dependency graph, Dependabot",
	}
}

func createRenovate(pins pinList) fixer.Fix {
	return fixer.Fix{
		ID: "renovate", Title: "Create " + renovatePath, Level: fixer.Review,
		Breaks: fmt.Sprintf(botBreaks, "Renovate") + ". The Renovate app has to be installed for the repository",
		Verify: "npx --yes --package renovate -- renovate-config-validator " + renovatePath + "\nprints `Config validated successfully`",
		Edit: func(d *fixer.Draft) error {
			data, err := newRenovate(pins)
			if err != nil {
				return err
			}
			d.Create(renovatePath, fixer.Updates, data)
			return nil
		},
	}
}

// newRenovate writes a configuration that reads all files with pins.
func newRenovate(pins pinList) ([]byte, error) {
	type manager struct {
		Patterns []string `json:"managerFilePatterns"`
	}
	config := struct {
		Schema     string   `json:"$schema"`
		Extends    []string `json:"extends"`
		Ignored    []string `json:"ignorePaths,omitempty"`
		Dockerfile *manager `json:"dockerfile,omitempty"`
		Compose    *manager `json:"docker-compose,omitempty"`
		Kubernetes *manager `json:"kubernetes,omitempty"`
		GitLab     *manager `json:"gitlabci,omitempty"`
	}{
		Schema:  "https://docs.renovatebot.com/renovate-schema.json",
		Extends: []string{"config:recommended", "docker:pinDigests"},
	}
	for _, n := range pins {
		reads, ignores := updates.RenovateDefault(n.file, n.what)
		if ignores {
			config.Ignored = []string{"**/node_modules/**", "**/bower_components/**", "**/vendor/**"}
		}
		if n.what == updates.Action && !slices.Contains(config.Extends, pinActions) {
			config.Extends = append(config.Extends, pinActions)
		}
		into := map[updates.What]**manager{updates.Dockerfile: &config.Dockerfile, updates.Compose: &config.Compose, updates.Manifest: &config.Kubernetes, updates.GitLabPipeline: &config.GitLab}[n.what]
		if reads || into == nil {
			continue
		}
		if *into == nil {
			*into = &manager{}
		}
		pattern := "/^" + regexp.QuoteMeta(n.file) + "$/"
		if n.what == updates.Manifest && path.Ext(n.file) != ".json" { // manifests come and go
			pattern = `/^[^/]+\.ya?ml$/`
			if dir := path.Dir(n.file); dir != "." {
				pattern = "/^" + regexp.QuoteMeta(dir) + `/.+\.ya?ml$/`
			}
		}
		if !slices.Contains((*into).Patterns, pattern) {
			(*into).Patterns = append((*into).Patterns, pattern)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(config); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// pinActions is the preset that pins actions to commits.
const pinActions = "helpers:pinGitHubActionDigests"
