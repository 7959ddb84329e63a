package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/yamldoc"
)

// FrozenRegistry wants images of Kubernetes' own from where they are published.
var FrozenRegistry = &fixer.Rule{
	Name:     "kubernetes/frozen-registry",
	Title:    "image from a registry that is closed to new ones",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Images named by the former registries of the Kubernetes project: k8s.gcr.io, which takes nothing new since April 2023 and
leads to registry.k8s.io; and the places before and behind it, gcr.io/google_containers and k8s-artifacts-prod, of which not
everything was moved. Only the host is changed: repository, tag and digest stay. Left alone are images that are never pulled.`,
		Why: `What is found there is what there was: a version with a hole in it is the last one. The names are kept up as a courtesy,
and a pod that has to be started on a new node does not start on the day they go.`,
		Breaks: `A cluster that pulls by way of a mirror or an allow list does not start the pod until the new name is in it, and nodes that
were given the image beforehand have it under the old name.`,
		Verify: `docker manifest inspect IMAGE   shows the image under its new name`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: metrics
spec:
  containers:
  - name: metrics
    image: k8s.gcr.io/kube-state-metrics/kube-state-metrics:v2.6.0
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: metrics
spec:
  containers:
  - name: metrics
    image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.6.0
`,
		References: []fixer.Reference{
			{Source: "Kubescape", ID: "C-0253"},
			{Source: "Kubernetes", ID: "k8s.gcr.io image registry will be frozen", URL: "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/"},
			{Source: "Kubernetes", ID: "k8s.gcr.io redirect to registry.k8s.io", URL: "https://kubernetes.io/blog/2023/03/10/image-registry-redirect/"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			at := c.Node.Get("image")
			ref, err := image.ParseReference(c.Image)
			if err != nil || c.Node.Get("imagePullPolicy").Text() == "Never" {
				continue
			}
			f := fixer.Finding{
				Path: c.FindingPath(), Start: at.KeyOrSelf().Start, End: at.End,
				Message: fmt.Sprintf("%s takes its image from %s, which is closed to new versions", c, ref.Registry),
			}
			rest, frozen := strings.CutPrefix(c.Image, "k8s.gcr.io/")
			project, _, _ := strings.Cut(ref.Repository, "/")
			switch {
			case frozen:
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "requests for k8s.gcr.io are answered by registry.k8s.io since March 2023"}}
				f.Fixes = []fixer.Fix{{
					ID: "new-host", Title: "name it registry.k8s.io/" + rest, Level: fixer.Review,
					Breaks: "a mirror, an allow list of registries, or nodes without a network that know the image by its old name do not have it by the new one",
					Verify: "docker manifest inspect registry.k8s.io/" + rest + "   shows the image",
					Edit: func(d *fixer.Draft) error {
						d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(c.Path.Join("image"), "registry.k8s.io/"+rest))
						return nil
					},
				}}
			case formerProjects[project] && (ref.Registry == "gcr.io" || strings.HasSuffix(ref.Registry, ".gcr.io")):
				f.Message = fmt.Sprintf("%s takes its image from %s/%s, which is closed to new versions", c, ref.Registry, project)
				f.Advice = "look for it as registry.k8s.io" + strings.TrimPrefix(ref.Repository, project) + ", where most of it was moved, and take a version that is still looked after; what is not there was given up"
			default:
				continue
			}
			p.Report(f)
		}
	},
}

// formerProjects are the projects of Google's registry that Kubernetes was
// published in.
var formerProjects = map[string]bool{"google_containers": true, "google-containers": true, "k8s-artifacts-prod": true}
