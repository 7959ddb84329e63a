package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestImages: every place of each kind, sorted, without what is built here.
func TestImages(t *testing.T) {
	source := func(kind fixer.Kind, path, data string) fixer.Source {
		return fixer.Source{Path: path, Kind: kind, Data: []byte(data)}
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		source(fixer.Dockerfile, "api/Dockerfile", "FROM golang:1.27 AS build\nFROM debian:13\nCOPY --from=build /a /a\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uv\nFROM scratch\nCOPY --from=1 / /\n"),
		source(fixer.Compose, "compose.yaml", "services:\n  api: {build: api, image: example.org/api}\n  db: {image: 'postgres:18'}\n  job: {image: example.org/api}\n  any: {image: '${X}'}\n"),
		source(fixer.Kubernetes, "k8s/db.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n  - {name: db, image: 'postgres:18'}\n  - {name: api, image: example.org/api}\n"),
		source(fixer.Workflow, ".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    container: node:24\n    runs-on: x\n    steps:\n    - uses: docker://alpine:3.24\n    - run: x\n"),
	})
	var got []string
	for _, n := range rules.Images(snap) {
		got = append(got, strings.TrimSuffix(fmt.Sprintf("%s:%d %s %v", n.File, n.Line, n.Image, n.Base), " false"))
	}
	want := `.github/workflows/ci.yml:4 docker.io/library/node:24
.github/workflows/ci.yml:7 docker.io/library/alpine:3.24
api/Dockerfile:1 docker.io/library/golang:1.27
api/Dockerfile:2 docker.io/library/debian:13 true
api/Dockerfile:4 ghcr.io/astral-sh/uv:0.9
compose.yaml:3 docker.io/library/postgres:18
k8s/db.yaml:6 docker.io/library/postgres:18`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}
