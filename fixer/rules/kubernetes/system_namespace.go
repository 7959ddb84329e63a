package kubernetes

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"oakum/fixer"
	"oakum/fixer/kube"
)

// SystemNamespace wants only parts of the cluster in kube-system.
var SystemNamespace = &fixer.Rule{
	Name:     "kubernetes/system-namespace",
	Title:    "runs among the parts of the cluster",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Workloads in kube-system, kube-public and kube-node-lease that do not look like a part of the cluster. Left alone are
DaemonSets, workloads that share the network of their node or have a priority class of the system, those named by their image as
controllers, operators, autoscalers, drivers, provisioners, or as kube-, coredns, metrics-server and the like, and images from
the registry of Kubernetes.`,
		Why: `Admission policies and quotas are mostly not applied in kube-system, so that nothing stops there what is stopped elsewhere.
Its Secrets and ConfigMaps are the cluster's own, and who may look after the workload may mostly read them.`,
		Breaks: `Names of Services change with the namespace (kibana.kube-system.svc), and Secrets, ConfigMaps and claims do not move by
themselves.`,
		Verify: `kubectl get pods -n kube-system   shows parts of the cluster only`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: kibana
  namespace: kube-system
spec:
  containers:
  - name: kibana
    image: docker.elastic.co/kibana/kibana:8.15.0
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: kibana
  namespace: logging
spec:
  containers:
  - name: kibana
    image: docker.elastic.co/kibana/kibana:8.15.0
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.7.1"},
			{Source: "Trivy", ID: "KSV-0037"},
			{Source: "KICS", ID: "Using Unrecommended Namespace"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial || !systemNamespaces[o.Namespace] || partOfCluster(w) {
				continue
			}
			reportObject(p, o, o.Node.Get("metadata").Get("namespace"), fixer.Finding{
				Message: fmt.Sprintf("%s runs in %s, where policies mostly do not apply", o.ID(), o.Namespace),
				Advice:  "give it a namespace of its own, with Pod Security labels, and move with it the Services, ConfigMaps, Secrets and claims that it names",
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

var clusterPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[-_./])(kube|k8s|coredns|metrics-server|[a-z]*controller|operator|autoscaler|descheduler|csi|cni|driver|provisioner|snapshotter|scheduler|` +
		`external-dns|external-secrets|cert-manager|calico|cilium|flannel|tigera|konnectivity|velero|heapster|addon-resizer)([-_./:@]|$)`)
})
