package topology

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Derivation is a stage that starts from an image which a Dockerfile of the
// repository builds.
type Derivation struct {
	Of    Build  // the stage that makes the image it starts from
	Path  string // of the Dockerfile that the stage stands in
	File  *dockerfile.File
	Stage *dockerfile.Stage

	Certain bool   // false: only the names match, or a variable decides
	Why     string // for people
}

// stageKey names a stage of the snapshot.
type stageKey struct {
	path  string
	index int
}

// Derived returns the stages that start from an image which a Dockerfile builds,
// sorted by file: those that need what a change of that Dockerfile may take away.
// An image is known by the name that a Compose file gives it, by further build
// contexts (additional_contexts) and build arguments that Compose files name, or,
// without certainty, by the name of its directory or Dockerfile.
func (t *Topology) Derived(file string) []Derivation {
	t.ask(Question{about: aboutDerived, of: file})
	out := t.derived[file]
	if t.onRead != nil {
		t.onRead(file)
		for _, d := range out {
			t.onRead(d.Path)
		}
	}
	return out
}

// BaseBuild returns the stage that makes the image from which a stage starts,
// where this repository builds it.
func (t *Topology) BaseBuild(file string, s *dockerfile.Stage) (Build, bool) {
	t.ask(Question{about: aboutBase, of: file, stage: s.Index})
	b, ok := t.bases[stageKey{file, s.Index}]
	if ok && t.onRead != nil {
		t.onRead(b.Path)
	}
	return b, ok
}

// derive finds all derivations.
func (t *Topology) derive() {
	t.derived, t.bases = map[string][]Derivation{}, map[stageKey]Build{}
	names := t.dockerfileNames()
	for _, file := range slices.Sorted(maps.Keys(t.in.Dockerfiles)) {
		f := t.in.Dockerfiles[file]
		if f == nil {
			continue
		}
		for _, s := range f.Stages {
			if s.Parent != nil {
				continue
			}
			for k, b := range t.basesOf(file, s, names) {
				if b.Path == file && b.Stage.Index >= s.Index || t.goesBackTo(b, file) {
					continue // an image is not made from itself
				}
				if k == 0 {
					t.bases[stageKey{file, s.Index}] = b
				}
				t.derived[b.Path] = append(t.derived[b.Path], Derivation{Of: b, Path: file, File: f, Stage: s, Certain: b.Certain, Why: b.Why})
			}
		}
	}
}

// goesBackTo reports whether the image of a build is made, by way of others of the
// repository, from one that a Dockerfile makes.
func (t *Topology) goesBackTo(b Build, file string) bool {
	for range len(t.in.Dockerfiles) {
		next, ok := t.bases[stageKey{b.Path, b.Stage.Root().Index}]
		if !ok {
			return false
		}
		if next.Path == file {
			return true
		}
		b = next
	}
	return true
}

// basesOf returns the builds that may make the image a stage starts from; the
// likeliest first.
func (t *Topology) basesOf(file string, s *dockerfile.Stage, names map[string][]string) []Build {
	var out []Build
	add := func(b Build, ok bool) {
		if ok && !slices.ContainsFunc(out, func(o Build) bool { return o.Stage == b.Stage }) {
			out = append(out, b)
		}
	}
	for _, v := range t.users[file] {
		build := v.Setting("build").Node
		if to, ok := entry(build.Get("additional_contexts"), s.BaseWord.Value); ok {
			add(t.contextBuild(v, to))
			continue
		}
		if ref := s.ImageWith(func(name string) (string, bool) { return entry(build.Get("args"), name) }); ref != "" {
			ref, certain := compose.Expand(ref)
			b, ok := t.namedBuild(ref, names)
			b.Certain = b.Certain && certain
			add(b, ok)
		}
	}
	if s.Image != "" {
		add(t.namedBuild(s.Image, names))
	}
	return out
}

// contextBuild returns the build that a further context of a service stands
// for.
func (t *Topology) contextBuild(v compose.View, to string) (Build, bool) {
	if name, ok := strings.CutPrefix(to, "service:"); ok {
		for _, o := range t.project.Views(v.File) {
			if o.Name == name {
				return t.ServiceBuild(o)
			}
		}
		return Build{}, false
	}
	if ref, ok := strings.CutPrefix(to, "docker-image://"); ok {
		return t.ImageBuild(ref)
	}
	return Build{}, false
}

// namedBuild is ImageBuild, and beyond that takes the name of a Dockerfile or of
// its directory for the end of the image's name.
func (t *Topology) namedBuild(ref string, names map[string][]string) (Build, bool) {
	quiet := *t
	quiet.onRead, quiet.onAsk = nil, nil
	if b, ok := quiet.ImageBuild(ref); ok {
		return b, true
	}
	repo := Repository(ref)
	if repo == "" || ref == "scratch" || strings.ContainsAny(ref, "$ ") {
		return Build{}, false
	}
	last := path.Base(repo)
	for {
		if fits := names[last]; len(fits) == 1 {
			if isOfficial(ref) {
				return Build{}, false
			}
			b, ok := quiet.build(fits[0], "", fmt.Sprintf("The image name %s matches the directory of %s", repo, fits[0]))
			b.Certain = false
			return b, ok
		}
		_, rest, cut := strings.Cut(last, "-")
		if !cut {
			return Build{}, false
		}
		last = rest
	}
}

// dockerfileNames are the Dockerfiles by what the name of their directory or
// their own says of the image: base/Dockerfile, Dockerfile.base,
// base.Dockerfile.
func (t *Topology) dockerfileNames() map[string][]string {
	out := map[string][]string{}
	for _, p := range slices.Sorted(maps.Keys(t.in.Dockerfiles)) {
		name := path.Base(p)
		key := strings.TrimSuffix(strings.TrimPrefix(name, "Dockerfile."), ".Dockerfile")
		if key == name {
			key = path.Base(path.Dir(p))
		}
		if key != "." && key != "" {
			out[key] = append(out[key], p)
		}
	}
	return out
}

// entry returns the value of a name in a mapping, or in a list of NAME=value.
func entry(n *yamldoc.Node, name string) (string, bool) {
	if v := n.Get(name); !v.Null() {
		return v.Text(), true
	}
	for _, item := range n.List() {
		if key, value, ok := strings.Cut(item.Text(), "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// derivedSum is what the fingerprint holds of the derivations.
func (t *Topology) derivedSum() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(t.derived)) {
		for _, d := range t.derived[p] {
			fmt.Fprintf(&b, "%q %d %q %d %v\n", p, d.Of.Stage.Index, d.Path, d.Stage.Index, d.Certain)
		}
	}
	return b.String()
}
