package topology_test

import (
	"maps"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// TestAnswers puts every question to a topology and to one in which a single link is
// another one, and wants the answers to tell these apart where they name that link, and only
// there.
func TestAnswers(t *testing.T) {
	dockerfiles := map[string]string{
		"base/Dockerfile": "FROM scratch\n", "api/Dockerfile": "FROM shop/base\n", "web/Dockerfile": "FROM scratch\n", "alone/Dockerfile": "FROM scratch\n",
	}
	const main = "services:\n  base: {build: base, image: shop/base}\n  api: {build: api, image: shop/api}\n"
	compose := map[string]string{"compose.yaml": main, "other.yaml": "services:\n  web: {build: web}\n"}
	build := func(dockerfiles, compose map[string]string) *topology.Topology {
		return topology.New(input(t, dockerfiles, compose))
	}
	top := build(dockerfiles, compose)
	asked := map[string]topology.Question{}
	ask := func(name string, put func(t *topology.Topology)) {
		put(top.Traced(func(q topology.Question) {
			if _, twice := asked[name]; !twice {
				asked[name] = q
			}
		}, func(string) {}))
	}
	ask("views", func(top *topology.Topology) { top.Compose().Views("compose.yaml") })
	ask("other views", func(top *topology.Topology) { top.Compose().Views("other.yaml") })
	ask("users", func(top *topology.Topology) { top.Users("api/Dockerfile") })
	ask("other users", func(top *topology.Topology) { top.Users("web/Dockerfile") })
	ask("no users", func(top *topology.Topology) { top.Users("alone/Dockerfile") })
	ask("image", func(top *topology.Topology) { top.ImageBuild("shop/api:2") })
	ask("derived", func(top *topology.Topology) { top.Derived("base/Dockerfile") })
	ask("base", func(top *topology.Topology) {
		top.BaseBuild("api/Dockerfile", input(t, dockerfiles, nil).Dockerfiles["api/Dockerfile"].Stages[0])
	})
	ask("context", func(top *topology.Topology) { top.Context("api/Dockerfile") })
	ask("services", func(top *topology.Topology) { top.Services("k8s") })
	ask("images", func(top *topology.Topology) { top.Images("api/Dockerfile") })
	if len(asked) != 11 {
		t.Fatalf("%d of 11 questions were told: %v", len(asked), asked)
	}
	for change, want := range map[string]struct {
		dockerfiles, compose map[string]string
		other                []string
	}{
		"nothing":                 {},
		"the words of a file":     {dockerfiles: map[string]string{"web/Dockerfile": "FROM debian\nUSER 1\n"}},
		"an image of elsewhere":   {compose: map[string]string{"new.yaml": "services:\n  db: {image: db}\n"}},
		"a service beside":        {compose: map[string]string{"compose.yaml": main + "  db: {image: db}\n"}, other: []string{"views", "users"}},
		"a service that builds":   {compose: map[string]string{"new.yaml": "services:\n  again: {build: alone}\n"}, other: []string{"no users"}},
		"a file read over":        {compose: map[string]string{"compose.override.yaml": "services:\n  api: {user: '1'}\n"}, other: []string{"views", "users"}},
		"one that extends":        {compose: map[string]string{"new.yaml": "services:\n  more:\n    extends: {file: other.yaml, service: web}\n"}, other: []string{"other views", "other users"}},
		"another name":            {compose: map[string]string{"compose.yaml": "services:\n  base: {build: base, image: shop/base}\n  api: {build: api, image: shop/backend}\n"}, other: []string{"image"}},
		"a base of that name":     {dockerfiles: map[string]string{"api/Dockerfile": "FROM scratch\n"}, other: []string{"derived", "base"}},
		"a context that it names": {compose: map[string]string{"new.yaml": "services:\n  again:\n    build: {context: ., dockerfile: api/Dockerfile}\n"}, other: []string{"context", "users"}},
	} {
		d, c := maps.Clone(dockerfiles), maps.Clone(compose)
		maps.Copy(d, want.dockerfiles)
		maps.Copy(c, want.compose)
		next := build(d, c)
		for name, q := range asked {
			same := next.Answer(q).Sum == top.Answer(q).Sum
			differs := false
			for _, other := range want.other {
				differs = differs || other == name
			}
			if same == differs {
				t.Errorf("%s: the answer about %s: same %v, want %v", change, name, same, !differs)
			}
		}
	}
}

// TestAnswersAboutNamesAndServices: which files there are decides what a build is sent, and
// which of them hold Services what is beside a manifest.
func TestAnswersAboutNamesAndServices(t *testing.T) {
	build := func(names []string, services map[string][]*kube.Object) (*topology.Topology, map[string]topology.Question) {
		in := input(t, map[string]string{"api/Dockerfile": "FROM scratch\nCOPY x /x\n"}, nil)
		in.Names, in.Services = listed(names...), services
		top, asked := topology.New(in), map[string]topology.Question{}
		note := func(name string) *topology.Topology {
			return top.Traced(func(q topology.Question) { asked[name] = q }, func(string) {})
		}
		note("context").Context("api/Dockerfile")
		note("services").Services("k8s")
		return top, asked
	}
	top, asked := build([]string{"api/x"}, nil)
	for name, next := range map[string]func() (*topology.Topology, map[string]topology.Question){
		"context": func() (*topology.Topology, map[string]topology.Question) { return build([]string{"api/x", "y"}, nil) },
		"services": func() (*topology.Topology, map[string]topology.Question) {
			return build([]string{"api/x"}, map[string][]*kube.Object{"k8s/web.yaml": nil})
		},
	} {
		other, _ := next()
		for about, q := range asked {
			if same := other.Answer(q).Sum == top.Answer(q).Sum; same == (about == name) {
				t.Errorf("another %s: the answer about %s: same %v", name, about, same)
			}
		}
	}
}

// TestDerivedDependsOnWhatIsDerivedFrom: the stage that is derived from is part of the answer.
func TestDerivedDependsOnWhatIsDerivedFrom(t *testing.T) {
	top := topology.New(input(t, map[string]string{"base/Dockerfile": "FROM scratch\n", "api/Dockerfile": "FROM shop/base\n"},
		map[string]string{"compose.yaml": "services:\n  base: {build: base, image: shop/base}\n"}))
	read := map[string]bool{}
	top.Traced(func(topology.Question) {}, func(path string) { read[path] = true }).Derived("base/Dockerfile")
	if !read["base/Dockerfile"] || !read["api/Dockerfile"] {
		t.Errorf("the answer rests on %v", read)
	}
}
