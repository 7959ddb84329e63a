package detect_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/detect"
)

// project makes a project of files by their names.
func project(files map[string]string) *detect.Project {
	return &detect.Project{Names: slices.Sorted(maps.Keys(files)), Read: func(name string) []byte {
		if s, ok := files[name]; ok {
			return []byte(s)
		}
		return nil
	}}
}

const flask = "from flask import Flask\nsite = Flask(__name__)\n"

// TestWhatIsFound: what the files say ends up in the Dockerfile, with its place.
func TestWhatIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string // in the Dockerfile
		fact  string
	}{
		{"go below cmd", map[string]string{"go.mod": "module x\n\ngo 1.26\n", "cmd/web/main.go": "package main\n\nfunc main() {\n\tserve(\":8181\")\n}\n", "lib.go": "package x\n"},
			[]string{"FROM golang:1.26-", "CGO_ENABLED=0 go build -trimpath -o /app/bin/web ./cmd/web", "EXPOSE 8181"}, "it listens on port 8181 (cmd/web/main.go:4)"},
		{"cgo", map[string]string{"go.mod": "module x\n\ngo 1.26\n", "main.go": "package main\n\nimport \"C\"\n\nfunc main() { serve(\":8181\") }\n"}, []string{"RUN go build"}, "it is made of C, too (main.go)"},
		{"node of .nvmrc", map[string]string{"package.json": `{"scripts": {"start": "node a.js"}, "dependencies": {"koa": "1"}}`, "package-lock.json": "{}", ".nvmrc": "v22.4\n", "a.js": "app.listen(process.env.PORT || 3001)\n"},
			[]string{"FROM node:22-", "RUN npm ci", "ENV PORT=3001", `CMD ["npm", "start"]`}, "Node.js 22 (.nvmrc)"},
		{"yarn needs an image that has it", map[string]string{"package.json": `{"scripts": {"start": "node a.js"}, "dependencies": {"koa": "1"}}`, "yarn.lock": "# yarn lockfile v1\n", "a.js": "app.listen(3001)\n"},
			[]string{"FROM node:24-", "RUN yarn install --frozen-lockfile"}, "it listens on port 3001 (a.js:1)"},
		{"python range", map[string]string{"pyproject.toml": "[project]\nrequires-python = \">=3.12,<4\"\n", "requirements.txt": "flask==3\ngunicorn==23\n", "web/site.py": flask},
			[]string{"FROM python:3.12-", `"gunicorn", "--bind", "0.0.0.0:8000", "web.site:site"`}, "Python 3.12 (pyproject.toml)"},
		{"python with a library", map[string]string{"requirements.txt": "pycairo==1\ngunicorn==23\nflask\n", "app.py": flask}, []string{"libcairo2-dev"}, "site, which gunicorn serves (app.py)"},
		{"procfile", map[string]string{"requirements.txt": "gunicorn==23\n", "Procfile": "web: gunicorn app:app --bind 0.0.0.0:$PORT\n", "app.py": "import os\nos.environ['PORT']\n"}, []string{`"0.0.0.0:8000"`}, "it starts gunicorn app:app --bind 0.0.0.0:8000 (Procfile)"},
		{"maven", map[string]string{"pom.xml": "<project><artifactId>a</artifactId><version>2</version><properties><java.version>17</java.version></properties><plugin>spring-boot-maven-plugin</plugin></project>"},
			[]string{"eclipse-temurin-17", `"target/a-2.jar"`, "EXPOSE 8080"}, "Java 17 (pom.xml)"},
		{"spring on a port of its own", map[string]string{"pom.xml": "<project><artifactId>a</artifactId><version>2</version><properties><java.version>11</java.version></properties><plugin>spring-boot-maven-plugin</plugin></project>",
			"src/main/resources/application.yml": "spring:\n  redis:\n    port: 6379\nserver:\n  servlet:\n    path: /\n  port: 17853\n"}, []string{"eclipse-temurin-11", "EXPOSE 17853"}, "it listens on port 17853 (src/main/resources/application.yml)"},
		{"pages", map[string]string{"public/index.html": "<p>"}, []string{"nginx-unprivileged", "COPY public/ ", "USER 101:101"}, "the pages are here (public/index.html)"},
	} {
		app, err := detect.Of(project(c.files), detect.Choice{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(string(app.Dockerfile), want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, app.Dockerfile)
			}
		}
		if !slices.Contains(app.Facts, c.fact) {
			t.Errorf("%s: no fact %q in %q", c.name, c.fact, app.Facts)
		}
	}
}

// TestManySources: the port is found beside thousands of files.
func TestManySources(t *testing.T) {
	files := map[string]string{"go.mod": "module x\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { serve(\":8181\") }\n"}
	for k := range 3000 {
		files[fmt.Sprintf("a%d.go", k)] = "package main\n"
	}
	if app, err := detect.Of(project(files), detect.Choice{}); err != nil || app.Port != 8181 {
		t.Errorf("%+v, %v", app, err)
	}
}

// TestWhatIsRefused: what the files do not say is not guessed, and the sentence says what helps.
func TestWhatIsRefused(t *testing.T) {
	mod := "module x\n\ngo 1.26\n"
	for _, c := range []struct {
		name   string
		files  map[string]string
		choice detect.Choice
		reason string
	}{
		{"nothing", map[string]string{"README.md": ""}, detect.Choice{}, "unrecognised"},
		{"two languages", map[string]string{"go.mod": mod, "package.json": "{}"}, detect.Choice{}, "several"},
		{"two programs", map[string]string{"go.mod": mod, "a/main.go": "package main\nfunc main() {}\n", "b/main.go": "package main\nfunc main() {}\n"}, detect.Choice{}, "several"},
		{"a library", map[string]string{"go.mod": mod, "a.go": "package a\n"}, detect.Choice{}, "unknown-start"},
		{"no port", map[string]string{"go.mod": mod, "main.go": "package main\nfunc main() {}\n"}, detect.Choice{}, "unknown-port"},
		{"two ports", map[string]string{"go.mod": mod, "main.go": "package main\nfunc main() {\n\tserve(\":8080\", \":9000\")\n}\n"}, detect.Choice{}, "unknown-port"},
		{"loopback", map[string]string{"server.js": "app.listen(3000, 'localhost')\n"}, detect.Choice{}, "unknown-port"},
		{"no lock file", map[string]string{"package.json": `{"scripts": {"start": "node a.js"}, "dependencies": {"koa": "1"}}`}, detect.Choice{}, "unknown-output"},
		{"development", map[string]string{"package.json": `{"scripts": {"start": "nodemon a.js"}}`}, detect.Choice{}, "development-server"},
		{"flask alone", map[string]string{"requirements.txt": "flask\n", "app.py": flask}, detect.Choice{}, "development-server"},
		{"script", map[string]string{"requirements.txt": "flask\n", "app.py": flask, "entrypoint.sh": "#!/bin/sh\n"}, detect.Choice{}, "unknown-start"},
		{"a token", map[string]string{"package.json": `{"scripts": {"start": "node a.js"}, "dependencies": {"koa": "1"}}`, "package-lock.json": "{}", ".npmrc": "//r/:_authToken=x\n"}, detect.Choice{}, "unknown-command"},
		{"words for a shell", map[string]string{"server.js": "app.listen(3000)\n"}, detect.Choice{Start: []string{"node", "$(id)"}}, "unknown-start"},
		{"a jar that starts nothing", map[string]string{"pom.xml": "<project><artifactId>a</artifactId><version>2</version></project>", "A.java": "x.listen(8080)"}, detect.Choice{}, "unknown-start"},
	} {
		app, err := detect.Of(project(c.files), c.choice)
		refusal := (*detect.Refusal)(nil)
		if !errors.As(err, &refusal) || string(refusal.Reason) != c.reason || refusal.Possible == "" || strings.HasSuffix(refusal.Text, ".") {
			t.Errorf("%s: %v %+v, want %s", c.name, err, app, c.reason)
		}
	}
}

// TestHostileNames: what a project calls its files is written into no Dockerfile in a way that a
// builder reads as something else.
func TestHostileNames(t *testing.T) {
	for _, files := range []map[string]string{
		{"go.mod": "module x\n\ngo 1.26\n", "a\nUSER root/main.go": "package main\nfunc main() { serve(\":8080\") }\n"},
		{"a b/A.csproj": "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><TargetFramework>net10.0</TargetFramework>"},
		{"x; id/__main__.py": "listen(port=8080)\n", "requirements.txt": ""},
		{"package.json": `{"main": "a\nUSER root.js", "dependencies": {}}`, "a\nUSER root.js": "listen(3000)"},
	} {
		app, err := detect.Of(project(files), detect.Choice{})
		if err == nil && (strings.Contains(string(app.Dockerfile), "USER root") || strings.Contains(string(app.Dockerfile), "a b/A") || strings.Contains(string(app.Dockerfile), "x; id")) {
			t.Errorf("%q is written as it is:\n%s", files, app.Dockerfile)
		}
	}
}
