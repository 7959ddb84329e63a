//go:build e2e

package rules_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/rules"
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
		if allowed, rejected := j.tally.sums[podsAllowed][1], j.tally.sums[podsRejected][1]; allowed == 0 || rejected > 0 {
			t.Errorf("after its fixes %d pods of the shop are restricted and %d are not", allowed, rejected)
		}
	})
	t.Run("corpus", func(t *testing.T) {
		entries, err := os.ReadDir(corpus)
		if err != nil {
			t.Skipf("the corpus of real repositories is not here: %v", err)
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

func (j *judge) repository(t *testing.T, root string) {
	ws, err := discover.Load(t.Context(), []string{root}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources), nil, rules.All())
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
		for _, g := range now {
			if g.pod != nil && len(g.pod.reasons) > 0 {
				t.Logf("%s: %s is still rejected: %s", after.Path, g.id, strings.Join(g.pod.reasons, ", "))
			}
		}
		j.tally.add(0, filepath.Base(root)+": "+after.Path, old)
		j.tally.add(1, filepath.Base(root)+": "+after.Path, now)
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
