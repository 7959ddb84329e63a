package topology

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Input is what the links are computed from, by path relative to the root.
type Input struct {
	Dockerfiles map[string]*dockerfile.File
	Compose     map[string]*compose.File
	Services    map[string][]*kube.Object // of Kubernetes; files without any are left out

	// Inline are the Dockerfiles that stand in Compose files, by their text.
	Inline map[*yamldoc.Node]*dockerfile.File

	// Images are the images of manifests, by their names without tags and digests. Named are
	// the builds of pipelines.
	Images map[string]ImageUse
	Named  []Named

	// Environments are the values that environment files give to variables, by directory and
	// name, as far as they are known.
	Environments map[string]map[string]compose.Given

	// Names are those of all files, nil when they were not collected. Ignores are the
	// .dockerignore files; one that cannot be read is nil.
	Names   *buildcontext.Tree
	Ignores map[string]*buildcontext.Ignore
}

// An ImageUse says how manifests use an image.
type ImageUse struct {
	Whole bool  // a workload runs it: not only a part of one, such as a patch, names it
	Ports []int // that containers of it say they listen on
}

// A Build is a Dockerfile stage that makes an image.
type Build struct {
	Path  string // of the Dockerfile
	File  *dockerfile.File
	Stage *dockerfile.Stage

	Certain bool   // a Compose file says so; otherwise only the names match
	Why     string // for people: "compose.yaml builds shop/api from api/Dockerfile"
}

// Topology holds the links of one snapshot. It is immutable.
type Topology struct {
	in          Input
	project     *compose.Project
	byImage     map[string]Build   // by reference as the Compose file names it
	byName      map[string][]Build // by repository without tag
	byDirectory map[string][]string
	byPipeline  map[string][]Build // by repository; $/name where the pipeline fills in the owner
	byArtifact  map[string][]Build // by repository, those that what deploys the manifests makes
	byScheme    map[string]string  // by repository, the Dockerfile
	only        onlyBuild
	contexts    map[string][]buildcontext.Context // by Dockerfile, as Compose files say
	users       map[string][]compose.View         // by Dockerfile that builds the service
	runs        map[string][]namedRun             // by Dockerfile whose image the service names
	images      map[string][]string               // by Dockerfile, those of manifests that it may make, without tags
	byService   map[string][]serviceBuild         // by the name of the service that is built
	services    map[string][]string               // by directory, the files with Kubernetes Services
	derived     map[string][]Derivation           // by Dockerfile that makes the image they start from
	bases       map[stageKey]Build                // that make the image a stage starts from

	fingerprint string
	answers     *sync.Map         // by Question
	onRead      func(path string) // nil, or called with each file that an answer depends on
	onAsk       func(q Question)  // nil, or called with each question
}

// Fingerprint sums up which files there are, which service builds or names
// which image, and which files hold Kubernetes Services: two topologies with one
// fingerprint have the same links, though the contents of linked files may differ.
// Names that are no sources count, too.
func (t *Topology) Fingerprint() string { return t.fingerprint }

// Traced returns the same topology, which calls onAsk with every question that is
// put to it, and onRead with the path of every file whose contents the answer
// depends on.
func (t *Topology) Traced(onAsk func(q Question), onRead func(path string)) *Topology {
	w := *t
	w.onRead, w.onAsk = onRead, onAsk
	w.project = t.project.Traced(func(file string) { onAsk(Question{about: aboutViews, of: file}) }, onRead)
	return &w
}

// New computes the links.
func New(in Input) *Topology {
	t := &Topology{in: in, answers: &sync.Map{}, project: compose.NewProject(in.Compose, in.Environments), byImage: map[string]Build{}, byName: map[string][]Build{}, byService: map[string][]serviceBuild{}, byDirectory: map[string][]string{}, contexts: map[string][]buildcontext.Context{}, users: map[string][]compose.View{}, services: map[string][]string{}}
	var named strings.Builder // which services give an image that is built here its name
	var pulled []compose.View // services that build none
	for _, file := range slices.Sorted(maps.Keys(in.Compose)) {
		for _, v := range t.project.Views(file) {
			if r, ok := v.Dockerfile(); ok {
				t.contexts[r.Path] = append(t.contexts[r.Path], buildcontext.Context{
					Dir: r.Context, Certain: r.Certain, Why: file + " sets the build context of " + v.Name + " to " + displayDir(r.Context),
				})
			}
			b, ok := t.ServiceBuild(v)
			if ok {
				t.users[b.Path] = append(t.users[b.Path], v)
			}
			ref, certain := v.ImageName()
			if ok {
				t.noteService(v, b)
			}
			if !ok && !v.IsBuilt() {
				pulled = append(pulled, v)
			}
			if !ok || ref == "" {
				continue
			}
			fmt.Fprintf(&named, "%q %q %q %v\n", file, v.Name, ref, certain)
			b.Why = file + " builds " + ref + " from " + b.Path
			b.Certain = b.Certain && !isOfficial(ref)
			if name := Repository(ref); !slices.ContainsFunc(t.byName[name], func(o Build) bool { return o.Stage == b.Stage }) {
				t.byName[name] = append(t.byName[name], b)
			}
			if other, twice := t.byImage[ref]; twice && other.Stage != b.Stage {
				other.Certain = false // two builds of one name: which one runs is unknown
				t.byImage[ref] = other
			} else if !twice && certain {
				t.byImage[ref] = b
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(in.Dockerfiles)) {
		if path.Base(p) == "Dockerfile" || path.Base(p) == "Containerfile" {
			dir := path.Base(path.Dir(p))
			t.byDirectory[dir] = append(t.byDirectory[dir], p)
		}
	}
	for _, views := range t.users {
		slices.SortStableFunc(views, func(a, b compose.View) int {
			return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Name, b.Name))
		})
	}
	for _, file := range slices.Sorted(maps.Keys(in.Services)) {
		t.services[path.Dir(file)] = append(t.services[path.Dir(file)], file)
	}
	t.nameBuilds()
	t.derive()
	t.linkOnly(pulled)
	t.linkRuns(pulled)
	t.linkImages()
	t.fingerprint = t.computeFingerprint(named.String())
	return t
}

// computeFingerprint sums up what links depend on. Of an image that is not built here they
// depend on whether a service names one, and not on which.
func (t *Topology) computeFingerprint(named string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", t.in.Names.Fingerprint(), named)
	for _, dir := range slices.Sorted(maps.Keys(t.in.Environments)) {
		fmt.Fprintf(&b, "%q %v\n", dir, t.in.Environments[dir])
	}
	for _, p := range slices.Sorted(maps.Keys(t.in.Dockerfiles)) {
		fmt.Fprintf(&b, "%q\n", p)
	}
	for _, p := range slices.Sorted(maps.Keys(t.in.Compose)) {
		fmt.Fprintf(&b, "%q %q\n", p, t.in.Compose[p].Includes)
		for _, s := range t.in.Compose[p].Services {
			fmt.Fprintf(&b, "%q %v %+v %+v\n", s.Name, s.Image != "", s.Build, s.Extends)
		}
	}
	fmt.Fprintf(&b, "%q\n", slices.Sorted(maps.Keys(t.in.Services)))
	b.WriteString(t.derivedSum())
	b.WriteString(t.namedSum())
	b.WriteString(t.runsSum())
	for _, p := range slices.Sorted(maps.Keys(t.images)) {
		fmt.Fprintf(&b, "%q %q\n", p, t.images[p])
	}
	sum := sha256.Sum256([]byte(b.String())) // compared for every file of every check
	return string(sum[:])
}

// Services returns the Kubernetes Services of the files in a directory, sorted by
// file: what lies side by side is applied together.
func (t *Topology) Services(dir string) []*kube.Object {
	t.ask(Question{about: aboutServices, of: dir})
	var out []*kube.Object
	for _, file := range t.services[dir] {
		if t.onRead != nil {
			t.onRead(file)
		}
		out = append(out, t.in.Services[file]...)
	}
	return out
}

// Compose returns the repository's Compose files together.
func (t *Topology) Compose() *compose.Project { return t.project }

// ServiceBuild returns the stage that builds a Compose service.
func (t *Topology) ServiceBuild(v compose.View) (Build, bool) {
	ref, ok := v.Dockerfile()
	if !ok {
		return Build{}, false
	}
	b, ok := t.build(ref.Path, ref.Target, v.File+" builds "+v.Name+" from "+ref.Path)
	b.Certain = b.Certain && ref.Certain
	return b, ok
}

// InlineBuild returns the stage that builds a service from a Dockerfile that stands
// in the Compose file. Nothing that edits Dockerfiles can edit it.
func (t *Topology) InlineBuild(v compose.View) (Build, bool) {
	text, file, target := v.InlineDockerfile()
	if text == nil {
		return Build{}, false
	}
	return stageOf(t.in.Inline[text], file, target, v.File+" builds "+v.Name+" from the Dockerfile in it")
}

func (t *Topology) build(p, target, why string) (Build, bool) {
	if t.onRead != nil {
		t.onRead(p)
	}
	return stageOf(t.in.Dockerfiles[p], p, target, why)
}

// stageOf finds the stage that a build of a Dockerfile makes.
func stageOf(f *dockerfile.File, p, target, why string) (Build, bool) {
	if f == nil || len(f.Stages) == 0 {
		return Build{}, false
	}
	b := Build{Path: p, File: f, Stage: f.Final(), Certain: true, Why: why}
	if target != "" {
		i := slices.IndexFunc(f.Stages, func(s *dockerfile.Stage) bool { return strings.EqualFold(s.Name, target) })
		if i < 0 {
			return Build{}, false
		}
		b.Stage = f.Stages[i]
	}
	return b, true
}

// ImageBuild returns the stage that makes an image, given its reference. Links
// by directory name are made only where exactly one Dockerfile matches and the
// image is not an official one of Docker Hub, which a directory is often named after.
func (t *Topology) ImageBuild(ref string) (Build, bool) {
	t.ask(Question{about: aboutImage, of: ref})
	repo := Repository(ref)
	if repo == "" {
		return Build{}, false
	}
	b, ok := t.byImage[ref]
	if builds := t.byName[repo]; !ok && len(builds) > 0 {
		// Another tag of what is built here. With several builds under one
		// name the tag decides, which is not known.
		b, ok = builds[0], true
		b.Certain = b.Certain && len(builds) == 1
	}
	if ok {
		if t.onRead != nil {
			t.onRead(b.Path)
		}
		return b, true
	}
	if b, ok := t.artifactBuild(repo); ok {
		if t.onRead != nil {
			t.onRead(b.Path)
		}
		return b, true
	}
	if !strings.Contains(repo, "/") {
		return t.onlyBuild(repo)
	}
	if b, ok := t.pipelineBuild(repo); ok {
		if t.onRead != nil {
			t.onRead(b.Path)
		}
		return b, true
	}
	fits := t.byDirectory[path.Base(repo)]
	if len(fits) != 1 {
		if b, ok := t.schemeBuild(repo); ok {
			return b, true
		}
		return t.onlyBuild(repo)
	}
	b, ok = t.build(fits[0], "", "The image name matches the directory of "+fits[0])
	b.Certain = false
	return b, ok
}

// Images returns the images of manifests that a Dockerfile may make, without tags and
// digests, sorted: those for which [Topology.ImageBuild] can name it.
func (t *Topology) Images(file string) []string {
	t.ask(Question{about: aboutImages, of: file})
	return t.images[file]
}

func (t *Topology) linkImages() {
	t.images = map[string][]string{}
	for _, repo := range slices.Sorted(maps.Keys(t.in.Images)) {
		builds := t.byName[repo] // of which the tag decides
		if b, ok := t.ImageBuild(repo); ok {
			builds = append(slices.Clip(builds), b)
		}
		for k, b := range builds {
			if !slices.ContainsFunc(builds[:k], func(o Build) bool { return o.Path == b.Path }) {
				t.images[b.Path] = append(t.images[b.Path], repo)
			}
		}
	}
}

// A Container is one of a workload whose image a Dockerfile builds.
type Container struct {
	kube.Container
	Workload *kube.Workload
	Build    Build
}

// Containers returns those of the objects of a manifest, without the ones of workloads
// that are only a part of one.
func (t *Topology) Containers(objects []*kube.Object) iter.Seq[Container] {
	return func(yield func(Container) bool) {
		for _, o := range objects {
			w := o.Workload()
			if w == nil || w.Partial {
				continue
			}
			for _, c := range w.Containers() {
				if b, ok := t.ImageBuild(c.Image); ok && !yield(Container{c, w, b}) {
					return
				}
			}
		}
	}
}

// isOfficial reports whether a reference is that of an official image of the
// Docker Hub: building an image under that name looks the same as using it.
func isOfficial(ref string) bool {
	r, err := image.ParseReference(ref)
	return err == nil && image.KnownOfficial(r)
}

// Repository cuts tag and digest off a reference.
func Repository(ref string) string { return image.WithoutTag(ref) }

// Users returns the places, sorted, where the image a Dockerfile builds runs
// as a Compose service. The slice is shared and must not change. An answer
// depends on the files of these services.
func (t *Topology) Users(dockerfilePath string) []compose.View {
	t.ask(Question{about: aboutUsers, of: dockerfilePath})
	users := t.users[dockerfilePath]
	if t.onRead != nil {
		t.onRead(dockerfilePath)
		for _, v := range users {
			for _, f := range v.Files() {
				t.onRead(f)
			}
		}
	}
	return users
}
