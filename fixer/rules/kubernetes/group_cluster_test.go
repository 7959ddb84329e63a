package kubernetes

import (
	"reflect"
	"testing"

	"oakum/fixer"
	"oakum/fixer/engine"
)

// FuzzCluster gives the rules of the group any text: they must not fail, must
// say the same twice, and what they offer must be complete and lead to a file
// in which the same finding is not there, or to a reason.
func FuzzCluster(f *testing.F) {
	for _, r := range Cluster {
		f.Add(r.Doc.Bad)
		f.Add(r.Doc.Good)
	}
	f.Add("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: &m {name: *m}\nrules: *m\n")
	f.Add("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: []\nroleRef: [cluster-admin]\nsubjects: {kind: User, name: system:anonymous}\n")
	f.Add("apiVersion: v1\nkind: Service\nspec: {type: NodePort, ports: [null, [], {port: x, nodePort: }], externalIPs: [[], {}]}\n")
	f.Add("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {annotations: [a]}\nspec: {rules: [a, {http: {paths: {}}}], tls: {}, backend: []}\n")
	f.Add("apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {template: {metadata: {labels: [a]}, spec: {containers: [{image: a}]}}}\n")
	f.Fuzz(func(t *testing.T, src string) {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "f.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
		s := engine.NewSession(snap, nil, Cluster)
		report := s.Baseline()
		for _, p := range report.Problems {
			t.Fatalf("%s failed: %s", p.Rule, p.Reason)
		}
		again := engine.Check(snap, nil, Cluster)
		for i, finding := range report.Findings {
			if !reflect.DeepEqual(finding.Key(), again.Findings[i].Key()) || finding.Message != again.Findings[i].Message {
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
