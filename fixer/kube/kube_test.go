package kube_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func parse(t *testing.T, src string) []*kube.Object {
	t.Helper()
	f, err := yamldoc.ParseWhere([]byte(src), kube.Relevant)
	if err != nil {
		t.Fatal(err)
	}
	return kube.Parse(f)
}

func TestParseFindsObjects(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"several documents", "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n# nothing\n---\napiVersion: g/v1\nkind: B\nmetadata: {name: b, namespace: n}\n", "A/a B/n/b"},
		{"list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: B, metadata: {name: b}}]}\n", "A/a B/b"},
		{"typed list", "apiVersion: v1\nkind: PodList\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]\n", "Pod/a"},
		{"one name twice", "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n", "A/a A/a#2"},
		{"generated name", "apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n", "A/a-"},
		{"no object", "kind: A\n---\napiVersion: v1\n---\n[1]\n---\ntext\n", ""},
		{"a kind nobody looks into", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: b}\n", "ConfigMap/a"},
		{"a long ConfigMap", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: " + strings.Repeat("a", kube.MaxConfigMap) + "}\n", ""},
	} {
		var got []string
		for _, o := range parse(t, c.src) {
			got = append(got, o.ID())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestWorkload(t *testing.T) {
	pod := "{containers: [{name: a, image: x}]}"
	for _, c := range []struct {
		name, src, path string
		partial         bool
	}{
		{"pod", "apiVersion: v1\nkind: Pod\nspec: " + pod, "spec", false},
		{"deployment", "apiVersion: apps/v1\nkind: Deployment\nspec: {selector: {}, template: {spec: " + pod + "}}", "spec.template.spec", false},
		{"old deployment needs no selector", "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {template: {spec: " + pod + "}}", "spec.template.spec", false},
		{"cron job", "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: " + pod + "}}}}", "spec.jobTemplate.spec.template.spec", false},
		{"pod template", "apiVersion: v1\nkind: PodTemplate\ntemplate: {spec: " + pod + "}", "template.spec", false},
		{"in a list", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, spec: " + pod + "}]", "items[0].spec", false},
		{"custom resource by shape", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {template: {spec: " + pod + "}}", "spec.template.spec", false},
		{"knative", "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: {containers: [{image: x}]}}}", "spec.template.spec", false},
		{"custom resource without images", "apiVersion: example.org/v1\nkind: Thing\nspec: {containers: [{name: a}]}", "", false},
		{"a kind of the core that has none", "apiVersion: v1\nkind: Service\nspec: {ports: []}", "", false},
		{"patch without selector", "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: " + pod + "}}", "spec.template.spec", true},
		{"a manifest without selector, which labels its pods", "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {labels: {app: a}}, spec: " + pod + "}}", "spec.template.spec", false},
		{"patch without image, with labels", "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}}", "spec.template.spec", true},
		{"patch without image", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a}]}", "spec", true},
		{"no containers", "apiVersion: v1\nkind: Pod\nspec: {containers: []}", "spec", true},
		{"spec is no mapping", "apiVersion: v1\nkind: Pod\nspec: 1", "", false},
		{"through an anchor", "apiVersion: v1\nkind: Pod\nx: &s " + pod + "\nspec: *s", "spec", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			objects := parse(t, c.src)
			w := objects[0].Workload()
			if (w == nil) != (c.path == "") {
				t.Fatalf("workload %v, want at %q", w, c.path)
			}
			if w != nil && (w.PodPath.String() != c.path || w.Partial != c.partial) {
				t.Errorf("at %s, partial %v; want %s, %v", w.PodPath, w.Partial, c.path, c.partial)
			}
		})
	}
}

func TestContainers(t *testing.T) {
	w := parse(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  securityContext: {runAsUser: 1, seccompProfile: {type: RuntimeDefault}}
  initContainers:
  - {name: setup, image: i}
  - {name: mesh, image: m, restartPolicy: Always}
  containers:
  - {name: a, image: x, securityContext: {runAsUser: 2}}
  - {name: a, image: y}
  - {image: z}
  ephemeralContainers:
  - {name: debug, image: d}
`)[0].Workload()
	var got []string
	for _, c := range w.Containers() {
		user, inherited := c.Security("runAsUser")
		got = append(got, fmt.Sprintf("%s %s %s %s %v", c.Role, c.Place, c.Image, user.Text(), inherited))
	}
	want := []string{
		"init container initContainers[setup] i 1 true",
		"sidecar initContainers[mesh] m 1 true",
		"container containers[a] x 2 false",
		"container containers[1] y 1 true",
		"container containers[2] z 1 true",
		"ephemeral container ephemeralContainers[debug] d 1 true",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got:\n%s\nwant:\n%s", g, w)
	}
	if n, inherited := w.Containers()[2].Security("runAsGroup"); n != nil || inherited {
		t.Error("a setting that nobody makes is neither there nor inherited")
	}
	if p := w.Containers()[2].FindingPath(); p != "Pod/p containers[a]" {
		t.Errorf("finding path %q", p)
	}
}

// TestAliasBombsEnd: a few hundred bytes of aliases stand for billions of
// nodes, and neither the search for a pod nor a List may walk them all.
func TestAliasBombsEnd(t *testing.T) {
	var shape, list strings.Builder
	shape.WriteString("apiVersion: x/v1\nkind: Foo\nl0: &l0 {a: b}\n")
	list.WriteString("apiVersion: v1\nkind: List\nl0: &l0 {apiVersion: v1, kind: A}\n")
	for i := 1; i <= 5; i++ {
		fmt.Fprintf(&shape, "l%d: &l%d {", i, i)
		fmt.Fprintf(&list, "l%d: &l%d {apiVersion: v1, kind: List, items: [", i, i)
		for k := range 60 {
			fmt.Fprintf(&shape, "k%d: *l%d , ", k, i-1)
			fmt.Fprintf(&list, "*l%d , ", i-1)
		}
		shape.WriteString("}\n")
		list.WriteString("]}\n")
	}
	shape.WriteString("spec: *l5\n")
	list.WriteString("items: [*l5, *l4, *l3]\n")
	for _, src := range []string{shape.String(), list.String()} {
		if n := len(parse(t, src)); n > 10 {
			t.Errorf("%d objects", n)
		}
	}
}

func TestContainerString(t *testing.T) {
	for src, want := range map[string]string{
		"{containers: [{name: a, image: x}]}":      `container "a"`,
		"{containers: [{image: example.org/x:1}]}": "container of example.org/x:1",
		"{containers: [{name: b}]}":                `container "b"`,
		"{initContainers: [{name: a, image: x, restartPolicy: Always}], containers: [{name: b, image: x}]}": `sidecar "a"`,
	} {
		list := parse(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: "+src+"\n")[0].Workload().Containers()
		if got := list[0].String(); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}
