package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed host_namespaces.md
var hostNamespacesDoc string

// HostNamespaces reports pods that share a namespace of their node.
var HostNamespaces = &fixer.Rule{
	Name:     "kubernetes/host-namespaces",
	Title:    "shared host namespace",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: hostNamespaces"},
		{Source: fixer.CISKubernetes, ID: "5.2.3"},
		{Source: fixer.CISKubernetes, ID: "5.2.4"},
		{Source: fixer.CISKubernetes, ID: "5.2.5"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0008"},
		{Source: fixer.Trivy, ID: "KSV-0009"},
		{Source: fixer.Trivy, ID: "KSV-0010"},
		{Source: fixer.Checkov, ID: "CKV_K8S_17"},
		{Source: fixer.Checkov, ID: "CKV_K8S_18"},
		{Source: fixer.Checkov, ID: "CKV_K8S_19"},
		{Source: fixer.KubeLinter, ID: "host-pid"},
		{Source: fixer.KubeLinter, ID: "host-ipc"},
		{Source: fixer.KubeLinter, ID: "host-network"},
		{Source: fixer.Kubescape, ID: "C-0038"},
		{Source: fixer.Kubescape, ID: "C-0041"},
		{Source: fixer.Polaris, ID: "hostPIDSet"},
		{Source: fixer.Polaris, ID: "hostIPCSet"},
		{Source: fixer.Polaris, ID: "hostNetworkSet"},
		{Source: fixer.KICSKubernetes, ID: "302736f4-b16c-41b8-befe-c0baffa0bd9d", Title: "Shared Host PID Namespace"},
		{Source: fixer.KICSKubernetes, ID: "cd290efd-6c82-4e9d-a698-be12ae31d536", Title: "Shared Host IPC Namespace"},
		{Source: fixer.KICSKubernetes, ID: "6b6bdfb3-c3ae-44cb-88e4-7405c1ba2c8a", Title: "Shared Host Network Namespace"},
	},
	Doc: hostNamespacesDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, ns := range hostNamespaces {
				if set := w.Pod.Get(ns.key); set.IsTrue() {
					reportNamespace(p, w, ns, set)
				}
			}
		}
	},
}

type namespace struct{ key, shares, breaks string }

var hostNamespaces = []namespace{
	{"hostPID", "PID", "Applications that inspect or signal processes of the node"},
	{"hostIPC", "IPC", "Applications that use shared memory with processes of the node"},
	{"hostNetwork", "network", "Clients that connect to the address of the node: they need a Service instead"},
}

func reportNamespace(p *fixer.Pass, w *kube.Workload, ns namespace, set *yamldoc.Node) {
	f := fixer.Finding{
		Path: w.ID() + " " + ns.key, Start: set.Start, End: set.End,
		Message: fmt.Sprintf("%s shares the %s namespace of its node (%s)", w.ID(), ns.shares, ns.key),
	}
	// The processes of the node are what makes a workload an agent of it, so
	// that alone is no reason to keep it.
	level := fixer.Review
	why, agent := hostLevel(w)
	if agent && !(ns.key == "hostPID" && w.Kind != "DaemonSet" && !mountsHost(w)) {
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
		f.Advice = "Check whether this node agent needs " + ns.key + ", and remove the field if not"
		level = fixer.Manual
	} else if name := strangeImage(p, w); name != "" {
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "oakum does not know the image " + name + ", so whether the workload works without the field is unknown"}}
		f.Advice = "Check whether the workload needs " + ns.key + ", and remove the field if not"
		level = fixer.Manual
	}
	f.Fixes = []fixer.Fix{{
		ID:     "remove",
		Title:  "Remove " + ns.key,
		Level:  level,
		Breaks: ns.breaks,
		Verify: "kubectl get pod POD -o jsonpath='{.spec." + ns.key + "}'\nprints nothing\n\nkubectl logs POD\nshows no errors after the change",
		Edit:   fixer.EditYAML(w.Doc, yamldoc.Remove(w.PodPath.Join(ns.key))),
	}}
	leaveDecided(p, w, &f, "remove "+ns.key+" if not", set)
	p.Report(f)
}

// strangeImage returns the first image of a workload of which nothing sure is known.
func strangeImage(p *fixer.Pass, w *kube.Workload) string {
	for _, c := range w.Containers() {
		if profile := container.OfImage(p, c.Image); profile.Strange() {
			return profile.Name
		}
	}
	return ""
}

func mountsHost(w *kube.Workload) bool {
	for _, v := range w.Pod.Get("volumes").List() {
		if v.Get("hostPath") != nil {
			return true
		}
	}
	return false
}
