//go:build e2e

package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// detectedHere are applications whose files oakum new --detect writes, and that can be built here:
// pairs of what the Dockerfile says and what is put in its place.
var detectedHere = map[string][]string{
	"go-templates":         nil,
	"node-nest":            nil,
	"python-flask":         {"python:3.14-trixie", "python:3.13-trixie", "python:3.14-slim-trixie", "python:3.13-slim-trixie"},
	"python-fastapi-uv":    nil,
	"java-maven":           nil,
	"rust-openssl":         nil,
	"node-typescript":      nil,
	"python-django-poetry": nil,
}

// TestDetectedApps builds applications with the Dockerfiles that oakum new --detect writes for them,
// and starts them as its Compose file does. They have to answer as they did with their own.
func TestDetectedApps(t *testing.T) {
	e := startEngine(t)
	for _, a := range readStagedApps(t) {
		replace, here := detectedHere[a.name]
		if !here {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			n, _, err := detected(t, a)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			a.copyTo(t, dir)
			for _, f := range n.Report.Files {
				if f.Path == "Dockerfile" || f.Path == ".dockerignore" {
					text := frontend.ReplaceAllString(strings.NewReplacer(replace...).Replace(string(f.Content)), "")
					disktest.Put(t, dir, f.Path, text)
				}
			}
			dockerfile := read(t, dir, "Dockerfile")
			if missing := e.makeBases(t, []byte(dockerfile)); len(missing) > 0 {
				t.Skipf("nothing stands in for %s", strings.Join(missing, ", "))
			}
			image := "oakum-e2e/detected-" + a.name
			if _, err := e.run("build", "--network=host", "--tag", image, dir); err != nil {
				t.Fatalf("%v\n%s", err, dockerfile)
			}
			t.Cleanup(func() { e.forget(t, image) })
			user := finalStage(t, dockerfile).User().Text
			id, _, _ := strings.Cut(user, ":")
			app := &app{name: a.name, Port: a.Port, Get: request{a.Get.Path, a.Get.Says}}
			seen, err := e.try(t, app, image, "--read-only", fmt.Sprintf("--tmpfs=/tmp:size=64m,mode=0700,uid=%s,gid=%s", id, id), "--cap-drop=ALL",
				"--security-opt=no-new-privileges", "--memory=512m", "--pids-limit=256")
			if err != nil {
				t.Fatalf("%v\n%s", err, dockerfile)
			}
			t.Logf("%d MB, user %s, %s, %q", seen.size/1_000_000, seen.user, seen.health, seen.process)
			if seen.user != user {
				t.Errorf("it runs as %s, want %s", seen.user, user)
			}
		})
	}
}
