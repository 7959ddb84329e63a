package topology

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// A namedRun is a Compose service that runs, by its name, an image that a Dockerfile of
// the repository makes.
type namedRun struct {
	view  compose.View
	build Build
}

// linkRuns notes which services run by name what is built here.
func (t *Topology) linkRuns(services []compose.View) {
	t.runs = map[string][]namedRun{}
	for _, v := range services {
		if b, ok := t.PulledBuild(v); ok {
			t.runs[b.Path] = append(t.runs[b.Path], namedRun{v, b})
		}
	}
}

// PulledBuild returns the stage that makes the image of a service which does not build
// it. Where the name of the image says nothing, the service of that name which another
// Compose file builds is taken for the same: one file is for development, one for others.
func (t *Topology) PulledBuild(v compose.View) (Build, bool) {
	ref, _ := v.ImageName()
	if b, ok := t.ImageBuild(ref); ok {
		return b, true
	}
	t.ask(Question{about: aboutService, of: v.Name})
	builds, repo := t.byService[v.Name], Repository(ref)
	if len(builds) != 1 || repo != "" && !slices.Contains(builds[0].dirs, path.Dir(v.File)) {
		return Build{}, false // services of elsewhere with images of their own are called web, too
	}
	if repo == "" && v.Setting("image").Variable() == "" || repo != "" && (!strings.Contains(repo, "/") || listed(repo)) {
		return Build{}, false
	}
	b, ok := t.build(builds[0].Path, "", builds[0].Why+", and the service has the same name")
	b.Stage, b.Certain = builds[0].Stage, false
	return b, ok
}

// A serviceBuild is what a service is built from, and the directories of the Compose files
// that build it.
type serviceBuild struct {
	Build
	dirs []string
}

// noteService notes what a service is built from, by its name.
func (t *Topology) noteService(v compose.View, b Build) {
	dir := path.Dir(v.File)
	list := t.byService[v.Name]
	if i := slices.IndexFunc(list, func(o serviceBuild) bool { return o.Stage == b.Stage }); i >= 0 {
		list[i].dirs = append(list[i].dirs, dir)
		return
	}
	t.byService[v.Name] = append(list, serviceBuild{b, []string{dir}})
}

// A Run is a place where the image of a stage runs as a Compose service.
type Run struct {
	compose.View
	Certain bool // false: only the names match, or a variable decides
}

// Runs returns the services that run the image of a stage of a Dockerfile: those that
// build it, and those that name it, sorted. An answer depends on the files of these.
func (t *Topology) Runs(file string, stage int) []Run {
	var out []Run
	for _, v := range t.Users(file) {
		if b, ok := t.ServiceBuild(v); ok && b.Stage.Index == stage {
			out = append(out, Run{v, b.Certain})
		}
	}
	t.ask(Question{about: aboutRuns, of: file})
	for _, r := range t.runs[file] {
		if r.build.Stage.Index != stage {
			continue
		}
		if t.onRead != nil {
			for _, f := range r.view.Files() {
				t.onRead(f)
			}
		}
		out = append(out, Run{r.view, r.build.Certain})
	}
	return out
}

// runsSum is what the fingerprint holds of the services that name what is built here.
func (t *Topology) runsSum() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(t.runs)) {
		t.sumRuns(&b, p)
	}
	fmt.Fprintf(&b, "%q", t.only)
	return b.String()
}

func (t *Topology) sumRuns(b *strings.Builder, file string) {
	for _, r := range t.runs[file] {
		fmt.Fprintf(b, "%q %q %q ", r.view.File, r.view.Name, r.view.Variant)
		r.build.sum(b)
	}
}
