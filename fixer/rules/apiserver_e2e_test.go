//go:build e2e

package rules_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/kube/podsecurity"
	"oakum/fixer/rules"
	"oakum/fixer/workspace"
	"oakum/fixer/yamldoc"
)

// TestAPIServer asks a real API server what it thinks of manifests before and
// after every fix up to review level is made: would it create the object, and
// would it create its pod in a namespace that enforces the restricted standard?
//
// Nothing that it accepted before may be refused after, no new fault may come
// to what it refused already, and where it rules on a pod, it must rule as
// package podsecurity does. With -v the figures are printed.
func TestAPIServer(t *testing.T) {
	s := startAPIServer(t)
	t.Run("tells right from wrong", func(t *testing.T) { checkTheJudge(t, s) })
	t.Run("shop", func(t *testing.T) {
		j := &judge{server: s, tally: newTally()}
		j.repository(t, "../../testdata/repos/shop")
		j.tally.log(t)
		if j.tally.sums["pods allowed"][1] == 0 {
			t.Error("not one pod of the shop is restricted after its fixes")
		}
	})
	t.Run("corpus", func(t *testing.T) {
		entries, err := os.ReadDir(corpus)
		if err != nil {
			t.Skip("SKIPPED: the corpus of real repositories is not here: ", err)
		}
		j := &judge{server: s, tally: newTally()}
		t.Run("repositories", func(t *testing.T) {
			for _, e := range entries {
				if e.IsDir() {
					t.Run(e.Name(), func(t *testing.T) {
						t.Parallel()
						j.repository(t, filepath.Join(corpus, e.Name()))
					})
				}
			}
		})
		j.tally.log(t)
	})
}

// checkTheJudge submits what a person can tell without it. An API server that
// was started wrongly would have nothing against anything.
func checkTheJudge(t *testing.T, s *apiServer) {
	const pod = `{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {
		securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},
		containers: [{name: web, image: web, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}`
	for _, c := range []struct {
		name, old, new string
		unknown        bool
		fault          string // a part of one; "" for a valid object
		reason         string // a part of one; "" for a restricted pod
	}{
		{name: "restricted"},
		{name: "privileged", old: "allowPrivilegeEscalation: false", new: "privileged: true", reason: "privileged"},
		{name: "baseline", old: "runAsNonRoot: true, ", reason: "runAsNonRoot != true"},
		{name: "a field too many", old: "image: web,", new: "image: web, colour: red,", fault: `unknown field "spec.containers[0].colour"`},
		{name: "a wrong value", old: "name: web, image", new: "name: Web, image", fault: "spec.containers[0].name: Invalid value"},
		{name: "a wrong value and a field too many", old: "name: web, image", new: "name: Web, colour: red, image", fault: "spec.containers[0].name: Invalid value"},
		{name: "a list for a word", old: "image: web", new: "image: [web]", fault: "cannot unmarshal array"},
		{name: "a kind of somebody else", old: "v1, kind: Pod", new: "example.org/v1, kind: Pod", unknown: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := (&judge{server: s}).document(t, strings.Replace(pod, c.old, c.new, 1))
			if len(got) != 1 || got[0].pod == nil {
				t.Fatalf("no ruling: %v", got)
			}
			g := got[0]
			said := fmt.Sprint(g.faults)
			if g.unknown != c.unknown || (c.fault == "") != (len(g.faults) == 0) || !strings.Contains(said, c.fault) {
				t.Errorf("unknown kind %v, faults %s; want %v, %q", g.unknown, said, c.unknown, c.fault)
			}
			if g.pod.allowed != (c.reason == "" && len(g.pod.faults) == 0) || !strings.Contains(fmt.Sprint(g.pod.reasons), c.reason) {
				t.Errorf("allowed %v for %q, want %q", g.pod.allowed, g.pod.reasons, c.reason)
			}
		})
	}
}

// A judge has files judged and compares.
type judge struct {
	server *apiServer
	tally  *tally
}

// A judgement is what the API server says of one object of a file.
type judgement struct {
	id      string
	unknown bool    // the API server does not have the kind
	faults  []fault // against the object as it is
	pod     *ruling // on its pod; nil for an object that makes none
	own     podsecurity.Level
}

func (j *judge) repository(t *testing.T, root string) {
	ws, err := workspace.Load(t.Context(), []string{root}, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := fixer.NewSession(fixer.NewSnapshot(ws.Sources), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for after := range plan.After.Files() {
		if after.Kind != fixer.Kubernetes || after.Context {
			continue
		}
		before := plan.Before.File(after.Path)
		if before != nil && before.Skip != nil {
			continue
		}
		var old []judgement
		if before != nil {
			old = j.file(t, before)
		}
		now := old
		if before == nil || !bytes.Equal(before.Data, after.Data) {
			now = j.file(t, after)
		}
		j.compare(t, after.Path, old, now)
		j.tally.add(0, filepath.Base(root)+"/"+after.Path, old)
		j.tally.add(1, filepath.Base(root)+"/"+after.Path, now)
	}
}

// compare holds what became of a file against what it was.
func (j *judge) compare(t *testing.T, path string, old, now []judgement) {
	t.Helper()
	was := map[string]judgement{}
	for _, o := range old {
		was[o.id] = o
	}
	for _, n := range now {
		o := was[n.id]
		delete(was, n.id)
		for _, f := range fresh(o.faults, n.faults) {
			t.Errorf("%s: %s: oakum made it invalid: %s", path, n.id, f)
		}
		if n.pod == nil {
			continue
		}
		var podFaults []fault
		if o.pod != nil {
			podFaults = o.pod.faults
		}
		for _, f := range fresh(podFaults, n.pod.faults) {
			t.Errorf("%s: %s: oakum made its pod invalid: %s", path, n.id, f)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was)) {
		t.Errorf("%s: %s is gone", path, id)
	}
	for i, all := range [][]judgement{old, now} {
		for _, g := range all {
			if g.pod != nil && len(g.pod.faults) == 0 && g.pod.allowed != (g.own == podsecurity.Restricted) {
				t.Errorf("%s: %s, %s: oakum calls it %s; the API server: allowed %v %q", path, g.id, stages[i], g.own, g.pod.allowed, g.pod.reasons)
			}
		}
	}
}

// fresh returns the faults of now that old does not have at the same place.
func fresh(old, now []fault) []fault {
	var out []fault
	for _, n := range now {
		if !slices.ContainsFunc(old, func(o fault) bool {
			return o == n || (n.place != "" && o.place == n.place && o.kind == n.kind)
		}) {
			out = append(out, n)
		}
	}
	return out
}

// file judges the workloads and other objects of a file, each by its own. An
// object is named by its place among those of its name, as in [kube.Object].
func (j *judge) file(t *testing.T, f *fixer.File) []judgement {
	t.Helper()
	out := j.document(t, string(f.Data))
	seen := map[string]int{}
	for i := range out {
		seen[out[i].id]++
		if n := seen[out[i].id]; n > 1 {
			out[i].id = fmt.Sprintf("%s#%d", out[i].id, n)
		}
	}
	return out
}

// document splits and reads a stream as kubectl does, and finds the objects in
// each document with oakum's own reader.
func (j *judge) document(t *testing.T, stream string) []judgement {
	t.Helper()
	var out []judgement
	documents := yamlstream.NewYAMLReader(bufio.NewReader(strings.NewReader(stream)))
	for n := 1; ; n++ {
		src, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		var value any
		if err == nil {
			value, err = decode(src)
		}
		var parsed *yamldoc.File
		if err == nil {
			parsed, err = yamldoc.Parse(src)
		}
		if err != nil {
			out = append(out, judgement{id: fmt.Sprintf("document %d", n), faults: []fault{{kind: "Unreadable", text: err.Error()}}})
			if parsed == nil && src == nil {
				return out // the stream itself cannot be read on
			}
			continue
		}
		for _, o := range kube.Parse(parsed) {
			g, err := j.object(t.Context(), o, value)
			if err != nil {
				t.Errorf("%s: %v", o.ID(), err)
			}
			out = append(out, g)
		}
	}
}

func (j *judge) object(ctx context.Context, o *kube.Object, document any) (judgement, error) {
	g := judgement{id: o.ID()}
	object, ok := at(document, o.Path).(map[string]any)
	if !ok {
		return g, fmt.Errorf("is not where it should be")
	}
	known, faults, err := j.server.submit(ctx, object)
	g.unknown, g.faults = !known, faults
	w := o.Workload()
	if err != nil || w == nil {
		return g, err
	}
	meta, _ := at(document, w.PodPath[:len(w.PodPath)-1].Join("metadata")).(map[string]any)
	pod, err := j.server.admit(ctx, meta, at(document, w.PodPath))
	g.pod, g.own = &pod, podsecurity.Evaluate(w).Level
	return g, err
}

// decode turns a document into JSON values, as kubectl does, but refuses
// duplicate keys, which kubectl would drop before the API server sees them.
func decode(src []byte) (any, error) {
	data, err := yaml.YAMLToJSONStrict(src)
	if err != nil {
		return nil, err
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return v, d.Decode(&v)
}

func at(v any, path yamldoc.Path) any {
	for _, s := range path {
		switch c := v.(type) {
		case map[string]any:
			v = c[s.Key]
		case []any:
			if !s.IsIndex || s.Index >= len(c) {
				return nil
			}
			v = c[s.Index]
		default:
			return nil
		}
	}
	return v
}
