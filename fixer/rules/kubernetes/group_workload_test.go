package kubernetes

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"oakum/fixer"
	"oakum/fixer/engine"
)

// FuzzWorkload gives the rules of the group any text: they must not fail, must
// say the same twice and say it whole, and a fix must be made or refused with
// a reason.
func FuzzWorkload(f *testing.F) {
	for _, r := range Workload {
		f.Add(r.Doc.Bad)
		f.Add(r.Doc.Good)
	}
	f.Add("apiVersion: v1\nkind: Pod\nspec: &s {containers: [*s, {image: a, env: [*s, {name: PASSWORD, value: [a]}], ports: {hostPort: 1}}], volumes: [{hostPath: {path: ''}}, *s]}\n")
	f.Add("apiVersion: v1\nkind: Pod\nmetadata: {annotations: [a]}\nspec: {securityContext: [a], containers: [{image: '::', ports: [null, {hostPort: -1}], livenessProbe: {exec: {command: a}, httpGet: []}}]}\n")
	f.Add("apiVersion: v1\nkind: Secret\ndata: {password: '%%%', a: !!binary aGk=, token: [a]}\nstringData: {<<: {password: b}}\n")
	f.Add("apiVersion: v1\nkind: Pod\nmetadata: {name: 'A/../b'}\nspec: {serviceAccount: [a], containers: [{name: \"\\u202e\", image: a, env: [{name: 'a b_TOKEN', value: abcdefgh}], securityContext: {runAsUser: 1, capabilities: {add: [chown, {}, ALL]}}}]}\n")
	f.Fuzz(func(t *testing.T, src string) {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "f.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
		s := engine.NewSession(snap, nil, Workload)
		report, again := s.Baseline(), engine.Check(snap, nil, Workload)
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

// TestKustomizationListsFiles holds the move of a secret to what a
// kustomization would apply.
func TestKustomizationListsFiles(t *testing.T) {
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
		if want := strings.HasPrefix(list, "base/"); (len(plan.Changes) == 0) != want {
			t.Errorf("%q: %d changes", list, len(plan.Changes))
		} else if want && !strings.Contains(plan.Outcomes[0].Reason, list+" lists the files") {
			t.Errorf("%q: refused because %q", list, plan.Outcomes[0].Reason)
		}
	}
}

func TestHostPlace(t *testing.T) {
	for _, c := range []struct {
		path string
		want fixer.Severity
	}{
		{"/", fixer.Critical},
		{"/etc", fixer.High},
		{"/etcetera", fixer.Medium},
		{"/etc/kubernetes/pki", fixer.Critical},
		{"/etc/localtime", fixer.Low},
		{"/var/run", fixer.Critical},
		{"/run/udev", fixer.Medium},
		{"/var/lib", fixer.Critical},
		{"/var/lib/web", fixer.Medium},
		{"/var/lib/kubelet/pods", fixer.Critical},
		{"/var/lib/kubelet/plugins/example", fixer.Medium},
		{"/var/lib/docker/containers", fixer.Medium},
		{"/dev", fixer.High},
		{"/dev/fuse", fixer.Medium},
		{"relative", fixer.Medium},
	} {
		if got := (hostVolume{path: c.path}).place().severity; got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

// TestHostPortsFollowOtherFiles changes the Service beside a pod: what was
// remembered of the pod's file no longer holds.
func TestHostPortsFollowOtherFiles(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers:\n  - {name: web, image: example.org/web:1, ports: [{containerPort: 80, hostPort: 80}]}\n"
	service := func(app string) []byte {
		return []byte("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: " + app + "}, ports: [{port: 80}]}\n")
	}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "k/pod.yaml", Kind: fixer.Kubernetes, Data: []byte(pod)}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{HostPorts})
	for _, step := range []struct {
		file string
		data []byte
		want fixer.Level
	}{
		{"other/service.yaml", service("web"), fixer.Manual},
		{"k/service.yaml", service("shop"), fixer.Manual},
		{"k/service.yaml", service("web"), fixer.Review},
		{"k/service.yaml", []byte("apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\n"), fixer.Manual},
	} {
		snap = snap.With(step.file, fixer.Kubernetes, step.data)
		s.SetSnapshot(snap)
		if found := s.Baseline().Findings; len(found) != 1 || found[0].Level() != step.want {
			t.Errorf("with %s in %s the port is %s, want %s", step.data, step.file, found[0].Level(), step.want)
		}
	}
}
