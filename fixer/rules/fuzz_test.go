package rules_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// FuzzKubernetes gives the rules any text: they must not fail, must say the
// same twice and say it whole, and a fix must be made or refused with a reason.
func FuzzKubernetes(f *testing.F) {
	var all []*fixer.Rule
	for _, r := range rules.All() {
		if r.Kind != fixer.Dockerfile && r.Kind != fixer.Compose { // those of several kinds look at manifests, too
			all = append(all, r)
			f.Add(r.Page().Bad)
			f.Add(r.Page().Good)
		}
	}
	f.Add("apiVersion: v1\nkind: Pod\nspec: &s {containers: [*s, {image: a, env: [*s, {name: PASSWORD, value: [a]}], ports: {hostPort: 1}}], volumes: [{hostPath: {path: ''}}, *s]}\n")
	f.Add("apiVersion: v1\nkind: Pod\nmetadata: {annotations: [a]}\nspec: {securityContext: [a], containers: [{image: '::', ports: [null, {hostPort: -1}], livenessProbe: {exec: {command: a}, httpGet: []}}]}\n")
	f.Add("apiVersion: v1\nkind: Secret\ndata: {password: '%%%', a: !!binary aGk=, token: [a]}\nstringData: {<<: {password: b}}\n")
	f.Add("apiVersion: v1\nkind: Pod\nmetadata: {name: 'A/../b'}\nspec: {serviceAccount: [a], containers: [{name: \"\\u202e\", image: a, env: [{name: 'a b_TOKEN', value: abcdefgh}], securityContext: {runAsUser: 1, capabilities: {add: [chown, {}, ALL]}}}]}\n")
	f.Add("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: &m {name: *m}\nrules: *m\n")
	f.Add("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: []\nroleRef: [cluster-admin]\nsubjects: {kind: User, name: system:anonymous}\n")
	f.Add("apiVersion: v1\nkind: Service\nspec: {type: NodePort, ports: [null, [], {port: x, nodePort: }], externalIPs: [[], {}]}\n")
	f.Add("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {annotations: [a]}\nspec: {rules: [a, {http: {paths: {}}}], tls: {}, backend: []}\n")
	f.Add("apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {template: {metadata: {labels: [a]}, spec: {containers: [{image: a}]}}}\n")
	f.Add("{apiVersion: v1, kind: Namespace, metadata: {generateName: ns-}}\n---\n{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: }, {apiVersion: v1, kind: ServiceAccount, metadata: [a]}]}\n")
	f.Add("apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\nspec: {template: {metadata: , spec: {serviceAccountName: a, containers: [{image: a, env: [{name: DB_PASSWORD, value: hunter22}]}], volumes: [{name: d, nfs: {server: a, path: /b}}]}}}\n")
	f.Fuzz(func(t *testing.T, src string) {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "f.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
		s := engine.NewSession(snap, nil, all)
		report, again := s.Baseline(), engine.Check(snap, nil, all)
		for _, p := range report.Problems {
			t.Fatalf("%s failed: %s", p.Rule, p.Reason)
		}
		for i, finding := range report.Findings {
			if finding.Key() != again.Findings[i].Key() || finding.Message != again.Findings[i].Message {
				t.Fatalf("%s is not said twice", finding.Key())
			}
			if finding.Message == "" || len(finding.Fixes) == 0 && finding.Advice == "" {
				t.Fatalf("%s is incomplete", finding.Key())
			}
		}
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Plan().Outcomes {
			if (o.Result == engine.Refused || o.Result == engine.Blocked) && o.Reason == "" {
				t.Fatalf("%s is %s without a reason", o.Finding.Key(), o.Result)
			}
		}
	})
}
