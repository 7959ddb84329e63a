package rules_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/compose/composetest"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// TestComposeModel makes every fix of awkward Compose files, each by itself, and
// compares what Compose loads before and after: only what the fix declares is
// another.
func TestComposeModel(t *testing.T) {
	composetest.Cases(t, "../../testdata/compose/*.txtar", func(t *testing.T, dir string) {
		j := newModelJudge(t, dir)
		j.all(t)
		if j.edits == 0 || j.refused > 0 {
			t.Errorf("%d edits were compared, %d files are refused", j.edits, j.refused)
		}
	})
}

var everyRepository = flag.Bool("every-repository", false, "TestComposeModelCorpus reads all repositories of the corpus, which takes minutes")

// TestComposeModelCorpus does the same over real repositories, where they are there: over
// every eighth, or with -every-repository over all.
func TestComposeModelCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it loads every Compose file of the corpus once for each fix, which takes minutes")
	}
	edits, refused := 0, 0
	for i, dir := range corpustest.Repositories(t) {
		if i%8 != 0 && !*everyRepository {
			continue
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			j := newModelJudge(t, dir)
			j.all(t)
			edits, refused = edits+j.edits, refused+j.refused
		})
	}
	t.Logf("%d edits compared, %d files that compose-go refuses as they are", edits, refused)
	if edits == 0 {
		t.Error("no edit was compared")
	}
}

// A modelJudge compares what Compose loads from the files of a repository, which it
// has in a directory of its own: those that Compose could read, and no others.
type modelJudge struct {
	snap           *fixer.Snapshot
	dir            string
	before         map[string]model // by file; nil for one that is refused
	edits, refused int

	seen map[[2]string]bool // what the program itself sees of the changes at hand
}

func newModelJudge(t *testing.T, repository string) *modelJudge {
	t.Helper()
	ws, err := discover.Load(context.Background(), []string{repository}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	j := &modelJudge{snap: fixer.NewSnapshot(ws.Sources, ws.Names...), dir: t.TempDir(), before: map[string]model{}}
	for f := range j.snap.Files() {
		if f.Kind == fixer.Compose {
			disktest.Put(t, j.dir, f.Path, string(f.Data))
		}
	}
	return j
}

// all makes every fix that is not for a person by itself, and then all together.
func (j *modelJudge) all(t *testing.T) {
	t.Helper()
	report := engine.Check(j.snap, nil, rules.All())
	for _, f := range report.Findings {
		file := j.snap.File(f.File)
		if file == nil || file.Kind != fixer.Compose {
			continue
		}
		for i := range f.Fixes {
			if changes, err := f.Fixes[i].Draft(j.snap, nil); err == nil {
				j.judge(t, f.Key().String()+" "+f.Fixes[i].ID, changes)
			}
		}
	}
	for file, m := range j.before {
		if m == nil {
			j.refused++
			t.Logf("%s: compose-go refuses it as it is", file)
		}
	}
	j.together(t)
}

// together makes all fixes up to review level: every file that loaded loads still.
func (j *modelJudge) together(t *testing.T) {
	t.Helper()
	s := engine.NewSession(j.snap, nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	changed := s.Plan().Changes
	for _, c := range changed {
		if c.Kind == fixer.Compose {
			disktest.Put(t, j.dir, c.Path, string(c.After))
		}
	}
	for file, before := range j.before {
		if before == nil {
			continue
		}
		after, err := loadModel(filepath.Join(j.dir, filepath.FromSlash(file)))
		if err != nil {
			t.Errorf("%s: with all fixes made compose-go refuses it: %v", file, err)
			continue
		}
		for name := range before {
			if after[name] == nil {
				t.Errorf("%s: service %q is gone", file, name)
			}
		}
	}
}

// judge makes the changes of one fix, loads what they reach, and takes them back.
func (j *modelJudge) judge(t *testing.T, what string, changes []fixer.FileChange) {
	t.Helper()
	declared := declaredOf(j.snap, changes)
	var reached []string
	for _, c := range changes {
		if f := j.snap.File(c.Path); f != nil && f.Kind == fixer.Compose {
			reached = append(reached, j.loads(c.Path)...)
		}
	}
	for _, file := range reached { // before anything is written
		j.load(file)
	}
	for _, c := range changes {
		f := j.snap.File(c.Path)
		if f == nil || f.Kind != fixer.Compose {
			continue
		}
		after, err := text.Apply(f.Data, c.Edits)
		if err != nil {
			t.Fatal(err)
		}
		disktest.Put(t, j.dir, c.Path, string(after))
		defer disktest.Put(t, j.dir, c.Path, string(f.Data))
	}
	j.own(t, what, changes)
	for _, file := range reached {
		before := j.before[file]
		if before == nil {
			continue
		}
		j.edits++
		after, err := loadModel(filepath.Join(j.dir, filepath.FromSlash(file)))
		if err != nil {
			t.Errorf("%s: compose-go refuses %s: %v", what, file, err)
			continue
		}
		for _, d := range before.differences(after) {
			if d[0] != "" && !j.seen[d] {
				t.Errorf("%s: in %s, %s of service %q is another, which the own comparison does not see (%v)", what, file, d[1], d[0], j.seen)
			}
			if !declared.allows(d) {
				t.Errorf("%s: in %s, %s of service %q is another, which the fix does not declare (%v)", what, file, d[1], d[0], declared)
			}
		}
	}
}

// own asks the program's own comparison of services, which verifies each edit: it accepts
// the changes, and sees every field of which compose-go says that it is another.
func (j *modelJudge) own(t *testing.T, what string, changes []fixer.FileChange) {
	t.Helper()
	edits, files := map[string]*fixer.FileChange{}, []*fixer.File{}
	for _, c := range changes {
		data := c.Create
		if was := j.snap.File(c.Path); data == nil && was != nil {
			data, _ = text.Apply(was.Data, c.Edits)
		}
		edits[c.Path] = &c
		files = append(files, j.snap.Next(fixer.Source{Path: c.Path, Kind: c.Kind, Data: data}))
	}
	next := j.snap.WithFiles(files...)
	if err := fixer.VerifyServices(j.snap, next, edits); err != nil {
		t.Errorf("%s: the own comparison refuses it: %v", what, err)
	}
	j.seen = map[[2]string]bool{}
	for _, f := range files {
		if f.Compose == nil {
			continue
		}
		for _, file := range append(j.loads(f.Path), f.Path) { // which may have services that no other file has
			for _, d := range compose.Differences(j.snap.Topology().Compose(), next.Topology().Compose(), file) {
				j.seen[d] = true
			}
		}
	}
}

// loads returns the files to give to Compose so that a file counts: itself, or the
// one that it is read over.
func (j *modelJudge) loads(file string) []string {
	if slices.Contains(cli.DefaultOverrideFileNames, path.Base(file)) {
		for _, name := range cli.DefaultFileNames {
			if main := path.Join(path.Dir(file), name); j.snap.File(main) != nil {
				return []string{main}
			}
		}
	}
	return []string{file}
}

func (j *modelJudge) load(file string) {
	if _, known := j.before[file]; !known {
		m, err := loadModel(filepath.Join(j.dir, filepath.FromSlash(file)))
		if err != nil {
			j.before[file] = nil
			return
		}
		j.before[file] = m
	}
}

// A model is what Compose loads: the fields of each service by name, and those of
// the top level under the name "".
type model map[string]map[string]any

func (m model) differences(other model) (out [][2]string) {
	names := slices.Collect(maps.Keys(m))
	for name := range other {
		if m[name] == nil {
			names = append(names, name)
		}
	}
	for _, name := range names {
		fields := maps.Clone(m[name])
		if fields == nil {
			fields = map[string]any{}
		}
		maps.Copy(fields, other[name])
		for field := range fields {
			if !reflect.DeepEqual(m[name][field], other[name][field]) {
				out = append(out, [2]string{name, field})
			}
		}
	}
	return out
}

// loadModel reads a file with the services of all profiles.
func loadModel(file string) (model, error) {
	all := func(o *loader.Options) { o.Profiles = []string{"*"} }
	project, err := composetest.Load(file, demanded(file), all)
	if err != nil && strings.Contains(err.Error(), "undefined network default") { // normalizing defines it
		project, err = composetest.Load(file, demanded(file), all, func(o *loader.Options) { o.SkipConsistencyCheck = true })
	}
	if err != nil {
		return nil, err
	}
	out := model{"": {}}
	for name, s := range project.AllServices() {
		out[name] = fieldsOf(s)
	}
	for section, value := range map[string]any{"networks": project.Networks, "volumes": project.Volumes, "secrets": project.Secrets, "configs": project.Configs} {
		out[""][section] = fieldsOf(value)
	}
	return out, nil
}

func fieldsOf(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return map[string]any{"": err.Error()}
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return map[string]any{"": err.Error()}
	}
	return out
}

// demanded gives a value to each variable that a file demands (${NAME:?…}), without
// which it does not load. They are put in from the environment, whatever else is.
func demanded(file string) types.Mapping {
	out := types.Mapping{}
	data, _ := os.ReadFile(file)
	for _, m := range demandedVariable.FindAllSubmatch(data, -1) {
		out[string(m[1])] = "demanded"
	}
	return out
}

var demandedVariable = regexp.MustCompile(`\$\{(\w+):?\?`)

// declaredFields are the fields that a fix says it may change, by service, and those
// of what is no service: definitions that services share, and the top level.
type declaredFields struct {
	services map[string][]string
	shared   []string
	top      []string
	made     []string // services as a whole
}

func declaredOf(snap *fixer.Snapshot, changes []fixer.FileChange) declaredFields {
	out := declaredFields{services: map[string][]string{}}
	for _, c := range changes {
		for _, paths := range c.Paths {
			for _, p := range paths {
				steps := make([]string, len(p))
				for i, s := range p {
					steps[i] = s.Key
				}
				switch {
				case len(steps) > 2 && steps[0] == "services":
					out.add(snap, c.Path, steps[1], steps[2])
				case len(steps) == 2 && steps[0] == "services":
					out.made = append(out.made, steps[1])
				case strings.HasPrefix(steps[0], "x-"):
					out.shared = append(out.shared, steps[1:]...)
				default:
					out.top = append(out.top, steps[0])
				}
			}
		}
	}
	return out
}

// add adds a field of a service and of the services that a value written there
// reaches.
func (d declaredFields) add(snap *fixer.Snapshot, file, service, field string) {
	d.services[service] = append(d.services[service], field)
	for _, v := range snap.Topology().Compose().Views(file) {
		if v.Name != service {
			continue
		}
		for _, r := range v.Reached(field) {
			d.services[r.Name] = append(d.services[r.Name], field)
		}
	}
}

func (d declaredFields) allows(difference [2]string) bool {
	service, field := difference[0], difference[1]
	if service == "" {
		return slices.Contains(d.top, field)
	}
	return slices.Contains(d.made, service) || slices.Contains(d.services[service], field) || slices.Contains(d.shared, field)
}
