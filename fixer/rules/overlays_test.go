package rules_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestManifestsAreJudgedAsKustomizationsBuildThem holds what the findings in a base
// become by what the kustomizations above it do to the workload. Each line of want
// is a rule, the level that it must have ("none" for no finding) and, where it
// says more, a part of the finding's texts.
func TestManifestsAreJudgedAsKustomizationsBuildThem(t *testing.T) {
	const onPort80 = "        ports:\n        - containerPort: 80\n"
	nginx, cache := baseWith("nginx:1.29")+onPort80, baseWith("memcached:1.6")
	const patchHead = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
`
	for _, test := range []struct{ name, files, want string }{
		{"a base that nobody changes", cache + "-- prod/kustomization.yaml --\nresources: [../base]\nnamePrefix: prod-\n", `
kubernetes/writable-root safe
kubernetes/capabilities safe
cross/service-account-token safe`},
		{"a placeholder gets its image from the kustomization that lists it",
			strings.Replace(baseWith("app")+onPort80, "resources: [web.yaml]", "resources: [web.yaml]\nimages: [{name: app, newName: nginx, newTag: '1.29'}]", 1), `
kubernetes/run-as-non-root review runAsUser to 101`},
		{"two overlays put different images in", nginx + `-- a/kustomization.yaml --
resources: [../base]
images: [{name: nginx, newName: httpd, newTag: "2.4"}]
-- b/kustomization.yaml --
resources: [../base]
`, `
kubernetes/run-as-non-root manual a/kustomization.yaml
kubernetes/seccomp safe`},
		{"an image that is not known in one of two overlays", cache + `-- a/kustomization.yaml --
resources: [../base]
images: [{name: memcached, newName: example.org/cache, newTag: "1"}]
-- b/kustomization.yaml --
resources: [../base]
`, `
kubernetes/writable-root manual a/kustomization.yaml
kubernetes/capabilities review a/kustomization.yaml
cross/service-account-token review a/kustomization.yaml`},
		{"a JSON patch replaces the lists that a fix adds to", nginx + `-- prod/kustomization.yaml --
resources: [../base]
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - op: add
      path: /spec/template/spec/volumes
      value: [{name: conf, configMap: {name: web}}]
    - op: add
      path: /spec/template/spec/containers/0/volumeMounts
      value: [{name: conf, mountPath: /etc/nginx/conf.d}]
`, `
kubernetes/writable-root manual prod/kustomization.yaml:5
kubernetes/run-as-non-root manual prod/kustomization.yaml:5
kubernetes/seccomp safe`},
		{"a JSON patch adds to the lists that a fix adds to", strings.Replace(nginx, "        ports:", "        volumeMounts: [{name: x, mountPath: /x}]\n        ports:", 1) + `      volumes: [{name: x, emptyDir: {}}]
-- prod/kustomization.yaml --
resources: [../base]
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - {op: add, path: /spec/template/spec/volumes/-, value: {name: conf, configMap: {name: web}}}
    - {op: add, path: /spec/template/spec/containers/0/volumeMounts/-, value: {name: conf, mountPath: /conf}}
`, `
kubernetes/writable-root review
kubernetes/run-as-non-root review`},
		{"a JSON patch replaces the securityContext", cache + `-- prod/kustomization.yaml --
resources: [../base]
patches:
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /spec/template/spec/containers/0/securityContext, value: {privileged: false}}
`, `
kubernetes/writable-root manual prod/kustomization.yaml:5
kubernetes/privilege-escalation manual prod/kustomization.yaml:5
kubernetes/seccomp safe`},
		{"a patch with $patch: replace", nginx + `-- prod/kustomization.yaml --
resources: [../base]
patchesStrategicMerge: [patch.yaml]
-- prod/patch.yaml --
` + patchHead + `      volumes:
      - $patch: replace
      - {name: conf, configMap: {name: web}}
`, `
kubernetes/writable-root manual prod/patch.yaml:8`},
		{"a patch of a list that is not merged", cache + `-- prod/kustomization.yaml --
resources: [../base]
patches: [{path: patch.yaml}]
-- prod/patch.yaml --
` + patchHead + `      containers:
      - name: web
        securityContext: {capabilities: {drop: [NET_RAW]}}
`, `
kubernetes/capabilities manual prod/patch.yaml:9
kubernetes/writable-root safe`},
		{"a command, an account and a container come with the overlay", cache + `-- prod/kustomization.yaml --
resources: [../base, rbac.yaml]
patches: [{path: patch.yaml}]
-- prod/rbac.yaml --
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web}]
-- prod/patch.yaml --
` + patchHead + `      serviceAccountName: web
      containers:
      - name: web
        command: [sh, -c, "prepare && exec memcached"]
      - name: discover
        image: example.org/discover:1
`, `
cross/service-account-token none
kubernetes/writable-root review prod/patch.yaml`},
		{"an annotation asks for a sidecar in one overlay", cache + `-- prod/kustomization.yaml --
resources: [../base]
commonAnnotations: {vault.hashicorp.com/agent-inject: "true"}
`, `
cross/service-account-token none`},
		{"an overlay has the setting already, and another has not", cache + `-- a/kustomization.yaml --
resources: [../base]
patches: [{path: patch.yaml}]
-- a/patch.yaml --
` + patchHead + `      securityContext: {seccompProfile: {type: Localhost, localhostProfile: x.json}}
-- b/kustomization.yaml --
resources: [../base]
`, `
kubernetes/seccomp safe`},
		{"every overlay has the setting already", cache + `-- a/kustomization.yaml --
resources: [../base]
components: [../part]
-- part/kustomization.yaml --
kind: Component
patches: [{path: patch.yaml, target: {kind: Deployment}}]
-- part/patch.yaml --
` + patchHead + `      securityContext: {seccompProfile: {type: RuntimeDefault}}
`, `
kubernetes/seccomp none
kubernetes/writable-root safe`},
		{"what a transformer of one's own does is not read", cache + `-- prod/kustomization.yaml --
resources: [../base]
transformers: [patch-fn.yaml]
-- prod/patch-fn.yaml --
apiVersion: example.org/v1
kind: Rewrite
metadata: {name: x}
`, `
kubernetes/seccomp review prod/patch-fn.yaml:1
kubernetes/writable-root review prod/patch-fn.yaml:1`},
		{"the image is copied from elsewhere", cache + `-- prod/kustomization.yaml --
resources: [../base]
replacements:
- source: {kind: ConfigMap, name: images, fieldPath: data.web}
  targets: [{select: {kind: Deployment}, fieldPaths: ["spec.template.spec.containers.[name=web].image"]}]
`, `
kubernetes/writable-root review prod/kustomization.yaml:4
kubernetes/capabilities review does not understand (image)`},
		{"the overlay does not build the workload", cache + `-- a/kustomization.yaml --
resources: [../base]
patches: [{path: patch.yaml}]
-- a/patch.yaml --
$patch: delete
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
-- b/kustomization.yaml --
resources: [../base]
`, `
kubernetes/writable-root safe`},
		{"a secret stays in git whatever an overlay puts in its place", strings.Replace(cache, "memcached:1.6\n", "memcached:1.6\n        env: [{name: DB_PASSWORD, value: hunter2-4711-xyz}]\n", 1) + `-- prod/kustomization.yaml --
resources: [../base]
patches: [{path: patch.yaml}]
-- prod/patch.yaml --
` + patchHead + `      containers:
      - name: web
        env: [{name: DB_PASSWORD, value: null, valueFrom: {secretKeyRef: {name: db, key: password}}}]
`, `
kubernetes/secret-in-env any`},
		{"the namespace comes with the overlay", strings.Replace(cache, "  name: web\nspec", "  name: web\n  namespace: default\nspec", 1) + `-- prod/kustomization.yaml --
resources: [../base]
namespace: shop
`, `
kubernetes/default-namespace none`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sources []fixer.Source
			for _, f := range txtar.Parse([]byte(test.files)).Files {
				sources = append(sources, fixer.Source{Path: f.Name, Kind: kindOf(f.Name, f.Data), Data: f.Data})
			}
			report := engine.Check(fixer.NewSnapshot(sources), nil, rules.All())
			for _, p := range report.Problems {
				t.Errorf("%s fails: %s", p.Rule, p.Reason)
			}
			for _, line := range strings.Split(strings.TrimSpace(test.want), "\n") {
				rule, rest, _ := strings.Cut(line, " ")
				level, part, _ := strings.Cut(rest, " ")
				i := slices.IndexFunc(report.Findings, func(f *fixer.Finding) bool { return f.Rule == rule && f.File == "base/web.yaml" })
				if i < 0 {
					if level != "none" {
						t.Errorf("no finding of %s", rule)
					}
					continue
				}
				f := report.Findings[i]
				if got := f.Level().String(); got != level && level != "any" || !strings.Contains(told(f), part) {
					t.Errorf("want %s, got %s:\n%s", line, got, told(f))
				}
			}
		})
	}
}

// baseWith is a kustomization with one Deployment of an image.
func baseWith(image string) string {
	return `-- base/kustomization.yaml --
resources: [web.yaml]
-- base/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: ` + image + "\n"
}

// A fix for a manifest whose kustomization changes it is made in the manifest,
// and for what is built.
func TestFixFitsWhatTheKustomizationBuilds(t *testing.T) {
	const manifest = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: app\n    ports:\n    - containerPort: 80\n"
	s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{
		{Path: "kustomization.yaml", Kind: fixer.Kustomize, Data: []byte("resources: [web.yaml]\nimages: [{name: app, newName: nginx, newTag: '1.29'}]\n")},
		{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)},
	}), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	got := string(s.Plan().After.File("web.yaml").Data)
	for _, part := range []string{"image: app\n", "runAsUser: 101", "mountPath: /var/cache/nginx", "net.ipv4.ip_unprivileged_port_start"} {
		if !strings.Contains(got, part) {
			t.Errorf("lacks %q:\n%s", part, got)
		}
	}
}
