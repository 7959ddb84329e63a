package referee_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/safety/referee"
)

func TestKubernetes(t *testing.T) {
	objects, err := referee.Kubernetes([]byte(`# a header
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: a, namespace: shop}
  spec: {prots: []}
---
not: an object
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: c}
spec:
  schedule: "@daily"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          volumes: [{name: tmp}]
          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
          containers: [{name: c, image: x, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
---
apiVersion: example.org/v1
kind: X
metadata: {name: x, name: y}
spec: {prots: []}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: none}
`))
	if err != nil || len(objects) != 4 {
		t.Fatalf("%v %+v", err, objects)
	}
	if o := objects[0]; o.ID() != "Service/shop/a" || len(o.Errors) != 1 || !strings.Contains(o.Errors[0], `unknown field "spec.prots"`) || o.HasPod {
		t.Errorf("%+v", o)
	}
	if o := objects[1]; o.ID() != "CronJob/c" || !o.Restricted || !o.HasPod || len(o.Errors) > 0 || o.Line < 11 || o.Line > 12 {
		t.Errorf("%+v", o)
	}
	if o := objects[2]; len(o.Errors) != 1 || !strings.Contains(o.Errors[0], "already set") {
		t.Errorf("%+v", o)
	}
	if o := objects[3]; len(o.Errors) != 1 || !o.HasPod || o.Restricted {
		t.Errorf("%+v", o)
	}
	if _, err := referee.Kubernetes([]byte("a: {\n")); err == nil {
		t.Error("what is no YAML is no error")
	}
}

func TestCompose(t *testing.T) {
	for text, ok := range map[string]bool{
		"services: {a: {image: x, ports: ['${PORT}:80'], environment: {A: $B}}}": true,
		"services: {a: {extends: {file: other.yaml, service: b}}}":               true, // nothing else is opened
		"services: {a: {volumes: !reset []}}":                                    true,
		"services: {a: {image: [x]}}":                                            false,
		"services: {a: {capdrop: [ALL]}}":                                        false,
		"services: {a: {image: 'x:${SET:?}'}}":                                   true,
		"services: {a: {image: 'x:${OTHER:?}'}}":                                 false,
	} {
		if err := referee.Compose("compose.yaml", []byte(text), []byte("# set\nSET=\"1\"\n")); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := referee.Compose("compose.yaml", []byte("services: {a: {image: x}}"), []byte("A='\n")); err == nil {
		t.Error("a .env that Compose cannot read is no error")
	}
}

// TestChanged: a value that changed counts once, one that moved in a list not at
// all, and one of an object stays the same behind new documents.
func TestChanged(t *testing.T) {
	const before = "kind: A\nmetadata: {name: a}\nspec: {list: [1, 2], named: [{name: x, v: 1}, {name: y, v: 2}]}\n"
	for after, want := range map[string]int{
		before: 0,
		"kind: A\nmetadata:\n  name: a\nspec: {list: [2, 1], named: [{name: y, v: 2}, {name: x, v: 1}]}\n":  0,
		"kind: A\nmetadata: {name: a}\nspec: {list: [1, 2], named: [{name: x, v: 7}, {name: y, v: 2}]}\n":   1,
		"kind: A\nmetadata: {name: a}\nspec: {list: [1, '2'], named: [{name: x, v: 1}, {name: y, v: 2}]}\n": 1,
		"kind: B\n---\n" + before: 1,
		"kind: A\nmetadata: {name: a}\nspec: {list: [1, 2, 3, 4], named: [{name: x, v: 1}]}\n": 4,
	} {
		a, err := referee.Values([]byte(before))
		if err != nil {
			t.Fatal(err)
		}
		b, err := referee.Values([]byte(after))
		if err != nil {
			t.Fatal(err)
		}
		if got := referee.Changed(a, b); got != want {
			t.Errorf("%d, want %d:\n%s", got, want, after)
		}
	}
}

// TestDirectivesAreNoComments: another value of "# syntax=" takes no comment away; the
// same text below the first instruction is one.
func TestDirectivesAreNoComments(t *testing.T) {
	got := referee.Comments(true, []byte("# syntax=docker/dockerfile:1\n#Escape = `\n# a\n# check=skip=all\nFROM scratch\n# syntax=x\n"))
	var texts []string
	for _, v := range got {
		texts = append(texts, v.Text)
	}
	if want := []string{"a", "check=skip=all", "syntax=x"}; !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
}

func TestComments(t *testing.T) {
	got := referee.Comments(false, []byte("# a\nk: 'v # no' # b\nt: |\n  # no\nl: [x, # c\n  y]\n#----\n"))
	var texts []string
	for _, c := range got {
		texts = append(texts, c.Text)
	}
	if strings.Join(texts, ",") != "a,b,c" || got[1].Line != 2 {
		t.Errorf("%+v", got)
	}
}
