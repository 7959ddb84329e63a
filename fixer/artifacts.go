package fixer

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// artifacts returns the images that a configuration of Skaffold builds and deploys: it puts
// them into the manifests that name them so.
func (f *File) artifacts() []topology.Named {
	if f.YAML == nil || !strings.Contains(path.Base(f.Path), "skaffold") {
		return nil
	}
	var out []topology.Named
	for _, doc := range f.YAML.Docs {
		if !strings.HasPrefix(doc.Root.Get("apiVersion").Text(), "skaffold/") {
			continue
		}
		for _, a := range doc.Root.Get("build").Get("artifacts").List() {
			name, docker := a.Get("image").Text(), a.Get("docker")
			if name == "" || builtOtherwise(a) {
				continue
			}
			dir, file := path.Join(path.Dir(f.Path), orDefault(a.Get("context"), ".")), orDefault(docker.Get("dockerfile"), "Dockerfile")
			out = append(out, topology.Named{
				Image: topology.Repository(name), Dockerfile: path.Join(dir, file), Target: docker.Get("target").Text(),
				Place: fmt.Sprintf("%s:%d", f.Path, a.Get("image").Line), Deployed: true,
			})
		}
	}
	return out
}

// builtOtherwise reports whether no Dockerfile makes an artifact of Skaffold.
func builtOtherwise(artifact *yamldoc.Node) bool {
	for _, builder := range []string{"buildpacks", "jib", "ko", "bazel", "custom"} {
		if artifact.Get(builder) != nil {
			return true
		}
	}
	return false
}

func orDefault(n *yamldoc.Node, value string) string {
	if s := n.Text(); s != "" {
		return s
	}
	return value
}
