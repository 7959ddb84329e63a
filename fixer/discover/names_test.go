package discover

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

func TestClassify(t *testing.T) {
	const d, c, k = fixer.Dockerfile, fixer.Compose, fixer.Kubernetes
	for _, tt := range []struct {
		name     string
		kind     fixer.Kind
		sure     bool
		template string
	}{
		{"Dockerfile", d, true, ""},
		{"dockerfile", d, true, ""},
		{"DOCKERFILE", d, true, ""},
		{"Dockerfile.web", d, true, ""},
		{"Dockerfile.alpine-3.20", d, true, ""},
		{"web.Dockerfile", d, true, ""},
		{"web.dockerfile", d, true, ""},
		{"Containerfile", d, true, ""},
		{"Containerfile.controller", d, true, ""},
		{"x.containerfile", d, true, ""},
		{"Dockerfile-alpine", d, false, ""},
		{"Dockerfile_mysql", d, false, ""},
		{"Dockerfile2", d, false, ""},
		{"pods02-Dockerfile", d, false, ""},
		{"Dockerfile.txt", d, false, ""},
		{"Dockerfiles", d, false, ""},
		{"Dockerfile.j2", d, true, ".j2"},
		{"Dockerfile.tmpl", d, true, ".tmpl"},
		{"Dockerfile.web.erb", d, true, ".erb"},
		{"Dockerfile-alpine.template", d, true, ".template"},
		{"Dockerfile.dockerignore", "", false, ""},
		{"web.Dockerfile.dockerignore", "", false, ""},
		{".dockerignore", "", false, ""},
		{"Dockerfile.md", "", false, ""},
		{"Dockerfile.orig", "", false, ""},
		{"Dockerfile.swp", "", false, ""},
		{"Dockerfile~", "", false, ""},
		{"Dockerfile.", d, true, ""},
		{"dockerfile_parser.go", "", false, ""},
		{"dockerfile.py", "", false, ""},
		{"docker-entrypoint.sh", "", false, ""},
		{"compose.yaml", c, true, ""},
		{"compose.yml", c, true, ""},
		{"compose.dev.yml", c, true, ""},
		{"compose-dev.yaml", c, true, ""},
		{"Docker-compose.yml", c, true, ""},
		{"docker-compose(2).yml", c, true, ""},
		{"docker-compose3.yml", c, true, ""},
		{"docker-compose.override.YML", c, true, ""},
		{"composer.yaml", c, false, ""},
		{"my-compose.yml", c, false, ""},
		{"docker-stack.yml", c, false, ""},
		{"compose.yaml.j2", c, true, ".j2"},
		{"docker-compose.env", "", false, ""},
		{"docker-compose", "", false, ""},
		{"web.yaml", k, false, ""},
		{"web.YML", k, false, ""},
		{"list.json", k, false, ""},
		{"composer.json", k, false, ""},
		{"kustomization.yaml", fixer.Kustomize, true, ""},
		{"kustomization.yml", fixer.Kustomize, true, ""},
		{"Kustomization", fixer.Kustomize, true, ""},
		{"Kustomization.yaml", k, false, ""},
		{"Chart.yaml", fixer.Helm, true, ""},
		{"README.md", "", false, ""},
		{"", "", false, ""},
		{".", "", false, ""},
	} {
		got := classify(tt.name)
		if want := (nameHint{tt.kind, tt.sure, tt.template}); got != want {
			t.Errorf("classify(%q) = %+v, want %+v", tt.name, got, want)
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, s := range []string{"Dockerfile", "dockerfile.", "containerfile", "compose", "a.b.c", "\x00", ".yaml", "compose.yaml.j2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		g := classify(name)
		if g.kind == "" && (g.sure || g.template != "") {
			t.Errorf("classify(%q) = %+v: no kind and yet sure", name, g)
		}
	})
}
