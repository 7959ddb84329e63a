package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed kubernetes_dashboard.md
var kubernetesDashboardDoc string

// KubernetesDashboard reports the unmaintained Kubernetes Dashboard and Tiller.
var KubernetesDashboard = &fixer.Rule{
	Name:     "kubernetes/kubernetes-dashboard",
	Title:    "unmaintained cluster dashboard",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Trivy, ID: "KSV-0102"},
		{Source: fixer.Checkov, ID: "CKV_K8S_33"},
		{Source: fixer.Checkov, ID: "CKV_K8S_34"},
		{Source: fixer.Kubescape, ID: "C-0014"},
		{Source: fixer.KICSKubernetes, ID: "d2ad057f-0928-41ef-a83c-f59203bb855b", Title: "Dashboard Is Enabled"},
		{Source: fixer.KICSKubernetes, ID: "6d173be7-545a-46c6-a81d-2ae52ed1605d", Title: "Tiller (Helm v2) Is Deployed"},
	},
	Doc: kubernetesDashboardDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			ref, err := image.ParseReference(c.Image)
			if err != nil {
				continue
			}
			f := fixer.Finding{Path: c.FindingPath(), Start: c.Node.Get("image").KeyOrSelf().Start, End: c.Node.Get("image").End}
			switch name := path.Base(ref.Repository); {
			case name == "tiller":
				f.Severity = fixer.High
				f.Message = fmt.Sprintf("%s runs Tiller, which lends its cluster permissions to everyone who can connect", c.Subject())
				f.Advice = "Convert the releases to Helm 3 with the plugin helm-2to3. Then delete Tiller, its service account and its role bindings"
			case strings.HasPrefix(name, "kubernetes-dashboard") || ref.Repository == "kubernetesui/dashboard" || strings.HasPrefix(ref.Repository, "kubernetesui/dashboard-"):
				f.Message = fmt.Sprintf("%s runs the Kubernetes Dashboard, which is no longer maintained", c.Subject())
				f.Advice = "Use kubectl or a maintained dashboard that acts with the permissions of its user, such as Headlamp. Until then, limit access to kubectl proxy and the service account to the permissions it needs"
				if open := opensDashboard(c); open != "" {
					f.Severity = fixer.High
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: open + " disables a protection of the dashboard: login, TLS for the login, or the authorizer for settings"}}
				}
			default:
				continue
			}
			p.Report(f)
		}
	},
}

var openDashboard = text.Regexp(`^--(enable-skip-login|enable-insecure-login|disable-settings-authorizer)(=true)?$`)

// opensDashboard returns the argument that opens a Dashboard, or nothing.
func opensDashboard(c kube.Container) string {
	for _, key := range []string{"command", "args"} {
		for _, n := range c.Node.Get(key).List() {
			if openDashboard().MatchString(n.Text()) {
				return n.Text()
			}
		}
	}
	return ""
}
