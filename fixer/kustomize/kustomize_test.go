package kustomize

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// TestRenderings builds the manifest base/web.yaml of each tree and compares what
// became of it: what each root changes, and the values at the paths that are asked for.
func TestRenderings(t *testing.T) {
	const web = `-- base/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: registry:5000/web:1
        args: [a, b]
        env:
        - {name: A, value: "1"}
        - {name: B, value: "2"}
        ports:
        - containerPort: 80
      - name: side
        image: side
      volumes:
      - name: data
        emptyDir: {}
`
	for name, test := range map[string]struct{ files, want string }{
		"not listed": {`-- other/kustomization.yaml --
resources: [none.yaml]
`, ""},
		"as written": {`-- base/kustomization.yaml --
resources: [web.yaml]
configMapGenerator: [{name: x}]
`, "base/kustomization.yaml as written"},
		"images": {`-- base/kustomization.yaml --
resources: [web.yaml]
images:
- {name: registry:5000/web, newTag: "2"}
- {name: side, newName: other/side, digest: sha256:0123}
- {name: we, newName: wrong}
`, `base/kustomization.yaml
base/kustomization.yaml:3 replaced spec.template.spec.containers[0].image = registry:5000/web:2
base/kustomization.yaml:4 replaced spec.template.spec.containers[1].image = other/side@sha256:0123`},
		"base, overlays and a component": {`-- base/kustomization.yml --
resources: [./web.yaml]
namePrefix: my-
-- a/kustomization.yaml --
bases: [../base]
components: [../part]
replicas: [{name: my-web, count: 3}]
-- b/Kustomization --
resources: [../base/]
-- c/kustomization.yaml --
resources: [../base]
-- part/kustomization.yaml --
kind: Component
patches:
- target: {kind: Deploy.*, name: my-w.b, labelSelector: "!x"}
  patch: |
    kind: Deployment
    metadata: {name: any}
    spec:
      template:
        spec: {serviceAccountName: web}
`, `a/kustomization.yaml
part/kustomization.yaml:9 replaced spec.template.spec.serviceAccountName = web
a/kustomization.yaml:3 replaced spec.replicas = 3
b/Kustomization, c/kustomization.yaml as written`},
		"a strategic merge patch": {`-- base/kustomization.yaml --
resources: [web.yaml]
patchesStrategicMerge: [patch.yaml]
-- base/patch.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      volumes: [{name: conf, configMap: {name: conf}}]
      containers:
      - name: web
        args: [c]
        env:
        - name: B
          value: "3"
        ports: null
      - name: new
        image: new
---
apiVersion: v1
kind: Service
metadata: {name: web}
`, `base/kustomization.yaml
base/patch.yaml:8 added spec.template.spec.volumes[1] = {"name":"conf","configMap":{"name":"conf",},}
base/patch.yaml:11 replaced spec.template.spec.containers[0].args = ["c",]
base/patch.yaml:14 replaced spec.template.spec.containers[0].env[1].value = 3
base/patch.yaml:15 removed spec.template.spec.containers[0].ports = 
base/patch.yaml:16 added spec.template.spec.containers[2] = {"name":"new","image":"new",}`},
		"directives": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
          - name: web
            $patch: delete
          volumes:
          - $patch: replace
          - {name: only, emptyDir: {}}
`, `base/kustomization.yaml moved
base/kustomization.yaml:11 removed spec.template.spec.containers[0] = {"name":"side","image":"side",}
base/kustomization.yaml:14 replaced spec.template.spec.volumes = [{"name":"only","emptyDir":{},},]`},
		"the object is taken out": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- patch: |-
    {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, $patch: delete}
`, `base/kustomization.yaml gone`},
		"a JSON patch": {`-- base/kustomization.yaml --
resources: [web.yaml]
patchesJson6902:
- target: {group: apps, version: v1, kind: Deployment, name: web}
  path: ops.json
- target: {kind: Deployment, name: other}
  path: ops.json
-- base/ops.json --
[
  {"op": "add", "path": "/spec/template/spec/volumes", "value": []},
  {"op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": {"name": "C"}},
  {"op": "replace", "path": "/spec/template/spec/containers/1/image", "value": "x"},
  {"op": "remove", "path": "/spec/replicas"},
  {"op": "replace", "path": "/spec/none/here", "value": 1}
]
`, `base/kustomization.yaml
base/ops.json:2 replaced spec.template.spec.volumes strict = []
base/ops.json:3 added spec.template.spec.containers[0].env[2] strict = {"name":"C",}
base/ops.json:4 replaced spec.template.spec.containers[1].image strict = x
base/ops.json:5 removed spec.replicas strict = `},
		"an item between others": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: |
    - {op: add, path: /spec/template/spec/containers/0, value: {name: first, image: first}}
`, `base/kustomization.yaml moved
base/kustomization.yaml:5 added spec.template.spec.containers[0] strict = {"name":"first","image":"first",}`},
		"labels and a namespace": {`-- base/kustomization.yaml --
resources: [web.yaml]
namespace: shop
commonAnnotations: {a/b: "c"}
labels:
- pairs: {x: "y"}
`, `base/kustomization.yaml
base/kustomization.yaml:2 replaced metadata.namespace = shop
base/kustomization.yaml:5 replaced metadata.labels.x = y
base/kustomization.yaml:3 replaced metadata.annotations["a/b"] = c
base/kustomization.yaml:3 replaced spec.template.metadata.annotations["a/b"] = c`},
		"what is not read": {`-- base/kustomization.yaml --
resources: [web.yaml]
transformers: [t.yaml, names.yaml]
patches: [{path: none.yaml}]
replacements:
- source: {kind: ConfigMap, name: x}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ["spec.template.spec.containers.[name=web].image", spec.none]
-- base/t.yaml --
apiVersion: example.org/v1
kind: Changer
-- base/names.yaml --
apiVersion: builtin
kind: PrefixSuffixTransformer
`, `base/kustomization.yaml
base/kustomization.yaml:3 added  unknown = {…}
base/t.yaml:1 added  unknown = {…}
base/kustomization.yaml:8 replaced spec.template.spec.containers[0].image unknown = registry:5000/web:1
base/kustomization.yaml:8 replaced spec.none unknown = `},
		"circles and what lies elsewhere": {`-- base/kustomization.yaml --
resources: [web.yaml, "https://example.org/x", "."]
components: [../part]
-- part/kustomization.yaml --
components: [../part2]
-- part2/kustomization.yaml --
components: [../part]
-- a/kustomization.yaml --
resources: [../b, ../base]
-- b/kustomization.yaml --
resources: [../a]
`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for _, f := range txtar.Parse([]byte(web + test.files)).Files {
				files[f.Name] = f.Data
			}
			doc, err := yamldoc.Parse(files["base/web.yaml"])
			if err != nil {
				t.Fatal(err)
			}
			delete(files, "base/web.yaml")
			var got []string
			for _, r := range New(files).Renderings("base/web.yaml", kube.Parse(doc)) {
				got = append(got, show(r)...)
			}
			if s := strings.Join(got, "\n"); s != test.want {
				t.Errorf("got\n%s\nwant\n%s", s, test.want)
			}
		})
	}
}

func show(r *Rendering) []string {
	head := strings.Join(r.Roots, ", ")
	switch {
	case r.AsWritten():
		return []string{head + " as written"}
	case r.Objects[0] == nil:
		return []string{head + " gone"}
	case r.Moved(0):
		head += " moved"
	}
	out := []string{head}
	for _, c := range r.ChangesOf(0) {
		line := fmt.Sprintf("%s %s %s", c.Place, [...]string{"added", "replaced", "removed"}[c.Kind], c.Path)
		if c.Strict {
			line += " strict"
		}
		if !c.Known {
			line += " unknown"
		}
		n := r.Objects[0].Node.At(c.Path)
		value := n.Text()
		if len(c.Path) == 0 {
			value = "{…}"
		} else if n.Is(yamldoc.Mapping) || n.Is(yamldoc.Sequence) {
			var b strings.Builder
			write(&b, n, 0)
			value = strings.ReplaceAll(b.String(), "!!str", "")
		}
		out = append(out, line+" = "+value)
	}
	return out
}

// TestRenderingsDoNotEndForHostileInput: what is nested, repeated and enormous
// costs no more than it should.
func TestRenderingsDoNotEndForHostileInput(t *testing.T) {
	doc, err := yamldoc.Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: &m {name: a, labels: {x: *m}}\nspec: {containers: [{name: a, image: a}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"kustomization.yaml": []byte("resources: [p.yaml]\npatches: &p [{patch: *p}]\npatchesStrategicMerge: [" + strings.Repeat("'{kind: Pod, metadata: {name: a}}',", 1000) + "]\n")}
	for i := range 200 { // more ways than are followed
		files[fmt.Sprintf("o%d/kustomization.yaml", i)] = []byte(fmt.Sprintf("resources: [..]\nimages: [{name: a, newTag: v%d}]\n", i))
	}
	r := New(files).Renderings("p.yaml", kube.Parse(doc))
	if len(r) != maxChains || r[len(r)-1].Rest == 0 {
		t.Errorf("%d renderings, and %d more", len(r), r[len(r)-1].Rest)
	}
}
