package topology

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// An onlyBuild links an image that nothing else links to the one Dockerfile of the
// repository that makes an image for others: what a project is published as is
// seldom written in it.
type onlyBuild struct {
	repo string // of the image
	file string // the Dockerfile
}

// linkOnly looks for such an image: one that the image table does not list, and that is
// called like something in the Dockerfile, or listens or keeps data where it says. Of
// several, the one is meant for which both is so.
func (t *Topology) linkOnly(services []compose.View) {
	file := t.onlyDockerfile()
	if file == "" {
		return
	}
	stage := t.in.Dockerfiles[file].Final()
	used := map[string][]compose.View{} // by repository
	for _, v := range services {
		ref, _ := v.ImageName()
		if _, named := t.PulledBuild(v); named || ref == "" {
			continue
		}
		used[Repository(ref)] = append(used[Repository(ref)], v)
	}
	for repo, use := range t.in.Images {
		if _, ok := used[repo]; !ok && use.Whole {
			used[repo] = nil
		}
	}
	var fits, sure []string
	foreign := 0
	for repo, views := range used {
		if strings.ContainsAny(repo, "$ ") || t.linked(repo) || listed(repo) || Repository(stage.Root().Image) == repo {
			continue
		}
		called, serves := startsAs(stage, path.Base(repo)) || isCalled(repo, file, t.in.Dockerfiles[file].Source), slices.ContainsFunc(views, func(v compose.View) bool { return fitsService(stage, v) })
		serves = serves || exposesOne(stage, t.in.Images[repo].Ports)
		if !strings.Contains(repo, "/") && !(called && serves) {
			continue // many images without an owner are official ones
		}
		foreign++
		if called || serves {
			fits = append(fits, repo)
		}
		if called && serves {
			sure = append(sure, repo)
		}
	}
	switch {
	case len(sure) == 1:
		t.only = onlyBuild{sure[0], file}
	case len(fits) == 1 && foreign == 1:
		t.only = onlyBuild{fits[0], file}
	}
}

// linked reports whether something else links an image.
func (t *Topology) linked(repo string) bool {
	quiet := *t
	quiet.onRead, quiet.onAsk = nil, nil
	_, ok := quiet.ImageBuild(repo)
	return ok
}

// listed reports whether the image table knows an image, by its name at least.
func listed(repo string) bool {
	ref, err := image.ParseReference(repo)
	return err != nil || image.Listed(ref)
}

// onlyDockerfile returns the one Dockerfile that makes an image for others, "" where
// there is none, or several, or where its image has a name already.
func (t *Topology) onlyDockerfile() string {
	found := ""
	for p, f := range t.in.Dockerfiles {
		if f == nil || len(f.Stages) == 0 || forWork(p) {
			continue
		}
		if found != "" {
			return ""
		}
		found = p
	}
	if found == "" || len(t.derived[found]) > 0 {
		return ""
	}
	for _, named := range []map[string][]Build{t.byName, t.byPipeline} {
		for _, builds := range named {
			if slices.ContainsFunc(builds, func(b Build) bool { return b.Path == found }) {
				return ""
			}
		}
	}
	return found
}

// forWork reports whether a Dockerfile is by its name for those who work on the
// repository: its tests, its pipelines, an environment for development, an example.
func forWork(file string) bool {
	words := strings.FieldsFunc(strings.ToLower(file), func(r rune) bool { return strings.ContainsRune("/._-", r) })
	return slices.ContainsFunc(words, func(w string) bool { return workWords[w] })
}

var workWords = map[string]bool{"devcontainer": true, "ci": true, "github": true, "circleci": true, "gitlab": true, "test": true, "tests": true, "e2e": true,
	"testdata": true, "integration": true, "example": true, "examples": true, "sample": true, "samples": true, "demo": true, "docs": true, "doc": true, "dev": true,
	"development": true, "hack": true, "bench": true, "benchmark": true, "benchmarks": true, "local": true, "debug": true}

// startsAs reports whether a stage starts a program of a name.
func startsAs(s *dockerfile.Stage, name string) bool {
	return slices.ContainsFunc([]dockerfile.CommandLine{s.Entrypoint(), s.Cmd()}, func(c dockerfile.CommandLine) bool {
		words := c.Args
		if c.Shell && len(words) > 0 {
			words = strings.Fields(words[0])
		}
		return len(words) > 0 && path.Base(words[0]) == name
	})
}

// isCalled reports whether a Dockerfile has a word of the name of an image that says
// what the image is: acme/shop-server, where shop is built.
func isCalled(repo, file string, source []byte) bool {
	telling := func(name string) []string {
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_.", r) })
		return slices.DeleteFunc(words, func(w string) bool { return len(w) < shortestName || genericNames[w] })
	}
	words := telling(path.Base(repo))
	if len(words) == 0 {
		words = telling(path.Base(path.Dir(repo)))
	}
	text := bytes.ToLower(source)
	return slices.ContainsFunc(words, func(w string) bool {
		return bytes.Contains(text, []byte(w)) || strings.Contains(strings.ToLower(path.Dir(file)), w)
	})
}

// shortestName is how long a word has to be to say which program is meant.
const shortestName = 4

// genericNames are words of images' names that say nothing of what is in them.
var genericNames = map[string]bool{"server": true, "service": true, "image": true, "docker": true, "container": true, "client": true, "backend": true,
	"frontend": true, "core": true, "main": true, "base": true, "python": true, "node": true, "nodejs": true, "java": true, "golang": true, "ruby": true, "alpine": true,
	"debian": true, "ubuntu": true, "slim": true, "latest": true, "proxy": true, "worker": true, "http": true, "https": true, "data": true, "linux": true, "user": true}

// fitsService reports whether a service uses what an image promises: a port that it
// exposes, or a volume.
func fitsService(s *dockerfile.Stage, v compose.View) bool {
	exposed := s.Exposes()
	for _, p := range append(v.Ports(), v.Exposed()...) {
		if n, _, ok := p.Range(); ok && slices.ContainsFunc(exposed, func(e dockerfile.Port) bool { return e.Number == n }) {
			return true
		}
	}
	volumes := s.Volumes()
	return slices.ContainsFunc(v.Mounts(), func(m compose.Mount) bool {
		return slices.ContainsFunc(volumes, func(at dockerfile.Value) bool { return at.Known && path.Clean(at.Text) == path.Clean(m.Target) })
	})
}

// exposesOne reports whether a stage exposes one of the ports that containers listen on.
func exposesOne(s *dockerfile.Stage, ports []int) bool {
	return len(ports) > 0 && slices.ContainsFunc(s.Exposes(), func(p dockerfile.Port) bool { return slices.Contains(ports, p.Number) })
}

// onlyBuild returns the stage of the only Dockerfile, where it is likely that it makes
// an image.
func (t *Topology) onlyBuild(repo string) (Build, bool) {
	if repo == "" || repo != t.only.repo {
		return Build{}, false
	}
	b, ok := t.build(t.only.file, "", t.only.file+" is the only Dockerfile here that makes an image, and "+repo+" fits it by its name, ports or volumes")
	b.Certain = false
	return b, ok
}
