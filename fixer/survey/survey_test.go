package survey_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/survey"
)

// surveyOf is the survey of files with all fixes up to review.
func surveyOf(t *testing.T, files map[string]string) *survey.Map {
	t.Helper()
	loaded, err := discover.Load(context.Background(), []string{disktest.Tree(t, files)}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(loaded.Sources, loaded.Names...), &fixer.Facts{}, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	m, err := survey.Of(s.Plan(), s.Facts())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func way(hops []survey.Hop) string {
	var out []string
	for _, h := range hops {
		out = append(out, h.Name+" "+strings.Join(h.Marks, ","))
	}
	return strings.Join(out, " → ")
}

// TestBeforeAndAfter: networks and hardening shorten what an attacker gets, and each
// mark has the fix that takes it.
func TestBeforeAndAfter(t *testing.T) {
	m := surveyOf(t, map[string]string{"compose.yaml": `services:
  web:
    image: nginxinc/nginx-unprivileged:1.30
    ports: ["8080:8080"]
  api:
    image: registry.example.org/api:1.2
    user: "1000"
    environment: {DB_HOST: db}
  db:
    image: postgres:17
    privileged: true
`})
	if m.Before.Pairs != 6 || m.Before.Used != 1 || m.After.Pairs != 4 {
		t.Errorf("pairs %+v → %+v", m.Before, m.After)
	}
	i := slices.IndexFunc(m.Services, func(s survey.Service) bool { return s.Name == "db" })
	db := m.Services[i]
	if got := way(db.PathBefore); got != "web writable → db privileged,root,writable" {
		t.Errorf("before: %s", got)
	}
	if got := way(db.PathAfter); !strings.HasPrefix(got, "web  → api") {
		t.Errorf("after: %s", got)
	}
	if db.Before.Marks[0].Name != "privileged" || db.Before.Marks[0].Cut.Rule != "compose/privileged" || !db.Before.Marks[0].Cut.Done {
		t.Errorf("marks %+v", db.Before.Marks)
	}
	if last := db.PathBefore[len(db.PathBefore)-1]; last.Known || last.Cut.Rule != "cross/flat-network" {
		t.Errorf("last hop %+v", last)
	}
}

// TestPoliciesHold: pods that a NetworkPolicy keeps apart cannot connect.
func TestPoliciesHold(t *testing.T) {
	pod := func(name string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {app: " + name + "}}\nspec: {containers: [{name: c, image: registry.example.org/" + name + ":1}]}\n---\n"
	}
	policy := "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: c}\nspec:\n  podSelector: {matchLabels: {app: c}}\n  policyTypes: [Ingress]\n  ingress: [{from: [{podSelector: {matchLabels: {app: b}}}]}]\n"
	if m := surveyOf(t, map[string]string{"k.yaml": pod("a") + pod("b") + pod("c")}); m.Before.Pairs != 6 {
		t.Errorf("without a policy: %+v", m.Before)
	}
	if m := surveyOf(t, map[string]string{"k.yaml": pod("a") + pod("b") + pod("c") + policy}); m.Before.Pairs != 5 {
		t.Errorf("with a policy: %+v", m.Before)
	}
}

// TestConcernsNameRules: each mark is taken away by a rule that there is.
func TestConcernsNameRules(t *testing.T) {
	for mark, ends := range survey.Concerns {
		if !slices.ContainsFunc(rules.All(), func(r *fixer.Rule) bool {
			return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(r.Name, end) })
		}) {
			t.Errorf("%s: no rule ends in %v", mark, ends)
		}
	}
}

// TestOnlyWhatClosesAStepIsNamed: a connection that an application needs has no fix that
// closes it, a step between pods has that of its namespace, and a pod in the network of
// its node that which takes it out of there. A fix that is made and leaves the step open
// is not named.
func TestOnlyWhatClosesAStepIsNamed(t *testing.T) {
	m := surveyOf(t, map[string]string{"k.yaml": `apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: shop, labels: {app: edge}}
spec: {hostNetwork: true, containers: [{name: c, image: registry.example.org/edge:1, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: registry.example.org/db:1}]}
`, "compose.yaml": `services:
  web:
    image: registry.example.org/web:1
    ports: ["80:8080"]
    environment: {DB_HOST: data, CACHE: "cache:6379"}
  data: {image: "postgres:17"}
  cache: {image: "redis:7"}
`})
	cuts := map[string]string{}
	for _, s := range m.Services {
		for _, h := range s.PathBefore {
			cuts[s.Name+"/"+h.Name] = h.Cut.Rule
			if h.Cut.Rule != "" && h.Cut.Key.Rule != h.Cut.Rule {
				t.Errorf("the cut of %s/%s names the finding %v", s.Name, h.Name, h.Cut.Key)
			}
			if h.Evidence.File == "" || h.Evidence.Text == "" {
				t.Errorf("%s/%s has no line", s.Name, h.Name)
			}
		}
	}
	for step, rule := range map[string]string{
		"edge/edge": "kubernetes/host-namespaces", "db/db": "cross/no-network-policy", "data/data": "", "cache/cache": "", "web/web": "",
	} {
		if cuts[step] != rule {
			t.Errorf("%s is closed by %q, want %q", step, cuts[step], rule)
		}
	}
}
