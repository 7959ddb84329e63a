package stack_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
)

// with calls look with the application in a Dockerfile that lies beside other files.
func with(t *testing.T, dockerfile string, files map[string]string, look func(a *stack.App)) {
	t.Helper()
	sources := []fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(dockerfile)}}
	names := []fixer.Name{{Path: ".", Kind: buildcontext.Directory}, {Path: "Dockerfile"}}
	for name, data := range files {
		sources = append(sources, fixer.Source{Path: name, Kind: fixer.Project, Data: []byte(data), Context: true})
		names = append(names, fixer.Name{Path: name})
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			names = append(names, fixer.Name{Path: dir, Kind: buildcontext.Directory})
		}
	}
	snap := fixer.NewSnapshot(sources, names...)
	looked := false
	probe := &fixer.Rule{Name: "dockerfile/probe", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		a, ok := stack.Open(p)
		if !ok {
			t.Fatal("no application")
		}
		looked = true
		look(a)
	}}
	if _, _, err := fixer.NewInspection(snap, snap.File("Dockerfile"), &fixer.Facts{}).Run(probe); err != nil {
		t.Fatal(err)
	}
	if !looked {
		t.Fatal("the file was not looked at")
	}
}

func TestManifestsAreThoseThatTheBuildCopies(t *testing.T) {
	files := map[string]string{"package.json": `{}`, "api/package.json": `{"scripts":{"start":"node a.js"}}`, "web/package.json": `{}`}
	for _, c := range []struct{ copies, want string }{
		{"COPY . .", "package.json"},
		{"COPY api/ .", "api/package.json"},
		{"COPY web/package*.json ./", "web/package.json"},
		{"COPY src /src", ""},
	} {
		with(t, "FROM node:24\nWORKDIR /app\n"+c.copies+"\n", files, func(a *stack.App) {
			m, ok := a.Manifest("package.json")
			if ok != (c.want != "") || m.Path != c.want {
				t.Errorf("%s: %q, want %q", c.copies, m.Path, c.want)
			}
		})
	}
}

func TestRecogniseAsksForAgreement(t *testing.T) {
	for _, c := range []struct {
		from, file string
		want       stack.Reason
		name       string
	}{
		{"golang:1.26", "go.mod", "", "Go"},
		{"golang:1.26", "package.json", stack.Disagreement, ""},
		{"python:3.13", "requirements.txt", "", "Python"},
		{"debian:13", "go.mod", stack.Unrecognised, ""},
	} {
		with(t, "FROM "+c.from+"\nWORKDIR /app\nCOPY . .\n", map[string]string{c.file: ""}, func(a *stack.App) {
			s, err := stack.Recognise(a)
			refusal, _ := err.(*stack.Refusal)
			switch {
			case c.want == "" && (err != nil || s.Name != c.name):
				t.Errorf("%s with %s: %v %v, want %s", c.from, c.file, s, err, c.name)
			case c.want != "" && (refusal == nil || refusal.Reason != c.want || refusal.Possible == ""):
				t.Errorf("%s with %s: %v, want %s with a way out", c.from, c.file, err, c.want)
			}
		})
	}
}

// TestPlansCopyWhatTheBuildMakes asks each kind of build for what the image takes from
// it, or for the reason why nothing is known.
func TestPlansCopyWhatTheBuildMakes(t *testing.T) {
	for _, c := range []struct {
		name, dockerfile string
		files            map[string]string
		copies, runtimes []string
		refused          stack.Reason
	}{
		{"output", "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -ldflags \"-s -w\" -o bin/server ./cmd/server\nCMD [\"bin/server\"]\n",
			map[string]string{"go.mod": "module example.com/x\n"}, []string{"/src/bin/server"}, []string{"gcr.io/distroless/static-debian13:nonroot", "debian:trixie-slim", "scratch"}, ""},
		{"directory", "FROM golang:1.26-bookworm\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/ ./cmd/a ./cmd/b\nCMD [\"/out/b\"]\n",
			map[string]string{"go.mod": "module example.com/x\n"}, []string{"/out/a", "/out/b"}, []string{"debian:bookworm-slim"}, ""},
		{"no output", "FROM golang:1.26-alpine\nWORKDIR /src\nCOPY . .\nRUN go build\nCMD [\"./thing\"]\n",
			map[string]string{"go.mod": "module example.com/thing\n"}, []string{"/src/thing"}, []string{"gcr.io/distroless/static-debian13:nonroot", "alpine:3", "scratch"}, ""},
		{"no output in a directory of its name", "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nENV CGO_ENABLED=0\nRUN go build ./cmd/agent\nCMD [\"/src/agent\"]\n",
			map[string]string{"go.mod": "module example.com/thing\n", "templates/a.html": "x", "cmd/agent/main.go": ""}, []string{"/src/agent", "/src/templates"}, []string{"gcr.io/distroless/static-debian13:nonroot", "debian:trixie-slim", "scratch"}, ""},
		{"another name", "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN go build -o /server .\nCMD [\"/agent\"]\n",
			map[string]string{"go.mod": "module example.com/thing\n"}, nil, nil, stack.UnknownOutput},
		{"go run", "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN go mod download\nCMD [\"go\", \"run\", \".\"]\n",
			map[string]string{"go.mod": "module example.com/thing\n"}, nil, nil, stack.BuildAtStart},
		{"environment", "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN python -m venv /opt/env && /opt/env/bin/pip install -r requirements.txt\nCMD [\"/opt/env/bin/python\", \"app.py\"]\n",
			map[string]string{"requirements.txt": "flask\n"}, []string{"/opt/env", "/app"}, []string{"python:3.13-slim"}, ""},
		{"user install", "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install --user -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
			map[string]string{"requirements.txt": "flask\n"}, nil, nil, stack.UnknownOutput},
		{"development server", "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"flask\", \"run\", \"--host=0.0.0.0\"]\n",
			map[string]string{"requirements.txt": "flask\n"}, nil, nil, stack.DevelopmentStart},
		{"tool for development", "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"npm\", \"start\"]\n",
			map[string]string{"package.json": `{"scripts":{"start":"ts-node src/index.ts"},"devDependencies":{"ts-node":"10"}}`}, nil, nil, stack.DevelopmentStart},
		{"a script that is not there", "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"npm\", \"run\", \"serve:all\"]\n",
			map[string]string{"package.json": `{}`}, nil, nil, stack.UnknownStart},
	} {
		t.Run(c.name, func(t *testing.T) {
			with(t, c.dockerfile, c.files, func(a *stack.App) {
				s, err := stack.Recognise(a)
				if err != nil {
					t.Fatal(err)
				}
				r, err := s.Plan(a)
				if c.refused != "" {
					if refusal, ok := err.(*stack.Refusal); !ok || refusal.Reason != c.refused {
						t.Fatalf("%v, want %s", err, c.refused)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				var copies, runtimes []string
				for _, cp := range r.Copies {
					copies = append(copies, cp.Path)
				}
				for _, rt := range r.Runtimes {
					runtimes = append(runtimes, rt.Image)
				}
				if !slices.Equal(copies, c.copies) || !slices.Equal(runtimes, c.runtimes) {
					t.Errorf("copies %s on %s, want %s on %s", copies, runtimes, c.copies, c.runtimes)
				}
			})
		})
	}
}

func TestPackagesHaveAFate(t *testing.T) {
	base := func(name string) image.Base { return new(fixer.Facts).Image(name).Base }
	for _, c := range []struct {
		base, name, run string
		sure            bool
	}{
		{"debian:trixie-slim", "build-essential", "", true},
		{"debian:trixie-slim", "libssl-dev", "libssl3t64", true},
		{"debian:bookworm-slim", "libssl-dev", "libssl3", true},
		{"python:3.13", "libpq-dev", "libpq5", true}, // one name in all releases
		{"python:3.13", "libssl-dev", "libssl-dev", false},
		{"debian:trixie-slim", "libpq5", "libpq5", true},
		{"debian:trixie-slim", "something-of-ours", "something-of-ours", false},
		{"python:3.13-alpine", "postgresql-dev", "libpq", true},
		{"python:3.13-alpine", "musl-dev", "", true},
		{"registry.example.com/own:1", "gcc", "gcc", false},
	} {
		fate := stack.FateOf(base(c.base), c.name)
		if got := strings.Join(fate.Run, " "); got != c.run || fate.Sure != c.sure {
			t.Errorf("%s on %s: %q %v, want %q %v", c.name, c.base, got, fate.Sure, c.run, c.sure)
		}
	}
}
