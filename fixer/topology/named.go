package topology

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A Named build is one that a pipeline makes: it gives the image of a Dockerfile a name.
type Named struct {
	// Image is the name, without a tag. A registry or an owner that the pipeline fills in
	// is a dollar sign.
	Image              string
	Dockerfile, Target string
	Place              string // for people

	// Deployed says that manifests name the image so: what builds it deploys it, too.
	Deployed bool
}

// nameBuilds links images that a pipeline builds, and those whose names follow one scheme.
func (t *Topology) nameBuilds() {
	t.byPipeline, t.byArtifact = map[string][]Build{}, map[string][]Build{}
	for _, n := range t.in.Named {
		b, ok := stageOf(t.in.Dockerfiles[n.Dockerfile], n.Dockerfile, n.Target, fmt.Sprintf("%s builds %s from %s", n.Place, n.Image, n.Dockerfile))
		if !ok {
			continue
		}
		name := n.Image
		if n.Deployed {
			t.byArtifact[name] = append(t.byArtifact[name], b)
			continue
		}
		if i := strings.LastIndexByte(name, '/'); strings.Contains(name, "$") {
			name, b.Certain = "$"+name[i:], false
		}
		if !slices.ContainsFunc(t.byPipeline[name], func(o Build) bool { return o.Stage == b.Stage }) {
			t.byPipeline[name] = append(t.byPipeline[name], b)
		}
	}
	t.byScheme = t.schemes()
}

// pipelineBuild returns the stage that a pipeline makes an image from. Where it fills in the
// owner, the last part of the name has to be the same, and one Dockerfile be built so.
func (t *Topology) pipelineBuild(repo string) (Build, bool) {
	for _, name := range []string{repo, "$/" + path.Base(repo)} {
		if builds := t.byPipeline[name]; len(builds) == 1 && strings.Contains(repo, "/") {
			return builds[0], true
		}
	}
	return Build{}, false
}

// artifactBuild returns the stage that what deploys the manifests makes an image from.
func (t *Topology) artifactBuild(repo string) (Build, bool) {
	builds := t.byArtifact[repo]
	if len(builds) == 0 || slices.ContainsFunc(builds, func(o Build) bool { return o.Stage != builds[0].Stage }) {
		return Build{}, false
	}
	return builds[0], true
}

// A scheme is how several images are named after the directories of their Dockerfiles.
type scheme struct{ owner, before, after string }

// cutsShorter reports whether a scheme takes a part of the prefix of another one for the
// directory: acme-shop-web is that of shop-web beside acme-shop-api, which is that of api.
func (s scheme) cutsShorter(o scheme) bool {
	return s.owner == o.owner && s.before != "" && s.before != o.before && strings.HasPrefix(o.before, s.before)
}

// leastNamed is how many images have to follow a scheme: one alone can be a coincidence.
const leastNamed = 2

// schemes returns the directories of images by their repositories: shop/acme-api and
// shop/acme-web are those of api and web. An image that fits two directories has none.
func (t *Topology) schemes() map[string]string {
	found := map[scheme]map[string]string{} // directories by repository
	for _, repo := range slices.Sorted(maps.Keys(t.in.Images)) {
		owner, last := path.Dir(repo), path.Base(repo)
		if !t.in.Images[repo].Whole || owner == "." || len(t.byDirectory[last]) > 0 || len(t.byName[repo]) > 0 || isOfficial(repo) {
			continue
		}
		add := func(s scheme, dir string) {
			if len(t.byDirectory[dir]) == 1 {
				if found[s] == nil {
					found[s] = map[string]string{}
				}
				found[s][repo] = t.byDirectory[dir][0]
			}
		}
		for i, c := range last {
			if c == '-' || c == '_' {
				add(scheme{owner: owner, before: last[:i+1]}, last[i+1:])
				add(scheme{owner: owner, after: last[i:]}, last[:i])
			}
		}
	}
	follows := func(s scheme) bool {
		files := map[string]bool{}
		for _, file := range found[s] {
			files[file] = true
		}
		return len(files) >= leastNamed
	}
	out, twice := map[string]string{}, map[string]bool{}
	for s, named := range found {
		if !follows(s) && !slices.ContainsFunc(slices.Collect(maps.Keys(found)), func(o scheme) bool { return s.cutsShorter(o) && follows(o) }) {
			continue
		}
		for repo, file := range named {
			twice[repo] = twice[repo] || out[repo] != "" && out[repo] != file
			out[repo] = file
		}
	}
	maps.DeleteFunc(out, func(repo, _ string) bool { return twice[repo] })
	return out
}

// schemeBuild returns the stage of the Dockerfile whose directory an image is named after.
func (t *Topology) schemeBuild(repo string) (Build, bool) {
	file := t.byScheme[repo]
	if file == "" {
		return Build{}, false
	}
	b, ok := t.build(file, "", "The name of the image ends or begins with the directory of "+file+", as do the names of other images of "+path.Dir(repo))
	b.Certain = false
	return b, ok
}

// namedSum sums up the links that names make.
func (t *Topology) namedSum() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(t.byPipeline)) {
		for _, build := range t.byPipeline[name] {
			fmt.Fprintf(&b, "%q ", name)
			build.sum(&b)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.byArtifact)) {
		for _, build := range t.byArtifact[name] {
			fmt.Fprintf(&b, "deployed %q ", name)
			build.sum(&b)
		}
	}
	for _, repo := range slices.Sorted(maps.Keys(t.byScheme)) {
		fmt.Fprintf(&b, "%q %q\n", repo, t.byScheme[repo])
	}
	return b.String()
}
