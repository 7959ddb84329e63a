package fixer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

func deployment(name, container, image string) string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\nspec:\n  template:\n    spec:\n      containers:\n        - name: %s\n          image: %s\n", name, container, image)
}

// TestServices joins what is built and run as one, and nothing else.
func TestServices(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "api/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian\n")},
		{Path: "jobs/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian\n")},
		{Path: "tools/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  api:\n    build: api\n    image: shop/api:1\n  cache:\n    image: redis:7\n  db.main:\n    image: postgres:17\n  worker:\n    build: jobs\n  beat:\n    build: jobs\n")},
		{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(deployment("api", "server", "shop/api:2"))},
		{Path: "k8s/cache.yaml", Kind: fixer.Kubernetes, Data: []byte(deployment("cache", "redis", "redis:8") + "---\n" + deployment("db", "pg", "postgres:17"))},
		{Path: "other/cache.yaml", Kind: fixer.Kubernetes, Data: []byte(deployment("db", "pg", "postgres:17"))},
		{Path: "k8s/space.yaml", Kind: fixer.Kubernetes, Data: []byte("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n")},
	})
	services := snap.Services()
	var got []string
	for _, s := range services.All {
		line := s.Name + ":"
		for _, p := range s.Parts {
			line += strings.TrimRight(" "+p.File+" "+p.Path, " ")
		}
		got = append(got, line)
	}
	want := []string{
		"api: api/Dockerfile compose.yaml services.api k8s/api.yaml Deployment/api",
		"beat, worker: compose.yaml services.beat compose.yaml services.worker jobs/Dockerfile",
		"cache: compose.yaml services.cache k8s/cache.yaml Deployment/cache",
		"db (k8s): k8s/cache.yaml Deployment/db",
		"db (other): other/cache.yaml Deployment/db",
		`db.main: compose.yaml services["db.main"]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, c := range []struct{ file, path, want string }{
		{"api/Dockerfile", "stage 0: USER", "api"},
		{"compose.yaml", "services.api", "api"},
		{"compose.yaml", "services.api.privileged", "api"},
		{"compose.yaml", "services.db.main", "db.main"},
		{"compose.yaml", `services["db.main"].volumes x`, "db.main"},
		{"compose.yaml", "services.apiary", ""},
		{"k8s/cache.yaml", "Deployment/cache containers[redis]", "cache"},
		{"k8s/cache.yaml", "Deployment/cached", ""},
		{"k8s/space.yaml", "Namespace/shop", ""},
		{"tools/Dockerfile", "stage 0", ""},
	} {
		name := ""
		if s := services.Of(fixer.Key{Rule: "r", File: c.file, Path: c.path}); s != nil {
			name = s.Name
		}
		if name != c.want {
			t.Errorf("%s %s belongs to %q, want %q", c.file, c.path, name, c.want)
		}
	}
}
