//go:build e2e

package rules_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/templates"
)

// standIns make a service of one that starts from the bases here: pairs of what its files
// say and what is put in its place. The bases are those of other releases, and so is what
// names a release.
var standIns = map[string][]string{
	"go":         {"golang:1.27-trixie", "golang:1.26-trixie", "go 1.27", "go 1.26"},
	"node-npm":   {"node:26-trixie-slim", "node:24-trixie-slim", "nodejs26-debian13", "nodejs24-debian13", ">=26", ">=24"},
	"node-pnpm":  {"node:26-trixie-slim", "node:24-trixie-slim", "nodejs26-debian13", "nodejs24-debian13", ">=26", ">=24"},
	"python-pip": {"python:3.14-slim-trixie", "python:3.13-slim-trixie"},
	"python-uv": {"FROM ghcr.io/astral-sh/uv:0.13.9 AS uv\n", "", "COPY --from=uv /uv /usr/local/bin/uv", "RUN pip install uv", // which a registry of packages has, too
		"python:3.14-slim-trixie", "python:3.13-slim-trixie", ">=3.14", ">=3.13"},
	"java-maven": {"temurin-25", "temurin-21", "java25-debian13", "java21-debian13", "release>25<", "release>21<"},
	"rust":       {"rust:1.98-trixie", "rust:1-trixie"},
	"php":        {"php:8.5-apache-trixie", "php:8.4-apache-trixie", `mv "$PHP_INI_DIR/php.ini-production"`, "touch"}, // which only the image has
	"ruby":       {"ruby:4.0-slim-trixie", "ruby:3.3-slim-trixie"},
	"static":     {"nginxinc/nginx-unprivileged:1.30-alpine", "nginxinc/nginx-unprivileged:1.26"},
}

// untried are stacks whose stand-in is too far from the image, each with the reason.
var untried = map[string]string{
	"java-gradle": "the Gradle of Debian is version 4, and the build needs 6.8",
}

// frontend is the line that names the version of the Dockerfile's language, which only a
// registry has.
var frontend = regexp.MustCompile(`(?m)^# syntax=.*\n`)

// TestNewServices builds the services that oakum new writes, and starts them as their own
// Compose file does: read-only, without capabilities or new privileges, as their user. They
// have to answer, be healthy where their check can run here, and end when they are asked
// to. With -v the sizes of the images are printed.
func TestNewServices(t *testing.T) {
	e := startEngine(t)
	for _, s := range templates.Stacks() {
		t.Run(s.Name, func(t *testing.T) {
			if why := untried[s.Name]; why != "" {
				t.Skip(why)
			}
			o := templates.Defaults(s)
			o.Name = "api"
			service, err := templates.Render(s, o)
			if err != nil {
				t.Fatal(err)
			}
			dir, replace := t.TempDir(), strings.NewReplacer(standIns[s.Name]...)
			for _, f := range service.Files {
				disktest.Put(t, dir, f.Path, frontend.ReplaceAllString(replace.Replace(string(f.Content)), ""))
			}
			dockerfile := []byte(read(t, dir, "Dockerfile"))
			if missing := e.makeBases(t, dockerfile); len(missing) > 0 {
				t.Skipf("nothing stands in for %s", strings.Join(missing, ", "))
			}
			image := "oakum-e2e/new-" + s.Name
			if _, err := e.run("build", "--network=host", "--tag", image, dir); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { e.forget(t, image) })
			a := &app{name: s.Name, Port: o.Port, Get: request{"/", "Hello from api"}}
			tmp := fmt.Sprintf("--tmpfs=/tmp:size=%dm,mode=0700,uid=%d,gid=%d", s.Tmp, o.UID, o.UID)
			seen, err := e.try(t, a, image, "--read-only", tmp, "--cap-drop=ALL", "--security-opt=no-new-privileges",
				fmt.Sprintf("--memory=%dm", s.Memory), "--pids-limit=256")
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d MB, user %s, %s, %q", seen.size/1_000_000, seen.user, seen.health, seen.process)
			if want := fmt.Sprintf("%d:%d", o.UID, o.UID); seen.user != want {
				t.Errorf("it runs as %s, want %s", seen.user, want)
			}
			if !seen.stopped {
				t.Error("it was killed, for it does not end when it is asked to")
			}
			if seen.health != "healthy" && s.Name != "static" { // the stand-in of that has no wget
				t.Errorf("it is %s", seen.health)
			}
			t.Run("database", func(t *testing.T) { startsWithDatabase(t, e, s, image) })
		})
	}
}

// startsWithDatabase starts the image with a database beside it, by the Compose file that is written
// then, with a password as the README says. The service has to answer, and the database has to be
// healthy: new, and on its volume. Nothing but the release of the database is another.
func startsWithDatabase(t *testing.T, e *dockerEngine, s *templates.Stack, image string) {
	compose := findCompose(t, e)
	o := templates.Defaults(s)
	o.Name = "api"
	if err := o.Set("database", "postgres"); err != nil {
		t.Fatal(err)
	}
	service, err := templates.Render(s, o)
	if err != nil {
		t.Fatal(err)
	}
	port := freePorts(t, 1)[0]
	replace := strings.NewReplacer("registry.example.com/api:dev", image, "127.0.0.1:8080:", "127.0.0.1:"+port+":", "postgres:18-trixie", "postgres:17")
	dir := t.TempDir()
	for _, f := range service.Files {
		if f.Path == "compose.yaml" {
			file := replace.Replace(string(f.Content))
			if !strings.Contains(file, image) || !strings.Contains(file, port) || !strings.Contains(file, "postgres:17") {
				t.Fatalf("the stand-ins do not fit:\n%s", file)
			}
			disktest.Put(t, dir, f.Path, strings.Replace(file, "name: api\n", "", 1)) // which older releases of Compose do not know
		}
	}
	disktest.Put(t, dir, "secrets/database_password", "5f2d3c1b0a\n")
	readable(t, dir)
	if err := errors.Join(os.Chmod(dir+"/secrets", 0o700), os.Chmod(dir+"/secrets/database_password", 0o444)); err != nil {
		t.Fatal(err)
	}
	if missing := e.makeBases(t, []byte("FROM postgres:17\n")); len(missing) > 0 {
		t.Fatalf("nothing stands in for %s", missing)
	}
	project := "oakum-e2e-new-" + s.Name
	t.Cleanup(func() {
		if _, err := compose.run(context.Background(), dir, project, "down", "--volumes", "--timeout=5"); err != nil {
			t.Error(err)
		}
	})
	for _, when := range []string{"new", "on its volume"} {
		if _, err := compose.run(t.Context(), dir, project, "up", "--detach", "--no-build"); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		var body string
		for end := time.Now().Add(answersWithin); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			if _, body, err = ask(t, http.MethodGet, "http://127.0.0.1:"+port+"/"); err == nil {
				break
			}
		}
		if err != nil || !strings.Contains(body, "Hello from api") {
			logs, _ := compose.run(t.Context(), dir, project, "logs")
			t.Fatalf("%s: it answers %q: %v\n%s", when, body, err, logs)
		}
		id, err := compose.run(t.Context(), dir, project, "ps", "--quiet", "database")
		if err != nil {
			t.Fatal(err)
		}
		if status, err := e.health(t, strings.TrimSpace(id)); err != nil || status != "healthy" {
			t.Errorf("%s: the database is %s: %v", when, status, err)
		}
		var db sight
		if err := e.look(t, strings.TrimSpace(id), &db); err != nil || db.user != "999:999" {
			t.Errorf("%s: the database runs as %s: %v", when, db.user, err)
		}
		if _, err := compose.run(t.Context(), dir, project, "down", "--timeout=10"); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	t.Logf("it answers beside the database, which is healthy, new and on its volume")
}
