package topology_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func input(t *testing.T, dockerfiles, composeFiles map[string]string) topology.Input {
	t.Helper()
	in := topology.Input{Dockerfiles: map[string]*dockerfile.File{}, Compose: map[string]*compose.File{}}
	for p, src := range dockerfiles {
		f, err := dockerfile.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		in.Dockerfiles[p] = f
	}
	for p, src := range composeFiles {
		y, err := yamldoc.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if in.Compose[p], err = compose.Parse(y); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

func TestImageBuild(t *testing.T) {
	top := topology.New(input(t, map[string]string{
		"api/Dockerfile":     "FROM scratch\nUSER 1\n",
		"web/Dockerfile":     "FROM scratch AS dev\nFROM scratch AS run\nUSER 2\n",
		"nginx/Dockerfile":   "FROM scratch\n",
		"a/twice/Dockerfile": "FROM scratch\n",
		"b/twice/Dockerfile": "FROM scratch\n",
	}, map[string]string{
		"compose.yaml": "services:\n  api: {build: api, image: 'registry.example:5000/shop/backend:${TAG:-1}'}\n  web: {build: {context: web, target: dev}, image: shop/web}\n",
	}))
	for _, c := range []struct {
		ref, file, stage string
		certain          bool
	}{
		{"registry.example:5000/shop/backend:2", "api/Dockerfile", "", true},
		{"registry.example:5000/shop/backend@sha256:0", "api/Dockerfile", "", true},
		{"shop/web:1", "web/Dockerfile", "dev", true},
		{"other/api:1", "api/Dockerfile", "", false},
		{"other/twice", "", "", false},
		{"nginx:1.27", "", "", false},
		{"nginx", "", "", false},
		{"", "", "", false},
	} {
		b, ok := top.ImageBuild(c.ref)
		if ok != (c.file != "") || b.Path != c.file || b.Certain != c.certain || ok && (b.Stage.Name != c.stage || b.Why == "") {
			t.Errorf("ImageBuild(%q) = %s certain %v (%v)", c.ref, b.Path, b.Certain, ok)
		}
	}
}

// TestSeveralBuildsOfOneName: which of them a tag means is decided by the tag
// where it is named, and by nobody where it is not.
func TestSeveralBuildsOfOneName(t *testing.T) {
	top := topology.New(input(t, map[string]string{
		"web/Dockerfile": "FROM scratch\n", "web/Dockerfile.dev": "FROM scratch\nUSER 1000\n", "db/Dockerfile": "FROM scratch\nUSER 999\n",
	}, map[string]string{
		"compose.dev.yaml": "services:\n  web: {build: {context: web, dockerfile: Dockerfile.dev}, image: 'shop/web:dev'}\n",
		"compose.yaml":     "services:\n  web: {build: web, image: 'shop/web:1'}\n  db: {build: db, image: 'postgres:16'}\n  v: {build: '${DIR:-web}', image: 'shop/v:1'}\n",
	}))
	for ref, want := range map[string]string{
		"shop/web:1": "web/Dockerfile true", "shop/web:dev": "web/Dockerfile.dev true", "shop/web:2": "web/Dockerfile.dev false",
		"postgres:16": "db/Dockerfile false", "shop/v:1": "web/Dockerfile false",
	} {
		b, _ := top.ImageBuild(ref)
		if got := fmt.Sprintf("%s %v", b.Path, b.Certain); got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

func TestFingerprintAndTraced(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  api: {build: api, image: shop/api}\n"}
	one := topology.New(input(t, map[string]string{"api/Dockerfile": "FROM scratch\n"}, files))
	same := topology.New(input(t, map[string]string{"api/Dockerfile": "FROM debian\nUSER 1\n"}, files))
	if one.Fingerprint() != same.Fingerprint() {
		t.Error("what a Dockerfile says changes no link")
	}
	other := topology.New(input(t, map[string]string{"api/Dockerfile": "FROM scratch\n"}, map[string]string{"compose.yaml": "services:\n  api: {build: api, image: shop/backend}\n"}))
	if one.Fingerprint() == other.Fingerprint() {
		t.Error("another image name is another link")
	}
	seen := map[string]bool{}
	one.Traced(func(topology.Question) {}, func(p string) { seen[p] = true }).ImageBuild("shop/api:1")
	if !seen["api/Dockerfile"] {
		t.Errorf("the Dockerfile an answer rests on was not named: %v", seen)
	}
}

// TestUsers: who runs what a Dockerfile builds, sorted, over several files, by
// way of extends too; and an answer names the files that it depends on, no others.
func TestUsers(t *testing.T) {
	top := topology.New(input(t, map[string]string{
		"api/Dockerfile": "FROM scratch\n",
		"web/Dockerfile": "FROM scratch\n",
	}, map[string]string{
		"z.yaml":      "services:\n  late:\n    build: ./api\n",
		"a.yaml":      "services:\n  web:\n    build: ./web\n  two:\n    build: ./api\n  one:\n    extends: {file: base/b.yaml, service: base}\n",
		"base/b.yaml": "services:\n  base:\n    build: ../api\n",
	}))
	for dockerfile, want := range map[string]string{
		"api/Dockerfile":  "a.yaml one, a.yaml two, base/b.yaml base, z.yaml late; reads a.yaml api/Dockerfile base/b.yaml z.yaml",
		"web/Dockerfile":  "a.yaml web; reads a.yaml web/Dockerfile",
		"none/Dockerfile": "; reads none/Dockerfile",
	} {
		read := map[string]bool{}
		var users []string
		for _, v := range top.Traced(func(topology.Question) {}, func(path string) { read[path] = true }).Users(dockerfile) {
			users = append(users, v.File+" "+v.Name)
		}
		got := strings.Join(users, ", ") + "; reads " + strings.Join(slices.Sorted(maps.Keys(read)), " ")
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", dockerfile, got, want)
		}
	}
}

func TestDerived(t *testing.T) {
	top := topology.New(input(t, map[string]string{
		"base/Dockerfile":     "FROM debian:13\n",
		"dev/Dockerfile":      "FROM example.org/shop/base:1\n",
		"arg/Dockerfile":      "ARG P=scratch\nFROM $P\n",
		"context/Dockerfile":  "FROM parent AS a\nFROM a\n",
		"name/Dockerfile":     "FROM registry.example.org/my-tools:2\n",
		"Dockerfile.tools":    "FROM debian:13\n",
		"official/Dockerfile": "FROM redis:8\n",
		"redis/Dockerfile":    "FROM redis:8\n",
		"node/Dockerfile":     "FROM node\n",
	}, map[string]string{
		"compose.yaml": "services:\n  base: {build: base, image: 'example.org/shop/base:1'}\n  dev: {build: dev}\n  arg: {build: {context: arg, args: {P: 'example.org/shop/base:1'}}}\n" +
			"  context: {build: {context: context, additional_contexts: [parent=service:base]}}\n",
	}))
	for file, want := range map[string]string{
		"base/Dockerfile":  "arg/Dockerfile certain, context/Dockerfile certain, dev/Dockerfile certain",
		"Dockerfile.tools": "name/Dockerfile likely",
		"redis/Dockerfile": "",
		"node/Dockerfile":  "",
		"dev/Dockerfile":   "",
	} {
		var got []string
		for _, d := range top.Derived(file) {
			how := "likely"
			if d.Certain {
				how = "certain"
			}
			got = append(got, d.Path+" "+how)
			if d.Why == "" || d.Of.Path != file {
				t.Errorf("%s: derived %+v", file, d)
			}
			if b, ok := top.BaseBuild(d.Path, d.Stage); !ok || b.Path != file {
				t.Errorf("%s: the base is %v", d.Path, b.Path)
			}
		}
		if list := strings.Join(got, ", "); list != want {
			t.Errorf("from %s: %q, want %q", file, list, want)
		}
	}
}

// TestFingerprintLeavesOutImagesThatAreNotBuilt: that another image runs changed no link, and
// yet the findings of all files were worked out again.
func TestFingerprintLeavesOutImagesThatAreNotBuilt(t *testing.T) {
	sum := func(compose string) string {
		return topology.New(input(t, map[string]string{"api/Dockerfile": "FROM scratch\n"}, map[string]string{"compose.yaml": compose})).Fingerprint()
	}
	was := sum("services:\n  api: {build: api, image: 'shop/api:1'}\n  db: {image: 'postgres:16'}\n")
	if sum("services:\n  api: {build: api, image: 'shop/api:1'}\n  db: {image: 'postgres:17'}\n") != was {
		t.Error("the version of an image that nobody builds here changes the links")
	}
	for _, other := range []string{
		"services:\n  api: {build: api, image: 'shop/api:2'}\n  db: {image: 'postgres:16'}\n",
		"services:\n  api: {build: api, image: 'shop/api:1'}\n  db: {}\n",
		"services:\n  api: {build: ., image: 'shop/api:1'}\n  db: {image: 'postgres:16'}\n",
	} {
		if sum(other) == was {
			t.Errorf("the links are said to be the same with\n%s", other)
		}
	}
}

// TestAnImageThatAPipelineBuilds: a pipeline says which Dockerfile an image is built from.
func TestAnImageThatAPipelineBuilds(t *testing.T) {
	in := input(t, map[string]string{"backend/Dockerfile": "FROM scratch AS dev\nFROM scratch\n", "web/Dockerfile": "FROM scratch\n", "old/Dockerfile": "FROM scratch\n"}, nil)
	in.Named = []topology.Named{
		{Image: "shop/acme-api", Dockerfile: "backend/Dockerfile", Target: "dev", Place: ".github/workflows/ci.yaml:7"},
		{Image: "$/front", Dockerfile: "web/Dockerfile", Place: ".github/workflows/ci.yaml:9"},
		{Image: "shop/both", Dockerfile: "web/Dockerfile"}, {Image: "shop/both", Dockerfile: "old/Dockerfile"},
		{Image: "shop/gone", Dockerfile: "gone/Dockerfile"}, {Image: "shop/no-stage", Dockerfile: "web/Dockerfile", Target: "run"},
	}
	top := topology.New(in)
	for _, c := range []struct {
		ref, path, stage string
		certain          bool
	}{
		{"shop/acme-api:v1", "backend/Dockerfile", "dev", true},
		{"shop/front:v2", "web/Dockerfile", "", false},
		{"ghcr.io/other/front@sha256:abc", "web/Dockerfile", "", false},
		{"front", "", "", false},
		{"shop/both", "", "", false},
		{"shop/gone", "", "", false},
		{"shop/no-stage", "", "", false},
	} {
		b, ok := top.ImageBuild(c.ref)
		if ok != (c.path != "") || ok && (b.Path != c.path || b.Certain != c.certain || b.Stage.Name != c.stage) {
			t.Errorf("%s: %q %v, certain %v (%s)", c.ref, b.Path, ok, b.Certain, b.Why)
		}
	}
	if b, _ := top.ImageBuild("shop/acme-api:v1"); b.Why != ".github/workflows/ci.yaml:7 builds shop/acme-api from backend/Dockerfile" {
		t.Errorf("%q", b.Why)
	}
}

// TestImagesNamedByOneScheme: one name that ends as a directory can be a coincidence, two of
// one owner are a scheme. It is never certain.
func TestImagesNamedByOneScheme(t *testing.T) {
	files := map[string]string{"backend/Dockerfile": "FROM scratch\n", "frontend/Dockerfile": "FROM scratch\n", "a/worker/Dockerfile": "FROM scratch\n", "b/worker/Dockerfile": "FROM scratch\n"}
	for _, c := range []struct {
		images []string
		want   map[string]string
	}{
		{[]string{"shop/ecom-backend", "shop/ecom-frontend", "postgres"}, map[string]string{"shop/ecom-backend": "backend/Dockerfile", "shop/ecom-frontend": "frontend/Dockerfile"}},
		{[]string{"shop/backend-image", "shop/frontend-image"}, map[string]string{"shop/backend-image": "backend/Dockerfile", "shop/frontend-image": "frontend/Dockerfile"}},
		{[]string{"shop/ecom-backend"}, nil},
		{[]string{"shop/ecom-backend", "other/ecom-frontend"}, nil},
		{[]string{"shop/ecom-backend", "shop/acme-frontend"}, nil},
		{[]string{"ecom-backend", "ecom-frontend"}, nil},
		{[]string{"shop/ecom-worker", "shop/ecom-frontend"}, nil},
		{[]string{"shop/backend-frontend", "shop/backend-backend", "shop/frontend-frontend"}, map[string]string{"shop/backend-backend": "backend/Dockerfile", "shop/frontend-frontend": "frontend/Dockerfile"}},
	} {
		in := input(t, files, nil)
		in.Images = map[string]topology.ImageUse{}
		for _, name := range c.images {
			in.Images[name] = topology.ImageUse{Whole: true}
		}
		top := topology.New(in)
		for _, name := range c.images {
			b, ok := top.ImageBuild(name + ":v1")
			if b.Path != c.want[name] || ok && b.Certain {
				t.Errorf("%q: %s is %q, certain %v (%s)", c.images, name, b.Path, b.Certain, b.Why)
			}
		}
	}
}

// TestImagesOfADockerfile: a Dockerfile has the images of manifests that it may make, whatever
// links them; of one that two Dockerfiles make for two tags, both have it.
func TestImagesOfADockerfile(t *testing.T) {
	in := input(t, map[string]string{"api/Dockerfile": "FROM scratch\n", "api/old/Dockerfile": "FROM scratch\n", "web/Dockerfile": "FROM scratch\n", "job/Dockerfile": "FROM scratch\n"},
		map[string]string{"compose.yaml": "services:\n  api: {build: api, image: 'shop/api:2'}\n  old: {build: api/old, image: 'shop/api:1'}\n"})
	in.Images = map[string]topology.ImageUse{"shop/api": {Whole: true}, "acme/web": {}, "postgres": {Whole: true}}
	top := topology.New(in)
	for file, want := range map[string][]string{"api/Dockerfile": {"shop/api"}, "api/old/Dockerfile": {"shop/api"}, "web/Dockerfile": {"acme/web"}, "job/Dockerfile": nil} {
		if got := top.Images(file); !slices.Equal(got, want) {
			t.Errorf("%s makes %q, not %q", file, got, want)
		}
	}
}
