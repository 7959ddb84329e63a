package fixer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kustomize"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/workflow"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A File is one file of a snapshot with its parsed form. It is immutable; the
// form for its Kind is set, unless Skip says why there is none.
type File struct {
	Path    string
	Kind    Kind
	Data    []byte
	Skip    *Skip
	Context bool // read as evidence only; findings in it are not reported

	// Git says whether git tracks an environment file.
	Git buildcontext.GitState

	// Generated says why the file is taken for one that a tool writes, "" for all
	// others. What is found in it is reported; nothing in it is edited.
	Generated string

	// Was is the file as it was read, where fixes have changed it since; nil
	// for one that is as it was, or new.
	Was *File

	Dockerfile *dockerfile.File
	YAML       *yamldoc.File
	Compose    *compose.File
	Objects    []*kube.Object
	Ignore     *buildcontext.Ignore
	Workflow   *workflow.File

	derived      memo
	relevance    relevance
	lines        func() *text.Lines
	suppressions func() []Suppression
	buildkit     func() (buildkit.Report, error)
	podLevels    func() []PodLevel
	embedded     func() []*Embedded
	origin       func(*yamldoc.Node) string // of a rendering; nil for a file as it stands
}

// PlaceOf says where a node of the file is written: mostly the file and a line.
// What a kustomization writes is in its own files.
func (f *File) PlaceOf(n *yamldoc.Node) string {
	if f.origin != nil {
		if place := f.origin(n); place != "" {
			return place
		}
	}
	return f.Path + ":" + strconv.Itoa(n.Line)
}

// Lines returns the file's line table.
func (f *File) Lines() *text.Lines { return f.lines() }

// BuildKit returns what BuildKit's own checks report of a Dockerfile. They run once
// for each version of a file.
func (f *File) BuildKit() (buildkit.Report, error) {
	return f.buildkit()
}

// newFile parses a source. A file that does not parse becomes a skipped file:
// a state of that file, never an error of the run.
func newFile(src Source) *File {
	f := &File{Path: src.Path, Kind: src.Kind, Data: src.Data, Skip: src.Skip, Context: src.Context, Git: src.Git, Generated: src.Generated}
	f.lines = sync.OnceValue(func() *text.Lines { return text.NewLines(f.Data) })
	f.suppressions = sync.OnceValue(func() []Suppression {
		out := findSuppressions(f)
		for _, e := range f.Embedded() {
			out = append(out, e.suppressions()...)
		}
		return out
	})
	f.podLevels = sync.OnceValue(f.evaluatePods)
	f.embedded = sync.OnceValue(func() []*Embedded { return findEmbedded(f) })
	f.buildkit = sync.OnceValues(func() (buildkit.Report, error) {
		return buildkit.Check(context.Background(), f.Dockerfile)
	})
	if f.Skip == nil {
		f.Skip = f.parse()
	}
	return f
}

func (f *File) parse() *Skip {
	if f.Kind == Dockerignore { // an empty one excludes nothing, which is legal
		var err error
		if f.Ignore, err = buildcontext.ParseIgnore(f.Data); err != nil {
			return unparsable(err)
		}
		return nil
	}
	if f.Kind == GitIgnore {
		return nil
	}
	if len(bytes.TrimSpace(f.Data)) == 0 {
		return &Skip{SkipEmpty, "the file is empty"}
	}
	var err error
	switch f.Kind {
	case Dockerfile:
		f.Dockerfile, err = dockerfile.Parse(f.Data)
	case Compose:
		if f.YAML, err = yamldoc.Parse(f.Data); err == nil {
			f.Compose, err = compose.Parse(f.YAML)
		}
	case Workflow:
		if f.YAML, err = yamldoc.Parse(f.Data); err == nil {
			f.Workflow, err = workflow.Parse(f.YAML)
		}
	case Updates: // the bot's own reader knows the JSON of it
		if ext := path.Ext(f.Path); ext == ".yml" || ext == ".yaml" {
			f.YAML, err = yamldoc.Parse(f.Data)
		}
	case Policy:
		f.YAML, err = yamldoc.Parse(f.Data)
	case Kubernetes:
		if f.YAML, err = yamldoc.ParseWhere(f.Data, kube.Relevant); err == nil {
			f.Objects = kube.Parse(f.YAML)
		}
	}
	if err != nil {
		return unparsable(err)
	}
	return nil
}

// Suppressions returns the comments of the file that suppress findings,
// in their order.
func (f *File) Suppressions() []Suppression { return f.suppressions() }

// services returns the Kubernetes Services of a file.
func (f *File) services() []*kube.Object {
	if f == nil || f.Kind != Kubernetes {
		return nil
	}
	var out []*kube.Object
	for _, o := range f.Objects {
		if o.Kind == "Service" && o.Group() == "" {
			out = append(out, o)
		}
	}
	return out
}

// An imageUse is an image of a workload, without tag and digest, and the ports that its
// container says it listens on.
type imageUse struct {
	name  string
	whole bool // a workload runs it: not only a part of one names it
	ports []int
}

func (u imageUse) same(other imageUse) bool {
	return u.name == other.name && u.whole == other.whole && slices.Equal(u.ports, other.ports)
}

// images returns the images of the workloads of a manifest.
func (f *File) images() []imageUse {
	if f == nil || f.Kind != Kubernetes {
		return nil
	}
	var out []imageUse
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil {
			continue
		}
		for _, c := range w.Containers() {
			if name := topology.Repository(c.Image); name != "" {
				use := imageUse{name: name, whole: !w.Partial}
				for _, p := range c.Node.Get("ports").List() {
					if n, ok := p.Get("containerPort").Int(); ok {
						use.ports = append(use.ports, int(n))
					}
				}
				out = append(out, use)
			}
		}
	}
	return out
}

func unparsable(err error) *Skip {
	return &Skip{SkipSyntax, "cannot be parsed: " + text.VisibleLine(strings.TrimSuffix(err.Error(), "."))}
}

// Reportable reports whether findings can be in the file: it was selected, and is
// of a kind that is checked.
func (f *File) Reportable() bool { return !f.Context && (f.Kind.Checked() || f.Skip != nil) }

// A Snapshot is the files of a repository at one moment. It is immutable and
// safe for concurrent use.
type Snapshot struct {
	files    map[string]*File
	paths    []string
	tree     *buildcontext.Tree // nil when names were not collected
	topology func() *topology.Topology
	overlays func() *kustomize.Project
	indexes  indexes

	servicesOnce sync.Once
	services     *Services
}

// NewSnapshot parses sources, in parallel. Of two sources with one path the
// first counts. Names are those of all files that were seen, sources among
// them; without them nothing is known of what a build is sent.
func NewSnapshot(sources []Source, names ...Name) *Snapshot {
	parsed := make([]*File, len(sources))
	ForEach(len(sources), func(i int) { parsed[i] = newFile(sources[i]) })

	files := make(map[string]*File, len(parsed))
	for _, f := range parsed {
		if _, twice := files[f.Path]; !twice {
			files[f.Path] = f
		}
	}
	s := &Snapshot{files: files, paths: slices.Sorted(maps.Keys(files))}
	if len(names) > 0 {
		s.tree = buildcontext.NewTree(names)
	}
	s.buildTopology()
	s.readKustomizations()
	return s
}

func (s *Snapshot) readKustomizations() {
	s.overlays = sync.OnceValue(func() *kustomize.Project {
		files := map[string][]byte{}
		for f := range s.Files() {
			if f.Kind == Kustomize && f.Data != nil {
				files[f.Path] = f.Data
			}
		}
		return kustomize.New(files)
	})
}

// Renderings returns the objects of a manifest as the kustomizations of the
// repository build them, worked out once for each version of the file; none for a
// manifest that is only used as it stands.
func (s *Snapshot) Renderings(f *File) []*kustomize.Rendering {
	project := s.overlays()
	if f.Kind != Kubernetes || len(f.Objects) == 0 || !project.Lists(f.Path) {
		return nil
	}
	return once(&f.derived, project, func() []*kustomize.Rendering { return project.Renderings(f.Path, f.Objects) })
}

// ListedBy returns the kustomizations that have a manifest among their resources,
// sorted by path.
func (s *Snapshot) ListedBy(manifest string) []string { return s.overlays().ListedBy(manifest) }

// Applied reports whether a manifest is applied as far as the repository tells: one
// that only a Component of Kustomize lists is where a kustomization uses that.
func (s *Snapshot) Applied(manifest string) bool { return s.overlays().Applied(manifest) }

// Forms returns the pod template of an object as it is used: in each form in
// which kustomizations build it, or else as it stands. It is empty for an object
// without one, and for one that no kustomization keeps.
func (s *Snapshot) Forms(f *File, object int) []*kube.Workload {
	var out []*kube.Workload
	add := func(o *kube.Object) {
		if o != nil && o.Workload() != nil && !slices.Contains(out, o.Workload()) {
			out = append(out, o.Workload())
		}
	}
	renderings := s.Renderings(f)
	for _, r := range renderings {
		add(r.Objects[object])
	}
	if len(renderings) == 0 {
		add(f.Objects[object])
	}
	return out
}

func (s *Snapshot) buildTopology() {
	s.topology = sync.OnceValue(func() *topology.Topology { return topology.New(s.topologyInput()) })
}

// With returns a snapshot in which path holds data; a path that was not there
// is created with the given kind. Files that did not change are shared.
func (s *Snapshot) With(path string, kind Kind, data []byte) *Snapshot {
	return s.WithFiles(s.Next(Source{Path: path, Kind: kind, Data: data}))
}

// Next returns the source as the next version of its file in s: an old file
// keeps its kind. It is parsed, but not part of any snapshot yet ([Snapshot.WithFiles]).
func (s *Snapshot) Next(src Source) *File {
	old := s.files[src.Path]
	if old == nil {
		return newFile(src)
	}
	src.Kind, src.Context, src.Generated = old.Kind, old.Context, old.Generated
	if src.Kind == Kustomize {
		src.Skip = old.Skip // it stays one that is read for what it changes
	}
	file := newFile(src)
	file.Was = cmp.Or(old.Was, old)
	return file
}

// WithFiles returns a snapshot in which the given files, made by
// [Snapshot.Next], stand in place of those of their paths.
func (s *Snapshot) WithFiles(files ...*File) *Snapshot {
	next := &Snapshot{files: maps.Clone(s.files), paths: s.paths, tree: s.tree, topology: s.topology, overlays: s.overlays}
	next.indexes.previous = s.indexes.inherited()
	redraw, reread := false, false
	for _, file := range files {
		old := s.files[file.Path]
		next.files[file.Path] = file
		redraw = redraw || file.Kind == Dockerfile || file.Kind == Compose || file.Kind == Dockerignore || len(old.services())+len(file.services()) > 0 ||
			file.Workflow != nil || !slices.EqualFunc(old.images(), file.images(), imageUse.same)
		reread = reread || file.Kind == Kustomize
	}
	if len(next.files) != len(s.files) {
		next.paths = slices.Sorted(maps.Keys(next.files))
	}
	if redraw { // what other files link to did not change otherwise
		next.buildTopology()
	}
	if reread {
		next.readKustomizations()
	}
	return next
}

// File returns the file at path, or nil.
func (s *Snapshot) File(path string) *File { return s.files[path] }

// Files yields every file, skipped ones too, sorted by path.
func (s *Snapshot) Files() iter.Seq[*File] {
	return func(yield func(*File) bool) {
		for _, p := range s.paths {
			if !yield(s.files[p]) {
				return
			}
		}
	}
}

// Len returns the number of files.
func (s *Snapshot) Len() int { return len(s.paths) }

// Names returns the names of all files that were seen, sorted by path. A file
// that a fix made is not among them.
func (s *Snapshot) Names() []Name { return s.tree.Names() }

// isOutside reports whether a path lies in a directory that was not selected. One that is not
// there yet belongs to the nearest one above that is.
func (s *Snapshot) isOutside(p string) bool {
	for at := path.Dir(p); ; at = path.Dir(at) {
		if dir, ok := s.tree.Name(at); ok {
			return dir.Outside
		}
		if at == "." || at == "/" {
			return false
		}
	}
}

// Topology returns which Dockerfile builds the image that runs where.
func (s *Snapshot) Topology() *topology.Topology { return s.topology() }

func (s *Snapshot) topologyInput() topology.Input {
	in := topology.Input{
		Dockerfiles:  map[string]*dockerfile.File{},
		Compose:      map[string]*compose.File{},
		Services:     map[string][]*kube.Object{},
		Names:        s.tree,
		Ignores:      map[string]*buildcontext.Ignore{},
		Inline:       map[*yamldoc.Node]*dockerfile.File{},
		Images:       map[string]topology.ImageUse{},
		Environments: map[string]map[string]compose.Given{},
	}
	for f := range s.Files() {
		if services := f.services(); len(services) > 0 {
			in.Services[f.Path] = services
		}
		for _, use := range f.images() {
			known := in.Images[use.name]
			in.Images[use.name] = topology.ImageUse{Whole: known.Whole || use.whole, Ports: append(known.Ports, use.ports...)}
		}
		if f.Workflow != nil {
			for _, b := range f.Workflow.Builds() {
				in.Named = append(in.Named, topology.Named{Image: b.Image, Dockerfile: b.Dockerfile, Target: b.Target, Place: f.Path + ":" + strconv.Itoa(b.Line)})
			}
		}
		in.Named = append(in.Named, f.artifacts()...)
		switch {
		case f.Dockerfile != nil:
			in.Dockerfiles[f.Path] = f.Dockerfile
		case f.Compose != nil:
			in.Compose[f.Path] = f.Compose
			for _, e := range f.Embedded() {
				in.Inline[e.text] = e.File.Dockerfile
			}
		case f.Kind == Dockerignore:
			in.Ignores[f.Path] = f.Ignore
		case f.Kind == Environment && f.Context && f.Skip == nil:
			addGiven(in.Environments, f)
		}
	}
	return in
}

// addGiven adds what an environment file gives to variables, as far as it is kept: .env, which
// Compose reads by itself, and what people copy to it, where there is none.
func addGiven(to map[string]map[string]compose.Given, f *File) {
	dir, base := path.Dir(f.Path), path.Base(f.Path)
	if base != ".env" && !sampleEnvironment().MatchString(base) {
		return
	}
	for _, v := range compose.Environment(f.Data) {
		if v.Value() == "" {
			continue
		}
		if to[dir] == nil {
			to[dir] = map[string]compose.Given{}
		}
		if _, known := to[dir][v.Name]; !known || base == ".env" {
			to[dir][v.Name] = compose.Given{Value: v.Value(), Place: fmt.Sprintf("%s:%d", f.Path, v.Line)}
		}
	}
}

var sampleEnvironment = text.Regexp(`(example|sample|template|dist|default)`)
