package workflow

import (
	"errors"
	"slices"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Kind is what a file is to its platform.
type Kind string

// The kinds of files.
const (
	Workflow Kind = "GitHub workflow"
	Action   Kind = "GitHub action"   // the metadata of an action
	Pipeline Kind = "GitLab pipeline" // or a part of one that others include
)

// A File is one workflow, action or pipeline. It is immutable.
type File struct {
	Kind   Kind
	Jobs   int      // how many there are; 0 for an action
	Uses   []*Use   // actions and reusable workflows
	Images []*Image // images of jobs, services, steps and actions

	// Dockerfile is what an action is built from each time it runs, relative to its own
	// directory, "" for others.
	Dockerfile string

	sets   []Variable
	builds []Build
}

// An Image is a place that names an image.
type Image struct {
	Node *yamldoc.Node // the scalar that is written
	Doc  int           // the document it is in
	Path yamldoc.Path  // of the scalar

	// Prefix stands before the name in the scalar: "docker://", or nothing.
	Prefix string

	// Name is the image, as it is written; it may hold an expression.
	Name string

	// Role says what the image is for: `job "test"`, `service "db" of job "test"`.
	Role string

	// Shared is the value of a matrix that the scalar is, where the job also reads it
	// for something else, or the matrix compares it with another: "matrix.image".
	Shared string
}

// errUnknown says that a file is none of those that are known.
var errUnknown = errors.New("neither a workflow, nor an action, nor a pipeline: it has no jobs and no runs")

// Parse finds what a file takes from elsewhere. A file that is none of the kinds
// is refused.
func Parse(y *yamldoc.File) (*File, error) {
	kind, ok := KindOf(y)
	if !ok {
		return nil, errUnknown
	}
	r := &reader{file: &File{Kind: kind}, yaml: y, seen: map[*yamldoc.Node]bool{}, set: map[string]bool{}}
	for i, doc := range y.Docs {
		r.doc = i
		switch kind {
		case Workflow:
			r.workflow(doc.Root)
		case Action:
			r.action(doc.Root)
		case Pipeline:
			r.pipeline(doc.Root)
		}
	}
	slices.SortFunc(r.file.Uses, func(a, b *Use) int { return a.Node.Start - b.Node.Start })
	slices.SortFunc(r.file.Images, func(a, b *Image) int { return a.Node.Start - b.Node.Start })
	return r.file, nil
}

// KindOf says what a file is by what it holds.
func KindOf(y *yamldoc.File) (Kind, bool) {
	for _, doc := range y.Docs {
		root := doc.Root.Resolve()
		switch {
		case !root.Is(yamldoc.Mapping):
			continue
		case root.Get("jobs").Is(yamldoc.Mapping):
			return Workflow, true
		case root.Get("runs").Get("using") != nil:
			return Action, true
		case isPipeline(root):
			return Pipeline, true
		}
	}
	return "", false
}

// isPipeline reports whether a mapping has jobs or settings as GitLab has them.
func isPipeline(root *yamldoc.Node) bool {
	for key, value := range root.All() {
		if settings[key] || isJob(value) {
			return true
		}
	}
	return false
}

func isJob(n *yamldoc.Node) bool {
	return !n.Get("script").Null() || !n.Get("trigger").Null() || !n.Get("extends").Null() || !n.Get("image").Null() || !n.Get("services").Null() ||
		!n.Get("before_script").Null() || !n.Get("stage").Null()
}

// reader collects what one file names.
type reader struct {
	file *File
	yaml *yamldoc.File
	doc  int
	seen map[*yamldoc.Node]bool
	set  map[string]bool // variables
}

// image notes the scalar of an image, or the one that a mapping has under a key.
func (r *reader) image(n *yamldoc.Node, key, prefix, role string) {
	if n.Is(yamldoc.Mapping) {
		n = n.Get(key)
	}
	n = n.Resolve()
	name, ok := n.Str()
	if !ok || name == "" || r.seen[n] {
		return
	}
	r.seen[n] = true
	r.file.Images = append(r.file.Images, &Image{Node: n, Doc: r.doc, Path: n.Path(), Prefix: prefix, Name: name[len(prefix):], Role: role})
}
