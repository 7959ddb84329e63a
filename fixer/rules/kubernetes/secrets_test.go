package kubernetes

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestSecretsAreMasked looks for the values themselves in everything that is
// said of them.
func TestSecretsAreMasked(t *testing.T) {
	values := []string{"s3cr3t-of-the-shop", "AKIAQ3EGRTHJ5W2XKZVB", "postgres://web:s3cr3t-of-web@db/web", "hunter2"}
	for _, value := range values {
		manifest := fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    env:
    - {name: DB_PASSWORD, value: %[1]q}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: %[1]q}
data: {token: %[2]s}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {password: %[1]q, app.conf: "a=b\ntoken=%[1]s\n"}
`, value, base64.StdEncoding.EncodeToString([]byte(value)))
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}})
		report := engine.Check(snap, nil, []*fixer.Rule{SecretInEnv, SecretInGit, SecretInConfigMap})
		if len(report.Findings) != 3 {
			t.Errorf("%q: %d findings, want one of each rule", value, len(report.Findings))
		}
		for _, f := range report.Findings {
			said := []string{f.Message, f.Advice, f.Path, manifest[f.Start:f.End]}
			for _, e := range f.Evidence {
				said = append(said, e.String())
			}
			for _, fix := range f.Fixes {
				said = append(said, fix.Title, fix.Breaks, fix.Verify)
				for _, p := range fix.Params {
					said = append(said, p.Meaning, p.Default)
				}
			}
			if slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, value) }) {
				t.Errorf("%s tells its value %q: %q", f.Key(), value, said)
			}
		}
	}
}

// TestASecretIsNotMovedIntoAPlainOne: with or without a kustomization a value is
// never written into a Secret of the repository, where it would be as readable.
func TestASecretIsNotMovedIntoAPlainOne(t *testing.T) {
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: example.org/web:1\n    env:\n    - {name: DB_PASSWORD, value: s3cr3t-of-db}\n"
	for _, list := range []string{"", "base/kustomization.yaml", "base/Kustomization", "kustomization.yaml"} {
		sources := []fixer.Source{{Path: "base/web.yaml", Kind: fixer.Kubernetes, Data: []byte(pod)}}
		if list != "" {
			sources = append(sources, fixer.Source{Path: list, Kind: fixer.Kustomize, Data: []byte("resources: [web.yaml]\n"), Skip: &fixer.Skip{Code: fixer.SkipKustomize, Reason: "a kustomization"}})
		}
		s := engine.NewSession(fixer.NewSnapshot(sources), nil, []*fixer.Rule{SecretInEnv})
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		plan := s.Plan()
		if len(plan.Changes) != 0 || len(plan.Outcomes) != 1 || plan.Outcomes[0].Result != engine.ManualWork {
			t.Errorf("%q: %d changes, outcomes %+v", list, len(plan.Changes), plan.Outcomes)
		} else if !strings.Contains(plan.Outcomes[0].Reason, "Secret outside this repository") {
			t.Errorf("%q: the reason is %q", list, plan.Outcomes[0].Reason)
		}
	}
}
