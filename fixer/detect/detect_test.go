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

// TestHostsOfOthersAreNoLoopback: a host that the application connects to, such as that of its database or
// of its own health check, is not where it listens.
func TestHostsOfOthersAreNoLoopback(t *testing.T) {
	for _, source := range []string{
		"const options = { timeout: 2000, host: 'localhost', path: '/healthz' };\nhttp.request(options);\napp.listen(3000);\n",
		"module.exports = {\n  database: {\n    host: '127.0.0.1',\n    port: 5432,\n  },\n};\napp.listen(3000);\n",
		"app.listen(3000, () => {\n  log('listening');\n});\nmysql.createConnection({\n  host: 'localhost',\n});\n",
	} {
		app, err := detect.Of(project(map[string]string{"server.js": source}), detect.Choice{})
		if err != nil || app.Port != 3000 {
			t.Errorf("%s\n%+v, %v", source, app, err)
		}
	}
}

// TestFactories: gunicorn calls the one function that makes an application of Flask.
func TestFactories(t *testing.T) {
	made := func(words string) string {
		return "from flask import Flask\n\ndef create_app(" + words + "):\n    return Flask(__name__)\n"
	}
	for _, c := range []struct {
		files map[string]string
		want  string // the application; "" for a refusal
	}{
		{map[string]string{"service.py": made("")}, "service:create_app()"},
		{map[string]string{"web/__init__.py": made("config=None")}, "web:create_app()"},
		{map[string]string{"web/__init__.py": made("config: str | None = None, debug=False")}, "web:create_app()"},
		{map[string]string{"service.py": made("config")}, ""},
		{map[string]string{"a.py": made(""), "b.py": made("")}, ""},
		{map[string]string{"service.py": "def create_app():\n    return make()\n"}, ""},
	} {
		c.files["requirements.txt"] = "flask==3.1\ngunicorn==23\n"
		app, err := detect.Of(project(c.files), detect.Choice{})
		if c.want == "" && err == nil || c.want != "" && (err != nil || app.Start[len(app.Start)-1] != c.want || app.Port != 8000) {
			t.Errorf("%v: %+v, %v, want %q", c.files, app, err, c.want)
		}
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
		{"loopback in a call of several lines", map[string]string{"requirements.txt": "uvicorn\n", "app.py": "uvicorn.run(\n    app,\n    host=\"127.0.0.1\",\n    port=8000,\n)\n"}, detect.Choice{}, "unknown-port"},
		{"loopback by name", map[string]string{"requirements.txt": "x\n", "app.py": "app.run(port=8000, host='localhost')\n"}, detect.Choice{}, "unknown-port"},
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

// TestTheStartNamesThePort: a person who names the command with its port need not name the port
// again, and the source does not say it better.
func TestTheStartNamesThePort(t *testing.T) {
	files := map[string]string{"requirements.txt": "uvicorn==1\n", "app.py": "import x\n"}
	for start, want := range map[string]int{
		"uvicorn app:app --host 0.0.0.0 --port 8000":   8000,
		"uvicorn app:app --port=8001":                  8001,
		"gunicorn -w 4 -b 0.0.0.0:8002 app:app":        8002,
		"gunicorn --bind=[::]:8003 app:app":            8003,
		"hypercorn app:app --bind :8004":               8004,
		"puma -p 8005 -b tcp://0.0.0.0:8005":           8005,
		"java -Dserver.port=8006 -jar a.jar":           8006,
		"java -jar a.jar --server.port=8007":           8007,
		"dotnet A.dll --urls http://0.0.0.0:8008/":     8008,
		"php -S 0.0.0.0:8009 -t public":                8009,
		"gunicorn -b 0.0.0.0:8002 -b 0.0.0.0:9002 a":   0,
		"gunicorn --workers 12 --timeout 8000 app:app": 0,
		"celery -l 10 app":                             0,
	} {
		app, err := detect.Of(project(files), detect.Choice{Start: strings.Fields(start)})
		if want == 0 && err == nil || want != 0 && (err != nil || app.Port != want) {
			t.Errorf("%s: %+v, %v, want %d", start, app, err, want)
		}
	}
	app, err := detect.Of(project(files), detect.Choice{Start: []string{"uvicorn", "app:app", "--port", "8000"}, Port: 9000})
	if err != nil || app.Port != 9000 {
		t.Errorf("what a person says goes first: %+v, %v", app, err)
	}
}

// TestJarsThatDoNotStart: a jar is only started where the build says that it starts, and writes it
// under that name.
func TestJarsThatDoNotStart(t *testing.T) {
	pom := func(quarkus, more string) map[string]string {
		return map[string]string{"pom.xml": "<project><artifactId>a</artifactId><version>2</version><properties><java.version>17</java.version><quarkus.platform.version>" + quarkus + "</quarkus.platform.version>" + more + "</properties></project>"}
	}
	plain := func(more string) map[string]string {
		return map[string]string{"pom.xml": "<project><artifactId>a</artifactId><version>2</version><build><plugins><plugin><mainClass>App</mainClass></plugin></plugins></build>" + more + "</project>", "App.java": "port(8080);\n"}
	}
	const library = "<dependencies><dependency><artifactId>spark-core</artifactId></dependency></dependencies>"
	settings := pom("3.20.1", "")
	settings["src/main/resources/application.properties"] = "quarkus.package.jar.type=uber-jar\n"
	gradle := func(script string) map[string]string {
		return map[string]string{"build.gradle": "sourceCompatibility = 17\n" + script, "settings.gradle": "rootProject.name = 'a'\n", "src/main/java/A.java": "x.listen(8080)"}
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // what starts it; "" for a refusal
	}{
		{"quarkus before its own directory", pom("1.3.0.Final", ""), ""},
		{"quarkus", pom("3.20.1", ""), "target/quarkus-app/quarkus-run.jar"},
		{"quarkus in one jar", pom("3.20.1", "<quarkus.package.type>uber-jar</quarkus.package.type>"), ""},
		{"quarkus in one jar by its settings", settings, ""},
		{"the application plugin", gradle("application { mainClass = 'A' }\n"), ""},
		{"quarkus of Gradle", gradle("plugins { id 'io.quarkus' }\n"), ""},
		{"a manifest", gradle("jar { manifest { attributes 'Main-Class': 'A' } }\n"), "build/libs/a.jar"},
		{"nothing but the library of Java", plain(""), "target/a-2.jar"},
		{"a library that is not in the jar", plain(library), ""},
		{"a library of tests", plain("<dependencies><dependency><artifactId>junit</artifactId><scope>test</scope></dependency></dependencies>"), "target/a-2.jar"},
		{"a version of a library", plain("<dependencyManagement>" + library + "</dependencyManagement>"), "target/a-2.jar"},
		{"libraries in the jar", plain(library + "<!-- maven-shade-plugin -->"), "target/a-2.jar"},
		{"a library of Gradle", gradle("jar { manifest { attributes 'Main-Class': 'A' } }\ndependencies {\n  implementation 'a:b:1'\n}\n"), ""},
		{"libraries in the jar of Gradle", gradle("jar { manifest { attributes 'Main-Class': 'A' }\n from { configurations.runtimeClasspath } }\ndependencies {\n  implementation 'a:b:1'\n}\n"), "build/libs/a.jar"},
		{"spring", gradle("plugins { id 'org.springframework.boot' version '3.5.0' }\n"), "build/libs/a.jar"},
	} {
		app, err := detect.Of(project(c.files), detect.Choice{})
		if c.want == "" && err == nil || c.want != "" && (err != nil || !slices.Contains(app.Start, c.want)) {
			t.Errorf("%s: %+v, %v, want %q", c.name, app, err, c.want)
		}
	}
}

// TestDotnetListensOnThePortThatIsExposed: images of .NET before 8 listen on port 80, and a port
// that is chosen is one that the application is told.
func TestDotnetListensOnThePortThatIsExposed(t *testing.T) {
	for _, c := range []struct {
		version, want string
		port          int
	}{
		{"5.0", "ENV ASPNETCORE_URLS=http://+:8080\n", 0},
		{"8.0", "", 0},
		{"10.0", "", 0},
		{"10.0", "ENV ASPNETCORE_HTTP_PORTS=9000\n", 9000},
	} {
		app, err := detect.Of(project(map[string]string{"A.csproj": `<Project Sdk="Microsoft.NET.Sdk.Web"><TargetFramework>net` + c.version + `</TargetFramework></Project>`}), detect.Choice{Port: c.port})
		if err != nil || c.want != "" && !strings.Contains(string(app.Dockerfile), c.want) || c.want == "" && strings.Contains(string(app.Dockerfile), "ASPNETCORE") {
			t.Errorf("%+v: %v\n%s", c, err, app.Dockerfile)
		}
	}
}
