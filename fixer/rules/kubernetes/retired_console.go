package kubernetes

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/kube"
)

// RetiredConsole wants no program that administers the cluster for whoever
// reaches it and that nobody looks after.
var RetiredConsole = &fixer.Rule{
	Name:     "kubernetes/retired-console",
	Title:    "administers the cluster, and is given up",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Workloads that run the Kubernetes Dashboard, whose project was archived in 2026, or Tiller, the server of Helm 2, which ended
in 2020; by the name of the image. High for Tiller, which asks nobody who they are, and for a Dashboard that is told to let people
in without a login. Other dashboards are left alone.`,
		Why: `Both act on the cluster with rights of their own for whoever can reach their port, every pod of the cluster among them, and
holes in them are not mended any more.`,
		Breaks: `People who look after the cluster through it need another way: kubectl, or a console that acts with their own rights.
Releases of Helm 2 have to be converted for Helm 3 first.`,
		Verify: `kubectl get pods -A -o jsonpath='{.items[*].spec.containers[*].image}'   names neither`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: dashboard
spec:
  containers:
  - name: dashboard
    image: kubernetesui/dashboard:v2.7.0
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: console
spec:
  containers:
  - name: console
    image: ghcr.io/headlamp-k8s/headlamp:v0.30.0
`,
		References: []fixer.Reference{
			{Source: "Trivy", ID: "KSV-0102"},
			{Source: "Checkov", ID: "CKV_K8S_33, CKV_K8S_34"},
			{Source: "Kubescape", ID: "C-0014"},
			{Source: "KICS", ID: "Dashboard Is Enabled, Tiller (Helm v2) Is Deployed"},
		},
	},
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
				f.Message = fmt.Sprintf("%s runs Tiller, which does for everybody who reaches it what its account may do", c)
				f.Advice = "convert the releases with Helm 3 (helm-2to3), which needs no server, and delete Tiller with its account and bindings"
			case strings.HasPrefix(name, "kubernetes-dashboard") || ref.Repository == "kubernetesui/dashboard" || strings.HasPrefix(ref.Repository, "kubernetesui/dashboard-"):
				f.Message = fmt.Sprintf("%s runs the Kubernetes Dashboard, whose project was archived", c)
				f.Advice = "use kubectl, or a console that is looked after and acts with the rights of who uses it, such as Headlamp; until then reach it by kubectl proxy only, and give its account no more than it needs to start"
				if open := opensDashboard(c); open != "" {
					f.Severity = fixer.High
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: open + " lets people in without a login, takes it in the clear, or lets all of them change its settings"}}
				}
			default:
				continue
			}
			p.Report(f)
		}
	},
}

var openDashboard = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^--(enable-skip-login|enable-insecure-login|disable-settings-authorizer)(=true)?$`)
})

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
