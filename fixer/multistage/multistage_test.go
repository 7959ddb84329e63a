package multistage_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/multistage"
)

// verdictOf is the verdict on the Dockerfile at the top of a repository. A file whose name
// begins with compose is a Compose file, and all others are read as files of a project.
func verdictOf(t *testing.T, files map[string]string) *multistage.Verdict {
	t.Helper()
	var sources []fixer.Source
	names := []fixer.Name{{Path: ".", Kind: buildcontext.Directory}}
	for name, data := range files {
		s := fixer.Source{Path: name, Kind: fixer.Project, Data: []byte(data), Context: true}
		switch {
		case name == "Dockerfile":
			s.Kind, s.Context = fixer.Dockerfile, false
		case strings.HasPrefix(name, "compose"):
			s.Kind, s.Context = fixer.Compose, false
		}
		sources = append(sources, s)
		names = append(names, fixer.Name{Path: name})
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			names = append(names, fixer.Name{Path: dir, Kind: buildcontext.Directory})
		}
	}
	snap := fixer.NewSnapshot(sources, names...)
	var v *multistage.Verdict
	probe := &fixer.Rule{Name: "dockerfile/probe", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) { v = multistage.Of(p) }}
	if _, _, err := fixer.NewInspection(snap, snap.File("Dockerfile"), &fixer.Facts{}).Run(probe); err != nil {
		t.Fatal(err)
	}
	if v == nil {
		t.Fatal("no verdict")
	}
	return v
}

// TestWhatAServiceStartsDecidesOnTheShell asks on which images an application can run
// whose Compose service starts something else than the image does. What an interpreter
// runs may name it in its first line, so a path in the application is no program.
func TestWhatAServiceStartsDecidesOnTheShell(t *testing.T) {
	node := map[string]string{"Dockerfile": "FROM node:24-trixie\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"server.js\"]\n", "package.json": `{"dependencies":{"express":"5"}}`, "bin/x": "", "server.js": ""}
	golang := map[string]string{"Dockerfile": "FROM golang:1.26-trixie\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app/bin/ ./cmd/x ./cmd/y\nCMD [\"/app/bin/y\"]\n",
		"go.mod": "module example.com/x\n", "cmd/x/main.go": "", "cmd/y/main.go": ""}
	for _, c := range []struct {
		name, command string
		files         map[string]string
		want          []string
	}{
		{"interpreted", "", node, []string{"slim", "distroless"}},
		{"interpreted, started by a path of the application", `["/app/bin/x"]`, node, []string{"slim"}},
		{"compiled, started by a path that the build makes", `["/app/bin/x"]`, golang, []string{"distroless-static", "debian-slim", "scratch"}},
		{"compiled, started by a shell", `["sh", "-c", "/app/bin/x"]`, golang, []string{"debian-slim"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			compose := "services:\n  web:\n    build: .\n"
			if c.command != "" {
				compose += "    command: " + c.command + "\n"
			}
			files := map[string]string{"compose.yaml": compose}
			for name, data := range c.files {
				files[name] = data
			}
			v := verdictOf(t, files)
			var got []string
			for _, out := range v.Conversions {
				got = append(got, out.Runtime.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v (%v)", got, c.want, v.Refusal)
			}
		})
	}
}

// TestADatabaseInAFileNeedsItsOwner asks for no image of another user than root where an
// application may keep a database beside it, which root could write to.
func TestADatabaseInAFileNeedsItsOwner(t *testing.T) {
	for scope, minimal := range map[string]bool{"runtime": false, "test": true} {
		v := verdictOf(t, map[string]string{
			"Dockerfile": "FROM maven:3.9-eclipse-temurin-21\nWORKDIR /app\nCOPY . .\nRUN mvn -B package\nCMD [\"java\", \"-jar\", \"target/app.jar\"]\n",
			"pom.xml": "<project><artifactId>app</artifactId><version>1</version><build><finalName>app</finalName>" +
				"<plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>" +
				"<dependencies><dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><scope>" + scope + "</scope></dependency></dependencies></project>",
		})
		if len(v.Conversions) == 0 {
			t.Fatalf("%s: %v", scope, v.Refusal)
		}
		got := slices.ContainsFunc(v.Conversions, func(c multistage.Conversion) bool { return !c.Runtime.Shell })
		if got != minimal {
			t.Errorf("%s: a minimal image is offered: %v, want %v", scope, got, minimal)
		}
	}
}

// TestARefusalNamesWhatIsMissing asks for the sentence about a context that is not known:
// the path that the file copies and the repository does not have.
func TestARefusalNamesWhatIsMissing(t *testing.T) {
	v := verdictOf(t, map[string]string{"Dockerfile": "FROM node:24\nWORKDIR /app\nCOPY web/package.json ./\nRUN npm ci\nCMD [\"node\", \"server.js\"]\n"})
	if v.Refusal == nil || !strings.Contains(v.Refusal.Text, "web/package.json") || !strings.Contains(v.Refusal.Possible, "web/package.json") {
		t.Errorf("%+v", v.Refusal)
	}
}

// TestTheSizeIsEstimatedFromPackages looks for the estimate, which has a source only where
// packages of Debian leave.
func TestTheSizeIsEstimatedFromPackages(t *testing.T) {
	for from, want := range map[string]bool{"python:3.13-trixie": true, "python:3.13-alpine": false} {
		v := verdictOf(t, map[string]string{"Dockerfile": "FROM " + from + "\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n", "requirements.txt": "flask\n"})
		got := slices.ContainsFunc(v.Evidence, func(e fixer.Evidence) bool { return strings.HasPrefix(e.Text, "estimated: ") })
		if got != want {
			t.Errorf("%s: %v, want %v (%v)", from, got, want, v.Evidence)
		}
	}
}

// TestWhatPackagesRecommendIsSaid: the runtime stage installs packages alone, and who had
// what they recommend, too, is told.
func TestWhatPackagesRecommendIsSaid(t *testing.T) {
	for install, want := range map[string]string{
		"apt-get install -y chromium libpq-dev":                                                        "which chromium only recommends",
		"apt-get install -y chromium fonts-noto":                                                       "which chromium and fonts-noto only recommend",
		"apt-get install -y --no-install-recommends chromium":                                          "",
		"apt-get -o APT::Install-Recommends=false install -y chromium":                                 "",
		"echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/x && apt-get install -y chromium": "",
		"apt-get install -y gcc libpq-dev":                                                             "",
	} {
		v := verdictOf(t, map[string]string{
			"Dockerfile":       "FROM python:3.13-trixie\nWORKDIR /app\nRUN apt-get update && " + install + "\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
			"requirements.txt": "flask\n",
		})
		if len(v.Conversions) == 0 {
			t.Errorf("%s: %v", install, v.Refusal)
			continue
		}
		got := strings.Join(v.Conversions[0].Breaks, ". ")
		if want != "" && !strings.Contains(got, want) || want == "" && strings.Contains(got, "recommend") {
			t.Errorf("%s: %s", install, got)
		}
	}
}
