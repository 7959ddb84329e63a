package prove

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Subject is an image of the repository that is built before and after a plan, and
// the services that run it.
type Subject struct {
	fixer.ProofSubject

	before, after target
	services      []service
	changes       []engine.Change // of the plan, that the build can see
}

// A target is what is built of a Dockerfile.
type target struct {
	stage string   // "" for the last
	args  []string // NAME=VALUE
}

// A service is a place that runs the image, before and after the plan.
type service struct {
	name, place   string
	before, after settings
	without       []string
}

// mostServices bounds how many ways to run one image are tried.
const mostServices = 8

// Subjects returns the images of a plan's files that are shipped, those the plan
// changes first. Files that were read as evidence only are left out.
func Subjects(plan *engine.Plan, facts *fixer.Facts) ([]Subject, error) {
	if facts == nil {
		facts = &fixer.Facts{}
	}
	before, err := readRuns(plan.Before, facts)
	if err != nil {
		return nil, err
	}
	after, err := readRuns(plan.After, facts)
	if err != nil {
		return nil, err
	}
	var out []Subject
	for f := range plan.After.Files() {
		if f.Dockerfile == nil || f.Skip != nil || f.Context {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(after), func(r run) bool { return r.dockerfile != f.Path })
		for _, group := range byTarget(own) {
			out = append(out, subjectOf(plan, f, group, before))
		}
		if len(own) == 0 && !build.ForDevelopment(f.Path, f.Dockerfile.Final()) {
			out = append(out, subjectOf(plan, f, nil, before))
		}
	}
	for f := range plan.After.Files() {
		out = append(out, inlines(plan.After, f)...)
	}
	slices.SortStableFunc(out, func(a, b Subject) int {
		return cmp.Or(cmp.Compare(toInt(b.Changed), toInt(a.Changed)), strings.Compare(a.Dockerfile, b.Dockerfile))
	})
	return out, nil
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// inlines are the Dockerfiles that stand in a Compose file.
func inlines(snap *fixer.Snapshot, f *fixer.File) []Subject {
	if f.Compose == nil || f.Skip != nil || f.Context {
		return nil
	}
	var out []Subject
	for _, v := range snap.Topology().Compose().Views(f.Path) {
		if text, file, _ := v.InlineDockerfile(); text != nil {
			out = append(out, Subject{ProofSubject: fixer.ProofSubject{
				Dockerfile: file, Services: []string{v.Name}, Skipped: "the Dockerfile stands in the Compose file",
			}})
		}
	}
	return out
}

// subjectOf is the image of one stage of a Dockerfile, with what runs it.
func subjectOf(plan *engine.Plan, f *fixer.File, runs []run, before []run) Subject {
	s := Subject{ProofSubject: fixer.ProofSubject{Dockerfile: f.Path}}
	c, known := plan.After.Topology().Context(f.Path)
	s.Context = c.Dir
	for i, r := range runs {
		if i == 0 {
			s.after = r.target
			s.before = r.target
		}
		if r.context != "" {
			s.Context, known = r.context, true
		}
		v := service{name: r.name, place: r.place, after: r.settings, before: plain, without: r.without}
		if k := slices.IndexFunc(before, func(o run) bool { return o.key == r.key }); k >= 0 {
			v.before = before[k].settings
			if i == 0 && before[k].dockerfile == f.Path {
				s.before = before[k].target
			}
		}
		same := func(o service) bool {
			return o.before.equal(v.before) && o.after.equal(v.after) && slices.Equal(o.after.ports, v.after.ports)
		}
		if k := slices.IndexFunc(s.services, same); k >= 0 {
			s.services[k].name += ", " + r.name
		} else if len(s.services) < mostServices {
			s.services = append(s.services, v)
		}
		s.Services = append(s.Services, r.name)
		s.Changed = s.Changed || !v.before.equal(v.after)
	}
	if !known || s.Context == "" {
		s.Skipped = "the build context is unknown"
	}
	if plan.Before.File(f.Path) == nil {
		s.Skipped = "the Dockerfile is new"
	}
	for _, change := range plan.Changes {
		if change.Path == f.Path || change.Path == f.Path+".dockerignore" || inside(s.Context, change.Path) {
			s.changes = append(s.changes, change)
			s.Changed = s.Changed || change.Kind == fixer.Dockerignore || change.Path == f.Path
		}
	}
	if s.before.stage != s.after.stage {
		s.Changed = true
	}
	return s
}

func inside(dir, at string) bool { return dir == "." || strings.HasPrefix(at, dir+"/") }

// A run is one place that runs an image which a Dockerfile of the repository builds.
type run struct {
	key        string // the same before and after
	dockerfile string
	target     target
	context    string // as the place says; "" where it does not
	name       string // for people
	place      string // "compose.yaml:3"
	settings   settings
	without    []string
}

// readRuns finds the places that run images of the snapshot's own.
func readRuns(snap *fixer.Snapshot, facts *fixer.Facts) ([]run, error) {
	var out []run
	census := &fixer.Rule{Name: "prove", AsWritten: true, Check: func(p *fixer.Pass) {
		for f := range snap.Files() {
			if f.Skip != nil {
				continue
			}
			if f.Compose != nil {
				out = append(out, composeRuns(p, f)...)
			}
			for i := range f.Objects {
				out = append(out, podRuns(p, snap, f, i)...)
			}
		}
	}}
	if _, _, err := fixer.NewInspection(snap, nil, facts).Run(census); err != nil {
		return nil, fmt.Errorf("what runs the images cannot be read: %w", err)
	}
	slices.SortStableFunc(out, func(a, b run) int { return cmp.Compare(toInt(b.context != ""), toInt(a.context != "")) }) // those that say how it is built
	return out, nil
}

func composeRuns(p *fixer.Pass, f *fixer.File) []run {
	var out []run
	t := p.Topology()
	for _, v := range t.Compose().Views(f.Path) {
		if v.Partial || compose.IsOverride(f.Path) {
			continue
		}
		b, ok := t.ServiceBuild(v)
		r := run{key: f.Path + "\x00" + v.Name, name: v.Name, place: fmt.Sprintf("%s:%d", v.File, v.Key.Line)}
		if ok {
			ref, _ := v.Dockerfile()
			r.context, r.target.args, r.without = ref.Context, nil, nil
			r.target.args, r.without = buildArgs(v)
		} else if ref, _ := v.ImageName(); ref != "" && !v.IsBuilt() {
			b, ok = t.ImageBuild(ref)
		}
		if !ok {
			continue
		}
		r.dockerfile, r.target.stage = b.Path, stageName(b)
		var more []string
		r.settings, more = ofService(p, v)
		r.without = append(r.without, more...)
		out = append(out, r)
	}
	return out
}

// buildArgs are the build arguments of a service whose values stand in the file.
func buildArgs(v compose.View) (args, without []string) {
	node := v.Field("build", "args").Node
	add := func(name, value string, given bool) {
		text, certain := compose.Expand(value)
		if given && certain {
			args = append(args, name+"="+text)
		} else {
			without = append(without, "a value for the build argument "+name)
		}
	}
	for name, value := range node.All() {
		add(name, value.Text(), !value.Null())
	}
	for _, item := range node.List() {
		name, value, given := strings.Cut(item.Text(), "=")
		add(name, value, given)
	}
	for _, key := range []string{"additional_contexts", "secrets", "ssh"} {
		if n := v.Field("build", key).Node; hasEntries(n) {
			without = append(without, "the build's "+key)
		}
	}
	return args, without
}

func hasEntries(n *yamldoc.Node) bool { return n.Len() > 0 }

func podRuns(p *fixer.Pass, snap *fixer.Snapshot, f *fixer.File, object int) []run {
	var out []run
	for form, w := range snap.Forms(f, object) {
		if w.Partial {
			continue
		}
		for _, c := range w.Containers() {
			b, ok := p.Topology().ImageBuild(c.Image)
			if !ok {
				continue
			}
			r := run{
				key: fmt.Sprintf("%s\x00%d\x00%s", f.Path, form, c.FindingPath()), dockerfile: b.Path, target: target{stage: stageName(b)},
				name: w.ID(), place: f.PlaceOf(c.Node),
			}
			if len(w.Containers()) > 1 {
				r.name += " (" + c.Name + ")"
			}
			r.settings, r.without = ofContainer(p, c)
			out = append(out, r)
		}
	}
	return out
}

// stageName is what --target calls the stage of a build.
func stageName(b topology.Build) string {
	if b.Stage == b.File.Final() {
		return ""
	}
	return nameOf(b.Stage)
}

func nameOf(s *dockerfile.Stage) string { return cmp.Or(s.Name, fmt.Sprint(s.Index)) }

// byTarget puts the runs together that need one image.
func byTarget(runs []run) [][]run {
	var out [][]run
	for _, r := range runs {
		k := slices.IndexFunc(out, func(o []run) bool {
			return o[0].target.stage == r.target.stage && (len(r.target.args) == 0 || slices.Equal(o[0].target.args, r.target.args)) &&
				(r.context == "" || o[0].context == r.context)
		})
		if k < 0 {
			out = append(out, []run{r})
			continue
		}
		out[k] = append(out[k], r)
	}
	return out
}

// ignoreFiles are where the ignore file of a build can be, the strongest first.
func ignoreFiles(dockerfile, context string) []string {
	return []string{dockerfile + ".dockerignore", path.Join(context, ".dockerignore")}
}
