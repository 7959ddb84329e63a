package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func project(t *testing.T, files map[string]string) *compose.Project {
	t.Helper()
	parsed := map[string]*compose.File{}
	for name, src := range files {
		y, err := yamldoc.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		f, err := compose.Parse(y)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		parsed[name] = f
	}
	return compose.NewProject(parsed, nil)
}

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		in, want string
		certain  bool
	}{
		{"plain", "plain", true},
		{"a$$b", "a$b", true},
		{"${A:-x}", "x", false},
		{"${A-x}", "x", false},
		{"img:${TAG:-1.${MINOR:-2}}", "img:1.2", false},
		{"${A}", "", false},
		{"$A/b", "/b", false},
		{"${A:?set it}", "", false},
		{"${A:+x}", "", false},
		{"${A:-}", "", false},
		{"cost: 5$", "cost: 5$", true},
		{"$1", "$1", true},
		{"${unclosed", "${unclosed", false},
	} {
		got, certain := compose.Expand(c.in)
		if got != c.want || certain != c.certain {
			t.Errorf("Expand(%q) = %q, %v; want %q, %v", c.in, got, certain, c.want, c.certain)
		}
	}
	if deep := strings.Repeat("${A:-", 5000) + strings.Repeat("}", 5000); len(deep) > 0 {
		compose.Expand(deep) // must end
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"services: {a: {image: x}}\n", ""},
		{"include: [other.yaml]\n", ""},
		{"version: '3'\n", ""},
		{"- a\n", "the top level is not a mapping"},
		{"web:\n  image: x\n", "no services section"},
	} {
		y, err := yamldoc.Parse([]byte(c.src))
		if err != nil {
			t.Fatal(err)
		}
		_, err = compose.Parse(y)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q) = %v, want %q", c.src, err, c.want)
		}
	}
	y, _ := yamldoc.Parse([]byte("include:\n- a.yaml\n- path: b.yaml\n- path: [c.yaml, d.yaml]\nservices:\n  x-note: {}\n  web: {build: ./web}\n  api: {build: {dockerfile_inline: FROM x}}\n  db: {image: x, build: {context: db, dockerfile: D, target: t}}\n"))
	f, err := compose.Parse(y)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.Includes); got != "[a.yaml b.yaml c.yaml d.yaml]" {
		t.Errorf("includes %s", got)
	}
	if len(f.Services) != 3 || *f.Service("web").Build != (compose.Build{Context: "./web"}) ||
		!f.Service("api").Build.Inline || *f.Service("db").Build != (compose.Build{Context: "db", Dockerfile: "D", Target: "t"}) {
		t.Errorf("services %+v", f.Services)
	}
}

func view(t *testing.T, p *compose.Project, file, name string) compose.View {
	t.Helper()
	for _, v := range p.Views(file) {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no service %s in %s", name, file)
	return compose.View{}
}

func TestSettingsComeFromWhereComposeTakesThem(t *testing.T) {
	p := project(t, map[string]string{
		"app/compose.yaml": `
x-base: &base {read_only: true, cap_drop: [NET_RAW]}
services:
  merged: {<<: *base, image: m}
  own: {<<: *base, image: o, cap_drop: [ALL]}
  parent: {image: p, cap_drop: [A], user: "1"}
  child: {extends: parent, cap_drop: [B]}
  far: {extends: {file: ../common.yaml, service: deep}}
  circle: {extends: circle}
  lost: {extends: {file: gone.yaml, service: x}}
  plain: {image: q, user: null}
`,
		"app/compose.override.yaml": "services:\n  plain: {user: '7', cap_drop: [C]}\n  extra: {ports: ['1:1']}\n",
		"common.yaml":               "services:\n  deep: {extends: deeper, user: '3'}\n  deeper: {image: d, read_only: true}\n",
	})
	const file = "app/compose.yaml"
	for _, c := range []struct {
		service, key, value, from string
		own                       bool
	}{
		{"merged", "read_only", "true", file, false},
		{"own", "read_only", "true", file, false},
		{"child", "user", "1", file, false},
		{"child", "image", "p", file, false},
		{"far", "user", "3", "common.yaml", false},
		{"far", "read_only", "true", "common.yaml", false},
		{"plain", "user", "7", "app/compose.override.yaml", false},
		{"plain", "image", "q", file, true},
		{"circle", "user", "", "", false},
		{"lost", "user", "", "", false},
	} {
		s := view(t, p, file, c.service).Setting(c.key)
		if s.Node.Text() != c.value || s.File != c.from || s.Own != c.own {
			t.Errorf("%s.%s = %q from %q, own %v; want %q from %q, %v", c.service, c.key, s.Node.Text(), s.File, s.Own, c.value, c.from, c.own)
		}
	}
	for service, want := range map[string]string{"merged": "[NET_RAW]", "own": "[ALL]", "child": "[A B]", "plain": "[C]", "far": "[]"} {
		got := []string{}
		for _, s := range view(t, p, file, service).List("cap_drop") {
			got = append(got, s.Node.Text())
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s.cap_drop = %v, want %s", service, got, want)
		}
	}
	if v := view(t, p, "app/compose.override.yaml", "extra"); !v.Partial {
		t.Error("a service of an override that has no image is partial")
	}
	for _, name := range []string{"merged", "child", "far"} {
		if view(t, p, file, name).Partial {
			t.Errorf("%s is not partial", name)
		}
	}
}

func TestDockerfileIsPutTogetherFieldByField(t *testing.T) {
	p := project(t, map[string]string{
		"a/compose.yaml": `
services:
  here: {build: .}
  up: {build: {context: ../b, dockerfile: x/Dockerfile.prod, target: run}}
  variable: {build: "${DIR:-c}"}
  inherited: {extends: here}
  completed: {extends: {file: ../base.yaml, service: api}, build: {args: {A: "1"}}}
  overridden: {build: {context: web, target: run}}
  remote: {build: "https://example.org/r.git"}
  absolute: {build: /srv}
  inline: {build: {dockerfile_inline: FROM x}}
  image: {image: x}
`,
		"a/compose.override.yaml": "services:\n  overridden: {build: {dockerfile: Dockerfile.dev}}\n",
		"base.yaml":               "services:\n  api: {build: {context: ./api, target: prod}}\n",
	})
	for service, want := range map[string]string{
		"here": "{a/Dockerfile a  true} true", "up": "{b/x/Dockerfile.prod b run true} true", "variable": "{a/c/Dockerfile a/c  false} true",
		"inherited": "{a/Dockerfile a  true} true", "completed": "{api/Dockerfile api prod true} true", "overridden": "{a/web/Dockerfile.dev a/web run true} true",
		"remote": "{   false} false", "absolute": "{   false} false", "inline": "{   false} false", "image": "{   false} false",
	} {
		ref, ok := view(t, p, "a/compose.yaml", service).Dockerfile()
		if got := fmt.Sprintf("%v %v", ref, ok); got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
}

func TestWhatIsCompletedElsewhereIsPartial(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml":          "services:\n  db: {image: x}\n  far: {extends: {file: ../outside.yaml, service: y}, image: z}\n",
		"compose.override.yaml": "services:\n  db: {image: y}\n  own: {image: z}\n",
	})
	for _, c := range []struct {
		file, service string
		want          bool
	}{{"compose.yaml", "db", false}, {"compose.yaml", "far", true}, {"compose.override.yaml", "db", true}, {"compose.override.yaml", "own", false}} {
		if got := view(t, p, c.file, c.service).Partial; got != c.want {
			t.Errorf("%s in %s: partial %v, want %v", c.service, c.file, got, c.want)
		}
	}
}

// TestWatchedNamesEveryFileAViewRestsOn, because what a rule said of a service
// is remembered only for as long as these files are the same.
func TestWatchedNamesEveryFileAViewRestsOn(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml":          "services:\n  a: {extends: {file: base.yaml, service: b}}\n",
		"compose.override.yaml": "services:\n  a: {user: '1'}\n",
		"base.yaml":             "services:\n  b: {image: x}\n",
		"other.yaml":            "services:\n  c: {image: y}\n",
	})
	seen, asked := map[string]bool{}, ""
	p.Traced(func(path string) { asked = path }, func(path string) { seen[path] = true }).Views("compose.yaml")
	if asked != "compose.yaml" {
		t.Errorf("asked for the views of %q", asked)
	}
	for _, want := range []string{"compose.yaml", "base.yaml", "compose.override.yaml"} {
		if !seen[want] {
			t.Errorf("%s was not named", want)
		}
	}
	if seen["other.yaml"] {
		t.Error("a file that has no part in it was named")
	}
}
