package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed legacy_registry.md
var legacyRegistryDoc string

// LegacyRegistry reports images from the former registries of Kubernetes.
var LegacyRegistry = &fixer.Rule{
	Name:     "kubernetes/legacy-registry",
	Title:    "image from a frozen registry",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Kubescape, ID: "C-0253"},
		{Source: fixer.KubernetesDocs, ID: "k8s.gcr.io image registry will be frozen", Link: "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/"},
		{Source: fixer.KubernetesDocs, ID: "k8s.gcr.io redirect to registry.k8s.io", Link: "https://kubernetes.io/blog/2023/03/10/image-registry-redirect/"},
	},
	Doc: legacyRegistryDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			at := c.Node.Get("image")
			ref, err := image.ParseReference(c.Image)
			if err != nil || c.Node.Get("imagePullPolicy").Text() == "Never" {
				continue
			}
			f := fixer.Finding{
				Path: c.FindingPath(), Start: at.KeyOrSelf().Start, End: at.End,
				Message: fmt.Sprintf("%s uses an image from %s, which is frozen and gets no new versions", c.Subject(), ref.Registry),
			}
			rest, frozen := strings.CutPrefix(c.Image, "k8s.gcr.io/")
			project, _, _ := strings.Cut(ref.Repository, "/")
			switch {
			case frozen:
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "k8s.gcr.io has redirected to registry.k8s.io since March 2023"}}
				f.Fixes = []fixer.Fix{{
					ID: "new-host", Title: "Set the image to registry.k8s.io/" + rest, Level: fixer.Review,
					Breaks: "Clusters that pull through a mirror or an allow list, and offline nodes with preloaded images, may not have the image under the new name",
					Verify: "docker manifest inspect " + text.ShellWord("registry.k8s.io/"+rest) + "\nprints the manifest of the image",
					Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("image"), "registry.k8s.io/"+rest)),
				}}
			case formerProjects[project] && (ref.Registry == "gcr.io" || strings.HasSuffix(ref.Registry, ".gcr.io")):
				f.Message = fmt.Sprintf("%s uses an image from %s/%s, which is frozen and gets no new versions", c.Subject(), ref.Registry, project)
				f.Advice = "Use a maintained version of registry.k8s.io" + strings.TrimPrefix(ref.Repository, project) + ", if the image was moved there. An image that was not moved is unmaintained"
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
