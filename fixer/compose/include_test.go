package compose_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestIncludedFilesAreReadOverTheFirst holds the view of a service against what
// compose-go makes of a list of files under include.
func TestIncludedFilesAreReadOverTheFirst(t *testing.T) {
	files := map[string]string{
		"compose.yaml":     "include:\n  - path: [sub/first.yaml, sub/second.yaml, third.yaml]\nservices:\n  web: {image: w}\n",
		"sub/first.yaml":   "services:\n  db: {image: a, user: '1', cap_drop: [ALL], security_opt: [label=disable]}\n",
		"sub/second.yaml":  "services:\n  db: {image: b, cap_drop: [NET_RAW], read_only: 'true'}\n",
		"third.yaml":       "services:\n  db: {user: '3', security_opt: !reset []}\n  web: {}\n",
		"sub/compose.yaml": "services:\n  alone: {image: x}\n",
	}
	loaded, err := load(filepath.Join(disktest.Tree(t, files), "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	v := view(t, project(t, files), "sub/first.yaml", "db")
	for _, d := range differences(v, loaded["db"]) {
		t.Error(d)
	}
	if got := fmt.Sprint(v.Files()); got != "[sub/first.yaml sub/second.yaml third.yaml compose.yaml]" {
		t.Errorf("made of %s", got)
	}
}

// TestDefinitionIsFoundInTheFilesOfTheProject, not in any other.
func TestDefinitionIsFoundInTheFilesOfTheProject(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml":          "include: [parts/part.yaml]\nservices:\n  web: {image: a}\nsecrets:\n  own: {file: a}\n",
		"compose.override.yaml": "secrets:\n  over: {file: b}\n",
		"parts/part.yaml":       "services:\n  part: {image: b}\nsecrets:\n  part: {environment: P}\n",
		"other.yaml":            "services:\n  o: {image: c}\nsecrets:\n  other: {file: c}\n",
	})
	for _, c := range []struct{ file, service, name, want string }{
		{"compose.yaml", "web", "own", "compose.yaml"}, {"compose.yaml", "web", "over", "compose.override.yaml"}, {"compose.yaml", "web", "part", "parts/part.yaml"},
		{"compose.yaml", "web", "other", ""}, {"parts/part.yaml", "part", "own", "compose.yaml"}, {"other.yaml", "o", "own", ""},
	} {
		if got := view(t, p, c.file, c.service).Definition("secrets", c.name).File; got != c.want {
			t.Errorf("%s, as %s sees it, is in %q, want %q", c.name, c.file, got, c.want)
		}
	}
}

// TestReached says which services a value reaches that is written for one.
func TestReached(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml": `
services:
  base: {image: a}
  heir: {extends: base, image: b}
  own: {extends: base, read_only: false, cap_drop: !override [KILL]}
  grandchild: {extends: heir}
  web: {image: w}
`,
		"compose.override.yaml":          "services:\n  web: {read_only: false, cap_drop: [A]}\n",
		"compose.prod.yaml":              "services:\n  web: {user: root}\n  base: {image: c, read_only: true}\n",
		"compose-test.yaml":              "services:\n  web: {image: t}\n",
		".devcontainer/extend.yml":       "services:\n  base: {command: sleep}\n",
		"other/far.yaml":                 "services:\n  far: {extends: {file: ../compose.yaml, service: base}}\n",
		"overrides/compose.override.yml": "services:\n  web: {build: .}\n",
		"elsewhere/docker-compose.yaml":  "services:\n  web: {image: e}\n",
		"elsewhere/sub/part.compose.yml": "services:\n  web: {command: sleep}\n",
	})
	for _, c := range []struct{ file, service, key, want string }{
		{"compose.yaml", "base", "read_only", "[.devcontainer/extend.yml compose.yaml/heir compose.yaml/grandchild other/far.yaml/far]"},
		{"compose.yaml", "base", "cap_drop", "[.devcontainer/extend.yml compose.prod.yaml compose.yaml/heir compose.yaml/grandchild other/far.yaml/far]"},
		{"compose.yaml", "heir", "cap_drop", "[compose.yaml/grandchild]"},
		{"compose.yaml", "web", "cap_drop", "[alone compose-test.yaml compose.prod.yaml overrides/compose.override.yml]"},
		{"compose.yaml", "web", "read_only", "[compose-test.yaml compose.prod.yaml overrides/compose.override.yml]"}, // written in the override, which is not read alone
		{"elsewhere/docker-compose.yaml", "web", "user", "[elsewhere/sub/part.compose.yml]"},
	} {
		got := []string{}
		for _, d := range view(t, p, c.file, c.service).Reached(c.key) {
			name := d.Variant
			if name == "" {
				name = d.File + "/" + d.Name
			}
			got = append(got, name)
			if d.Why == "" || d.By.Service == nil {
				t.Errorf("%s: no reason", name)
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s of %s reaches %v, want %s", c.key, c.service, got, c.want)
		}
	}
}

// TestPlaceIsWhereAValueHolds, which is in an override that replaces it.
func TestPlaceIsWhereAValueHolds(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml":          "services:\n  web: {image: a, cap_drop: [A], security_opt: [x], read_only: true, tmpfs: [/a]}\n",
		"compose.override.yaml": "services:\n  web: {cap_drop: !override [B], security_opt: !reset [], read_only: false, tmpfs: [/b]}\n",
	})
	v := view(t, p, "compose.yaml", "web")
	for key, want := range map[string]string{
		"cap_drop": "compose.override.yaml", "security_opt": "", "read_only": "compose.override.yaml", "tmpfs": "compose.yaml", "cap_add": "compose.yaml",
	} {
		part, taken := v.Place(key)
		if part.File != want || (want == "") != (taken.Node != nil) {
			t.Errorf("%s is written in %q (taken away: %v), want %q", key, part.File, taken.Node != nil, want)
		}
	}
}

// TestManyDependentsAreBounded, because a directory may hold thousands of files.
func TestManyDependentsAreBounded(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  web: {image: a}\n"}
	for i := range 500 {
		files[fmt.Sprintf("compose.%d.yaml", i)] = "services:\n  web: {command: x}\n"
		files["compose.yaml"] += fmt.Sprintf("  s%d: {extends: web}\n", i)
	}
	if n := len(view(t, project(t, files), "compose.yaml", "web").Reached("user")); n == 0 || n > 200 {
		t.Errorf("%d dependents", n)
	}
}

// TestReachedByAlias: what is written for a service holds for those that have its mapping
// by an alias, but for the keys that they or what comes before say otherwise.
func TestReachedByAlias(t *testing.T) {
	p := project(t, map[string]string{"compose.yaml": `
services:
  a: &a {image: a}
  merged: {<<: *a, read_only: false, cap_drop: [KILL]}
  same: *a
  list: {<<: [{read_only: false}, *a]}
  heir: {extends: merged}
  part: &part {image: p, labels: &labels {x: y}}
  part-of-it: {image: q, labels: *labels}
  nested: &nested {image: n}
x-other: {service: *nested}
`})
	for _, c := range []struct {
		service, key, want string
	}{
		{"a", "user", "[merged same list heir]"},
		{"a", "read_only", "[same]"},
		{"a", "cap_drop", "[same list]"},
		{"part", "user", "[]"},
	} {
		got := []string{}
		for _, d := range view(t, p, "compose.yaml", c.service).Reached(c.key) {
			got = append(got, d.Name)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s of %s reaches %v, want %s", c.key, c.service, got, c.want)
		}
	}
	for service, want := range map[string]bool{"a": true, "nested": false, "part": false, "merged": false} {
		if got := view(t, p, "compose.yaml", service).Part().SharedWithServices(); got != want {
			t.Errorf("%s is shared with services alone: %t", service, got)
		}
	}
}
