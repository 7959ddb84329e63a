package updates

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/workflow"
)

// What is a kind of place that names an image or an action, as the bots tell them
// apart.
type What int

// The kinds of places.
const (
	Dockerfile     What = iota // images in a Dockerfile
	Compose                    // images in a Compose file
	Manifest                   // images in a Kubernetes manifest
	Kustomization              // images that a kustomization sets
	HelmValues                 // images in the values of a chart
	Action                     // actions and workflows that GitHub workflows use
	WorkflowImage              // images in GitHub workflows and actions
	GitLabPipeline             // images in GitLab pipelines
)

// String names the places for people, in the plural: "Dockerfiles".
func (w What) String() string {
	return [...]string{"Dockerfiles", "Compose files", "Kubernetes manifests", "kustomizations", "Helm values", "actions in workflows", "images in workflows", "GitLab pipelines"}[w]
}

// ImagesIn is the kind of place that the images of a file are in.
func ImagesIn(f *fixer.File) What {
	if f == nil {
		return Dockerfile
	}
	switch f.Kind {
	case fixer.Compose:
		return Compose
	case fixer.Kubernetes:
		return Manifest
	case fixer.Kustomize:
		return Kustomization
	case fixer.Helm:
		return HelmValues
	case fixer.Workflow:
		if f.Workflow != nil && f.Workflow.Kind == workflow.Pipeline {
			return GitLabPipeline
		}
		return WorkflowImage
	}
	return Dockerfile
}

// A Keeper is a bot that keeps the pins of a file fresh.
type Keeper struct {
	Bot  Bot
	File string // its configuration
	Line int    // where that says so; 0 when it says so by what it does not disable
	what What
}

// A Bot is an update bot.
type Bot string

// The bots that are known.
const (
	Renovate   Bot = "Renovate"
	Dependabot Bot = "Dependabot"
)

// Evidence is that the bot updates such a file.
func (k Keeper) Evidence() fixer.Evidence {
	place := k.File
	if k.Line > 0 {
		place += ":" + strconv.Itoa(k.Line)
	}
	return fixer.Evidence{Kind: fixer.FromRepository, Place: place, Text: string(k.Bot) + " keeps " + k.what.String() + " up to date, digests included"}
}

// Keeps returns the bot that updates what a file pins.
func Keeps(p *fixer.Pass, file string, what What) (Keeper, bool) {
	return In(p).Keeps(file, what)
}

// In returns what is configured in the repository that a pass looks at. It is
// shared and must not be changed.
func In(p *fixer.Pass) *Configuration { return configuration.Of(p) }

var configuration = fixer.NewIndex(
	func(f *fixer.File) bool { return f.Kind == fixer.Updates },
	func(files []*fixer.File) *Configuration {
		c := &Configuration{}
		for _, f := range files {
			c.Files = append(c.Files, read(f))
		}
		slices.SortStableFunc(c.Files, func(a, b *File) int {
			return cmp.Or(strings.Compare(a.Base, b.Base), cmp.Compare(a.order, b.order))
		})
		return c
	})

// A Configuration is that of all bots in a repository.
type Configuration struct {
	Files []*File // sorted by their bases, and for one base as the bots prefer them

	known sync.Map // *Keeper or nil, by question
}

type question struct {
	file string
	what What
}

// Keeps returns the bot that updates what a file pins.
func (c *Configuration) Keeps(file string, what What) (Keeper, bool) {
	q := question{file, what}
	k, asked := c.known.Load(q)
	if !asked {
		var found *Keeper
		if keeper, ok := c.find(q); ok {
			found = &keeper
		}
		k, _ = c.known.LoadOrStore(q, found)
	}
	if keeper := k.(*Keeper); keeper != nil {
		return *keeper, true
	}
	return Keeper{}, false
}

func (c *Configuration) find(q question) (Keeper, bool) {
	seen := map[string]bool{}
	for _, f := range c.Files {
		if f.Bot == Renovate {
			if seen[f.Base] { // Renovate reads the first one only
				continue
			}
			seen[f.Base] = true
		}
		rel, below := relative(f.Base, q.file)
		if !below {
			continue
		}
		if line, ok := f.keeps(rel, q.what); ok {
			return Keeper{f.Bot, f.Path, line, q.what}, true
		}
	}
	return Keeper{}, false
}

// File returns the configuration of a bot at the top of the repository, or nil.
func (c *Configuration) File(bot Bot) *File {
	for _, f := range c.Files {
		if f.Bot == bot && f.Base == "." {
			return f
		}
	}
	return nil
}

// A File is the configuration of one bot.
type File struct {
	Path   string
	Bot    Bot
	Base   string // the directory of the repository that it is for, "." for the root
	Broken bool   // it cannot be read

	order int
	keeps func(file string, what What) (line int, ok bool)
	off   func(file string, what What) (line int, ok bool) // nil for Renovate
}

// Off reports whether an entry of Dependabot is about a file and switched off, and
// in which line it begins: a second one of the same kind would be an error.
func (f *File) Off(file string, what What) (line int, ok bool) {
	rel, below := relative(f.Base, file)
	if !below || f.off == nil {
		return 0, false
	}
	return f.off(rel, what)
}

// places is where Renovate looks for its configuration, in its order.
var places = []string{"renovate.json", "renovate.jsonc", "renovate.json5",
	".github/renovate.json", ".github/renovate.jsonc", ".github/renovate.json5",
	".gitlab/renovate.json", ".gitlab/renovate.jsonc", ".gitlab/renovate.json5",
	".renovaterc", ".renovaterc.json", ".renovaterc.jsonc", ".renovaterc.json5", "package.json"}

// read reads a configuration, once for each version of the file.
func read(f *fixer.File) *File { return readOnce.Of(f) }

var readOnce = fixer.Derive(func(f *fixer.File) *File {
	out := &File{Path: f.Path, Bot: Renovate, Base: path.Dir(f.Path)}
	if name := path.Base(out.Base); name == ".github" || name == ".gitlab" {
		out.Base = path.Dir(out.Base)
	}
	if f.YAML != nil {
		out.Bot = Dependabot
		config := readDependabot(f.YAML)
		out.keeps, out.off = config.keeps, config.off
		return out
	}
	rel, _ := relative(out.Base, f.Path)
	out.order = slices.Index(places, rel)
	config, err := readRenovate(f.Path, f.Data)
	if err != nil {
		out.Broken = true
		out.keeps = func(string, What) (int, bool) { return 0, true }
		return out
	}
	out.keeps = config.keeps
	return out
})

// relative returns a path relative to a directory, and whether it lies below it.
func relative(dir, p string) (string, bool) {
	if dir == "." {
		return p, true
	}
	return strings.CutPrefix(p, dir+"/")
}
