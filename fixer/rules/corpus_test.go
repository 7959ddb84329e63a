package rules_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

var corpus = corpustest.Path()

// changeable are the keys whose values the present fixes may replace or take
// away. Everything else that a file says, it still says afterwards.
var changeable = []string{
	"privileged", "hostPID", "hostIPC", "hostNetwork", "allowPrivilegeEscalation", "runAsNonRoot", "runAsUser",
	"readOnlyRootFilesystem", "drop", "security_opt", "read_only", "tmpfs", "user", "environment",
	"apiVersion", "subjects", "nodePort", "targetPort", "containerPort", "type", "externalTrafficPolicy",
	"serviceAccount", "seccomp.security.alpha.kubernetes.io", "container.seccomp.security.alpha.kubernetes.io",
	"container.apparmor.security.beta.kubernetes.io", "add", "hostPort", "host", "value", "image", "uses",
	"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "flexVolume", "flocker", "gcePersistentDisk", "glusterfs",
	"iscsi", "portworxVolume", "quobyte", "rbd", "vsphereVolume", // each said again in a PersistentVolume
}

// changeableInCompose are those of Compose files alone.
var changeableInCompose = []string{
	"version", "ports", "volumes", "network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup", "cap_add", "links", "sysctls", "networks", "command",
	"entrypoint", "test", // passwords in them, of health checks too
}

// TestCorpus fixes every repository of the corpus at both levels and checks,
// with other readers than the engine's own, what must hold for every file.
// With -v it prints the figures. Where time is short, as under the race
// detector, every tenth repository stands for all.
func TestCorpus(t *testing.T) {
	repositories := corpustest.Repositories(t)
	for _, level := range []fixer.Level{fixer.Safe, fixer.Review} {
		t.Run(level.String(), func(t *testing.T) {
			figures := newFigures()
			t.Run("repositories", func(t *testing.T) {
				for i, dir := range repositories {
					if testing.Short() && i%10 != 0 {
						continue
					}
					t.Run(filepath.Base(dir), func(t *testing.T) {
						t.Parallel()
						checkRepository(t, dir, level, figures)
					})
				}
			})
			figures.log(t)
			if level == fixer.Review && !testing.Short() {
				figures.holdRestricted(t)
			}
		})
	}
}

func checkRepository(t *testing.T, root string, level fixer.Level, figures *figures) {
	ws, err := discover.Load(context.Background(), []string{root}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	if _, err := s.AcceptAll(level, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, p := range plan.Baseline.Problems {
		t.Errorf("rule %s failed on %s: %s", p.Rule, p.File, p.Reason)
	}
	for _, c := range plan.Changes {
		checkChange(t, c, figures)
	}
	for _, o := range plan.Outcomes {
		if (o.Result == engine.Blocked || o.Result == engine.Refused || o.Result == engine.ManualWork) && o.Reason == "" {
			t.Errorf("%s is %s without a reason", o.Finding.Key(), o.Result)
		}
	}
	// What was kept from pass to pass is what a check of the same files finds anew.
	kept, anew := linesOf(plan.Final), linesOf(engine.Check(plan.After, nil, rules.All()))
	for line := range kept {
		if !anew[line] {
			t.Errorf("kept, and not found anew: %s", line)
		}
	}
	for line := range anew {
		if !kept[line] {
			t.Errorf("found anew, and not kept: %s", line)
		}
	}
	again := engine.NewSession(fixer.NewSnapshot(sourcesOf(plan.After), plan.After.Names()...), nil, rules.All())
	if _, err := again.AcceptAll(level, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range again.Plan().Changes {
		t.Errorf("a second run changes %s:\n%s", c.Path, text.Unified(c.Path, c.Before, c.After, 2))
	}
	figures.add(plan)
}

// linesOf are the findings of a report as they are told.
func linesOf(r *engine.Report) map[string]bool {
	out := map[string]bool{}
	for _, f := range r.Findings {
		line := fmt.Sprint(f.Key(), " ", f.Line, " ", f.Severity, " ", f.Message, " ", f.Advice)
		for _, fix := range f.Fixes {
			line += fmt.Sprint(" ", fix.ID, " ", fix.Level, " ", fix.Title)
		}
		out[line] = true
	}
	return out
}

func sourcesOf(s *fixer.Snapshot) []fixer.Source {
	var out []fixer.Source
	for f := range s.Files() {
		out = append(out, fixer.Source{Path: f.Path, Kind: f.Kind, Data: f.Data, Skip: f.Skip, Context: f.Context})
	}
	return out
}

func checkChange(t *testing.T, c engine.Change, figures *figures) {
	t.Helper()
	if strings.Contains(string(c.Before), "\r\n") != strings.Contains(string(c.After), "\r\n") {
		t.Errorf("%s: line endings changed", c.Path)
	}
	if bytes.HasPrefix(c.Before, []byte("\ufeff")) != bytes.HasPrefix(c.After, []byte("\ufeff")) {
		t.Errorf("%s: the byte order mark came or went", c.Path)
	}
	if c.Before != nil && bytes.HasSuffix(c.Before, []byte("\n")) != bytes.HasSuffix(c.After, []byte("\n")) {
		t.Errorf("%s: the final newline came or went", c.Path)
	}
	gone := linesRemoved(c)
	if c.Kind == fixer.Dockerfile {
		checkDockerfile(t, c)
		figures.dockerfile(gone)
		return
	}
	switch c.Kind {
	case fixer.SecretValue:
		return
	case fixer.Project: // the settings of a server whose port moves
		if before, after := moves.ReplaceAllString(string(c.Before), ""), moves.ReplaceAllString(string(c.After), ""); before != after {
			t.Errorf("%s: more changed than a port:\n%s", c.Path, text.Unified(c.Path, c.Before, c.After, 2))
		}
		return
	}
	if c.Kind.IsLines() {
		if !bytes.HasPrefix(c.After, c.Before) {
			t.Errorf("%s: more changed than lines at the end:\n%s", c.Path, c.After)
		}
		return
	}
	before, after := leaves(t, c.Path, c.Before), leaves(t, c.Path, c.After)
	may := changeable
	if c.Kind == fixer.Compose {
		may = slices.Concat(changeable, changeableInCompose)
	}
	removed := 0
	for k, n := range before {
		if n > after[k] {
			removed += n - after[k]
			if place := strings.SplitN(k, "=", 2)[0]; !slices.ContainsFunc(may, func(key string) bool { return slices.Contains(strings.Split(place, "/"), key) }) && !strings.Contains(place, "/x-") {
				t.Errorf("%s: %s is gone or changed", c.Path, k)
			}
		}
	}
	figures.change(gone, removed, maps.Equal(before, after))
	if maps.Equal(before, after) {
		t.Errorf("%s: the text changed and the meaning did not:\n%s", c.Path, text.Unified(c.Path, c.Before, c.After, 2))
	}
}

func linesRemoved(c engine.Change) int {
	n := 0
	for _, h := range text.DiffLines(text.SplitLines(c.Before), text.SplitLines(c.After)) {
		n += h.A1 - h.A0
	}
	return n
}

// leaves reads a stream with another decoder than the engine's and counts its
// scalar values by path; list indices are left out, so that an entry keeps its
// path when another one comes before it.
func leaves(t *testing.T, path string, data []byte) map[string]int {
	t.Helper()
	out := map[string]int{}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for i := 0; ; i++ {
		var v any
		if err := d.Decode(&v); err != nil {
			if err.Error() != "EOF" {
				t.Errorf("%s: document %d: %v", path, i, err)
			}
			return out
		}
		collect(out, fmt.Sprint(i), v)
	}
}

func collect(out map[string]int, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			collect(out, at+"/"+k, e)
		}
	case map[any]any:
		for k, e := range v {
			collect(out, at+"/"+fmt.Sprint(k), e)
		}
	case []any:
		for _, e := range v {
			collect(out, at, e)
		}
	case nil:
	default:
		out[fmt.Sprintf("%s=%T %v", at, v, v)]++
	}
}

// alterable are the parts of the runtime contract that the present fixes
// declare: a user, an exec form, a health check, a variable that is taken out.
var alterable = []dockerfile.Field{
	dockerfile.FieldUser, dockerfile.FieldCmd, dockerfile.FieldEntrypoint, dockerfile.FieldHealthcheck, dockerfile.FieldEnv,
}

func checkDockerfile(t *testing.T, c engine.Change) {
	t.Helper()
	if _, err := parser.Parse(bytes.NewReader(c.After)); err != nil {
		t.Errorf("%s: BuildKit cannot parse the result: %v", c.Path, err)
		return
	}
	before, err := dockerfile.Parse(c.Before)
	if err != nil {
		t.Fatal(err)
	}
	after, err := dockerfile.Parse(c.After)
	if err != nil {
		t.Errorf("%s: %v", c.Path, err)
		return
	}
	split := len(before.Stages) == 1 && len(after.Stages) == 2 // what builds and what runs: see checkSplit
	if split {
		checkSplit(t, c.Path, before, after)
	}
	for _, d := range dockerfile.Diff(before, after) {
		if d.Field == dockerfile.FieldExpose && len(after.Final().Exposes()) == len(before.Final().Exposes()) {
			continue // a port that other files agree on, in place of another
		}
		if split && (d.Field == dockerfile.FieldBase || d.Field == dockerfile.FieldStage || d.Field == dockerfile.FieldEnv) {
			continue
		}
		if !slices.Contains(alterable, d.Field) && !(d.Field == dockerfile.FieldBase && moved(d.Before, d.After)) {
			t.Errorf("%s: %s changed from %q to %q", c.Path, d.Field, d.Before, d.After)
		}
	}
}

// checkSplit asks of a file that got a second stage that the first is on the base that it
// had, that the second takes something from it, and that no variable of the application
// went but those that only tools of a build read.
func checkSplit(t *testing.T, file string, before, after *dockerfile.File) {
	t.Helper()
	if got, want := after.Stages[0].Base, before.Final().Base; got != want && !moved(want, got) {
		t.Errorf("%s: the build stage is on %s, not on %s", file, got, want)
	}
	copies := 0
	for _, i := range after.Final().Instructions {
		if from, ok := i.Flag("from"); ok && i.Keyword == "COPY" && from.Value == after.Stages[0].Name {
			copies++
		}
	}
	if copies == 0 {
		t.Errorf("%s: the second stage copies nothing", file)
	}
	is := after.Final().Contract()
	for key, value := range before.Final().Contract().Env {
		if got, ok := is.Env[key]; !buildVariable.MatchString(key) && (!ok || got != value && key != "PATH") {
			t.Errorf("%s: %s was %q and is %q", file, key, value, got)
		}
	}
}

var buildVariable = regexp.MustCompile(`^(PIP|POETRY|PIPENV|UV|CGO|CARGO|NPM_CONFIG|npm_config|YARN|PNPM|COMPOSER|MAVEN|GRADLE)_|^(DEBIAN_FRONTEND|GO111MODULE|GOFLAGS|GOPROXY|GOOS|GOARCH|CI)$`)

// moved reports whether an image is the same as another under the new name that its
// publisher gave it, or the same software without root.
func moved(before, after string) bool {
	known := new(fixer.Facts).Image(before)
	if twin, ok := known.Twin(); ok && twin.Image == after {
		return true
	}
	e, ended := known.EndOfLife()
	return ended && e.Same != "" && e.Same == after
}

// moves matches what a server that moves to another port says otherwise.
var moves = regexp.MustCompile(`\d+|\s*port_in_redirect off;`)
