package checklist_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/checklist"
	"github.com/oakum-sec/oakum/fixer/languagetest"
)

const manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec: {containers: [{name: api, image: api}]}\n"

// known are the rules of the tests: what is read-only is looked for in manifests alone.
var known = []*fixer.Rule{{Name: "kubernetes/writable-root", Kind: fixer.Kubernetes}, {Name: "cross/dockerignore"}, {Name: "kubernetes/disruption-budget", Kind: fixer.Kubernetes}, {Name: "compose/no-password", Kind: fixer.Compose}}

func answers(t *testing.T, findings []*fixer.Finding, sources ...fixer.Source) map[string]checklist.Answer {
	t.Helper()
	out := map[string]checklist.Answer{}
	for _, a := range checklist.Answers(findings, slices.Collect(fixer.NewSnapshot(sources).Files()), known, false) {
		out[a.Text] = a
	}
	return out
}

// TestStates: an item holds, fails, cannot be seen, or is about files that are not there.
func TestStates(t *testing.T) {
	deployment := fixer.Source{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}
	compose := fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {a: {image: a}}\n")}
	policy := fixer.Source{Path: "k8s/deny.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}}\n")}
	workflow := func(step string) fixer.Source {
		return fixer.Source{Path: ".github/workflows/ci.yaml", Kind: fixer.Workflow, Data: []byte("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n" + step)}
	}
	writable := &fixer.Finding{Rule: "kubernetes/writable-root", File: "k8s/api.yaml"}
	const readOnly, policies, scans, rotated = "Root filesystems are read-only", "Policies say which pods may connect", "The pipeline scans images for vulnerabilities", "Secrets are rotated, and reading them is audited"
	for _, c := range []struct {
		name, text string
		findings   []*fixer.Finding
		sources    []fixer.Source
		state      checklist.State
		place      string
	}{
		{"nothing is found", readOnly, nil, []fixer.Source{deployment}, checklist.Holds, ""},
		{"something is found", readOnly, []*fixer.Finding{writable}, []fixer.Source{deployment}, checklist.Fails, ""},
		{"no file is about it", readOnly, nil, []fixer.Source{workflow("    - run: make\n")}, checklist.Absent, ""},
		{"no rule looks for it", readOnly, nil, []fixer.Source{compose}, checklist.Unseen, ""},
		{"a rule looks for it in some", readOnly, nil, []fixer.Source{compose, deployment}, checklist.Holds, ""},
		{"no object shows it", policies, nil, []fixer.Source{deployment}, checklist.Unseen, ""},
		{"an object shows it", policies, nil, []fixer.Source{deployment, policy}, checklist.Holds, "k8s/deny.yaml"},
		{"no step shows it", scans, nil, []fixer.Source{workflow("    - run: make\n")}, checklist.Unseen, ""},
		{"a step shows it", scans, nil, []fixer.Source{workflow("    - run: trivy image app\n")}, checklist.Holds, ".github/workflows/ci.yaml"},
		{"a comment shows nothing", scans, nil, []fixer.Source{workflow("    # trivy is for later\n    - run: make # no grype\n")}, checklist.Unseen, ""},
		{"no file can tell", rotated, nil, []fixer.Source{deployment, policy, workflow("    - run: trivy\n")}, checklist.Unseen, ""},
	} {
		a, ok := answers(t, c.findings, c.sources...)[c.text]
		if !ok || a.State != c.state || a.Place != c.place {
			t.Errorf("%s: %q is %q by %q, want %q by %q", c.name, c.text, a.State, a.Place, c.state, c.place)
		}
	}
}

// TestOneReplicaSurvivesNothing: that no rule has a finding does not show that an application
// survives; a PodDisruptionBudget does.
func TestOneReplicaSurvivesNothing(t *testing.T) {
	const survives = "The application survives that a pod or a node goes"
	deployment := fixer.Source{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}
	budget := fixer.Source{Path: "k8s/pdb.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: api}\nspec: {maxUnavailable: 1}\n")}
	if a := answers(t, nil, deployment)[survives]; a.State != checklist.Unseen || a.Advice == "" {
		t.Errorf("without a budget it is %q", a.State)
	}
	if a := answers(t, nil, deployment, budget)[survives]; a.State != checklist.Holds || a.Place != "k8s/pdb.yaml" {
		t.Errorf("with a budget it is %q by %q", a.State, a.Place)
	}
}

// TestDatabasesOfClustersAreNotAbsent: manifests may have databases, too, in which no rule looks
// for a password.
func TestDatabasesOfClustersAreNotAbsent(t *testing.T) {
	deployment := fixer.Source{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}
	if a := answers(t, nil, deployment)["No setting turns off the password of a database or a console"]; a.State != checklist.Unseen {
		t.Errorf("it is %q", a.State)
	}
}

// TestNothingUncheckedHolds: an item that holds says in which files nothing looks for it.
func TestNothingUncheckedHolds(t *testing.T) {
	compose := fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services: {a: {image: a}}\n")}
	deployment := fixer.Source{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}
	a := answers(t, nil, compose, deployment)["Root filesystems are read-only"]
	if a.State != checklist.Holds || !slices.Equal(a.Unchecked, []fixer.Kind{fixer.Compose}) {
		t.Errorf("it %s, unchecked in %v", a.State, a.Unchecked)
	}
}

// TestNoFindingIsLost: what no item names belongs to the last one.
func TestNoFindingIsLost(t *testing.T) {
	findings := []*fixer.Finding{{Rule: "dockerfile/runs-as-root"}, {Rule: "compose/writable-root"}, {Rule: "kubernetes/invented-tomorrow"}, {Rule: "kubernetes/writable-root"}}
	n := 0
	for _, a := range checklist.Answers(findings, nil, known, false) {
		n += len(a.Findings)
		for _, f := range a.Findings {
			if f.Rule == "kubernetes/invented-tomorrow" && !strings.HasPrefix(a.Text, "The other checks") {
				t.Errorf("%s belongs to %q", f.Rule, a.Text)
			}
		}
	}
	if n != len(findings) {
		t.Errorf("%d findings are in the answers, want %d", n, len(findings))
	}
}

// TestItemsReadWell holds the checklist to the language of the project, and every item to
// something that answers it or says what to do.
func TestItemsReadWell(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range checklist.Answers(nil, nil, nil, false) {
		for _, complaint := range append(languagetest.Complaints(a.Text), languagetest.Complaints(a.Advice)...) {
			t.Error(complaint)
		}
		if len(a.Kinds) == 0 || seen[a.Text] || len(a.Rules) == 0 && a.Advice == "" && !strings.HasPrefix(a.Text, "The other checks") {
			t.Errorf("%q: %d kinds, %d rules, advice %q", a.Text, len(a.Kinds), len(a.Rules), a.Advice)
		}
		seen[a.Text] = true
		for _, r := range a.Rules {
			if seen["rule "+r] {
				t.Errorf("two items name %s", r)
			}
			seen["rule "+r] = true
		}
	}
}
