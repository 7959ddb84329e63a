package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed system_namespace.md
var systemNamespaceDoc string

// SystemNamespace reports workloads in system namespaces.
var SystemNamespace = &fixer.Rule{
	Name:     "kubernetes/system-namespace",
	Title:    "workload in a system namespace",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.7.1"},
		{Source: fixer.Trivy, ID: "KSV-0037"},
		{Source: fixer.KICSKubernetes, ID: "611ab018-c4aa-4ba2-b0f6-a448337509a6", Title: "Using Unrecommended Namespace"},
	},
	Doc: systemNamespaceDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial || !systemNamespaces[o.Namespace] || partOfCluster(w) {
				continue
			}
			reportObject(p, o, o.Node.Get("metadata").Get("namespace"), fixer.Finding{
				Message: fmt.Sprintf("%s runs in %s, where admission policies often do not apply", o.ID(), o.Namespace),
				Advice:  "Move the workload to its own namespace with Pod Security labels, with the Services, ConfigMaps, Secrets and PersistentVolumeClaims that it uses",
			})
		}
	},
}

var systemNamespaces = map[string]bool{"kube-system": true, "kube-public": true, "kube-node-lease": true}

// partOfCluster reports whether a workload looks like one that the cluster
// itself needs.
func partOfCluster(w *kube.Workload) bool {
	if w.Kind == "DaemonSet" || w.Pod.Get("hostNetwork").IsTrue() || strings.HasPrefix(w.Pod.Get("priorityClassName").Text(), "system-") {
		return true
	}
	for _, c := range w.Containers() {
		if clusterPart().MatchString(c.Image) {
			return true
		}
	}
	return false
}

var clusterPart = text.Regexp(`(?i)(^|[-_./])(kube|k8s|coredns|metrics-server|[a-z]*controller|operator|autoscaler|descheduler|csi|cni|driver|provisioner|snapshotter|scheduler|` +
	`external-dns|external-secrets|cert-manager|calico|cilium|flannel|tigera|konnectivity|velero|heapster|addon-resizer)([-_./:@]|$)`)
