package kustomize

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
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
		"a JSON patch moves, copies and tests": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: |
    - {op: test, path: /spec/replicas, value: 1}
    - {op: move, from: /spec/template/spec/volumes, path: /spec/moved}
    - {op: copy, from: /spec/template/spec/containers/1/image, path: /spec/template/spec/containers/0/image}
    - {op: copy, from: /spec/none, path: /spec/copied}
    - {op: replace, path: /spec/template/spec/containers/0/args/1, value: z}
`, `base/kustomization.yaml
base/kustomization.yaml:5 tested spec.replicas strict = 1
base/kustomization.yaml:6 removed spec.template.spec.volumes strict = 
base/kustomization.yaml:6 replaced spec.moved strict = [{"name":"data","emptyDir":{},},]
base/kustomization.yaml:7 replaced spec.template.spec.containers[0].image strict = side
base/kustomization.yaml:9 replaced spec.template.spec.containers[0].args[1] strict = z`},
		"an item is taken out of a list": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: |
    - {op: remove, path: /spec/template/spec/containers/0}
    - {op: replace, path: /spec/template/spec/containers/0/image, value: now-first}
`, `base/kustomization.yaml moved
base/kustomization.yaml:5 removed spec.template.spec.containers[0] strict = {"name":"side","image":"now-first",}
base/kustomization.yaml:6 replaced spec.template.spec.containers[0].image strict = now-first`},
		"values are taken out of a list, a mapping out and another replaced": {`-- base/kustomization.yaml --
resources: [web.yaml]
patchesStrategicMerge:
- |-
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec:
    replicas: null
    strategy: null
    template:
      spec:
        $deleteFromPrimitiveList/none: [b]
        containers:
        - name: web
          $deleteFromPrimitiveList/args: [b]
          resources: {$patch: delete}
        volumes:
        - name: data
          emptyDir: {$patch: delete}
`, `base/kustomization.yaml moved
base/kustomization.yaml:8 removed spec.replicas = 
base/kustomization.yaml:15 replaced spec.template.spec.containers[0].args = ["a",]
base/kustomization.yaml:19 removed spec.template.spec.volumes[0].emptyDir = `},
		"a patch that is a mapping, and one that is a list of objects": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: {spec: {replicas: 4}}
- path: list.yaml
-- base/list.yaml --
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec: {paused: true}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: other}
  spec: {paused: false}
`, `base/kustomization.yaml
base/kustomization.yaml:4 replaced spec.replicas = 4
base/list.yaml:7 replaced spec.paused = true`},
		"a patch whose lines are folded": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: "- {op: remove,\n\n  path: /spec/replicas}"
`, `base/kustomization.yaml
base/kustomization.yaml:4 removed spec.replicas strict = `},
		"labels that the pods get": {`-- base/kustomization.yaml --
resources: [web.yaml]
commonLabels: {a: b}
`, `base/kustomization.yaml
base/kustomization.yaml:2 replaced metadata.labels.a = b
base/kustomization.yaml:2 replaced spec.template.metadata.labels.a = b`},
		"transformers that patch and rename": {`-- base/kustomization.yaml --
resources: [web.yaml]
transformers:
- patch.yaml
- none.yaml
- |-
  apiVersion: builtin
  kind: ImageTagTransformer
  metadata: {name: t}
  imageTag: {name: side, newTag: "9"}
-- base/patch.yaml --
apiVersion: builtin
kind: PatchTransformer
metadata: {name: p}
target: {kind: Deployment}
patch: |-
  - {op: remove, path: /spec/replicas}
---
apiVersion: builtin
kind: ValueAddTransformer
metadata: {name: v}
`, `base/kustomization.yaml
base/patch.yaml:6 removed spec.replicas strict = 
base/patch.yaml:8 added  unknown = {…}
base/kustomization.yaml:4 added  unknown = {…}
base/kustomization.yaml:9 replaced spec.template.spec.containers[1].image = side:9`},
		"replacements in a file": {`-- base/kustomization.yaml --
resources: [web.yaml]
replacements: [{path: more.yaml}, {path: none.yaml}]
-- base/more.yaml --
- source: {kind: ConfigMap, name: x}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ['spec.template.metadata.annotations.example\.org/x']
  - select: {kind: Deployment}
    reject: [{name: web}]
    fieldPaths: [spec.rejected]
  - select: {kind: StatefulSet}
    fieldPaths: [spec.other]
`, `base/kustomization.yaml
base/more.yaml:4 replaced spec.template.metadata.annotations["example.org/x"] unknown = 
base/kustomization.yaml:2 added  unknown = {…}`},
		"patches of another group and another namespace": {`-- base/kustomization.yaml --
resources: [web.yaml]
namespace: shop
-- prod/kustomization.yaml --
resources: [../base]
patchesStrategicMerge:
- |
  {apiVersion: example.org/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 7}}
- |
  {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: other}, spec: {replicas: 8}}
- |
  {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 9}}
`, `prod/kustomization.yaml
base/kustomization.yaml:2 replaced metadata.namespace = shop
prod/kustomization.yaml:8 replaced spec.replicas = 9`},
		"what targets select": {`-- base/kustomization.yaml --
resources: [web.yaml]
namespace: shop
commonLabels: {a: b}
commonAnnotations: {c: d}
replicas: [{name: other, count: 9}]
-- prod/kustomization.yaml --
resources: [../base]
patches:
- {target: {labelSelector: a=b, annotationSelector: c=d, namespace: sh.p, group: apps, version: v1}, patch: "- {op: replace, path: /spec/replicas, value: 2}\n"}
- {target: {labelSelector: a=c}, patch: "- {op: replace, path: /spec/replicas, value: 3}\n"}
- {target: {labelSelector: "a=="}, patch: "- {op: replace, path: /spec/replicas, value: 4}\n"}
- {target: {annotationSelector: c=x}, patch: "- {op: replace, path: /spec/replicas, value: 5}\n"}
- {target: {namespace: sho}, patch: "- {op: replace, path: /spec/replicas, value: 6}\n"}
- {target: {group: batch}, patch: "- {op: replace, path: /spec/replicas, value: 7}\n"}
- {target: {version: v2}, patch: "- {op: replace, path: /spec/replicas, value: 8}\n"}
- {target: {kind: Pod}, patch: "{spec: {replicas: 8}}"}
- {target: {kind: Pod}, path: none.yaml}
- {patch: "- {op: replace, path: /spec/replicas, value: 9}\n"}
`, `prod/kustomization.yaml
base/kustomization.yaml:2 replaced metadata.namespace = shop
base/kustomization.yaml:3 replaced metadata.labels.a = b
base/kustomization.yaml:3 replaced spec.template.metadata.labels.a = b
base/kustomization.yaml:4 replaced metadata.annotations.c = d
base/kustomization.yaml:4 replaced spec.template.metadata.annotations.c = d
prod/kustomization.yaml:3 replaced spec.replicas strict = 2`},
		"pointers of a JSON patch": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: |
    - {op: add, path: /spec/a~1b~0c, value: x}
    - {op: add, path: spec/none, value: x}
    - {op: add, path: /spec/template/spec/containers/9, value: {name: x}}
    - {op: add, path: /spec/template/spec/containers/-1, value: {name: x}}
    - {op: add, path: /spec/template/spec/containers/x, value: {name: x}}
    - {op: add, path: /none/here, value: x}
    - {op: replace, path: /spec/none, value: x}
    - {op: remove, path: /spec/none}
    - {op: move, from: spec/replicas, path: /spec/moved}
`, `base/kustomization.yaml
base/kustomization.yaml:5 replaced spec["a/b~c"] strict = x`},
		"lists that are merged, and new ones": {`-- base/kustomization.yaml --
resources: [web.yaml]
patches: [{path: patch.yaml}]
-- base/patch.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  $patch: merge
  $retainKeys: [replicas]
  strategy: {type: Recreate}
  template:
    spec:
      $setElementOrder/containers: [{name: web}]
      initContainers: [{name: i, image: i}]
      imagePullSecrets: [{name: s}]
      tolerations: [{key: k}]
      containers:
      - name: web
        ports:
        - {containerPort: 80, name: http}
        - {containerPort: 90}
        volumeMounts: [{mountPath: /a, name: data}]
      - name: gone
        $patch: delete
`, `base/kustomization.yaml
base/patch.yaml:7 replaced spec.strategy.type = Recreate
base/patch.yaml:11 added spec.template.spec.initContainers[0] = {"name":"i","image":"i",}
base/patch.yaml:12 added spec.template.spec.imagePullSecrets[0] = {"name":"s",}
base/patch.yaml:13 replaced spec.template.spec.tolerations = [{"key":"k",},]
base/patch.yaml:17 replaced spec.template.spec.containers[0].ports[0].name = http
base/patch.yaml:18 added spec.template.spec.containers[0].ports[1] = {"containerPort":!!int"90",}
base/patch.yaml:19 added spec.template.spec.containers[0].volumeMounts[0] = {"mountPath":"/a","name":"data",}`},
		"labels by one and by another name, and a tag with a suffix": {`-- base/kustomization.yaml --
resources: [web.yaml]
labels:
- {pairs: {a: b}, includeTemplates: true}
- {pairs: {c: d}, includeSelectors: true}
images: [{name: side, newTag: "1", tagSuffix: -x}, {name: side}]
`, `base/kustomization.yaml
base/kustomization.yaml:3 replaced metadata.labels.a = b
base/kustomization.yaml:3 replaced spec.template.metadata.labels.a = b
base/kustomization.yaml:4 replaced metadata.labels.c = d
base/kustomization.yaml:4 replaced spec.template.metadata.labels.c = d
base/kustomization.yaml:5 replaced spec.template.spec.containers[1].image = side:1-x`},
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
