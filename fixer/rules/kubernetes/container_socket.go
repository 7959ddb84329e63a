package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed container_socket.md
var containerSocketDoc string

// ContainerSocket reports pods that mount a container runtime socket.
var ContainerSocket = &fixer.Rule{
	Name:     "kubernetes/container-socket",
	Title:    "container runtime socket mounted",
	Severity: fixer.Critical,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: hostPathVolumes"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0006"},
		{Source: fixer.Checkov, ID: "CKV_K8S_27"},
		{Source: fixer.KubeLinter, ID: "docker-sock"},
		{Source: fixer.Kubescape, ID: "C-0074"},
		{Source: fixer.Kubesec, ID: "DockerSock"},
		{Source: fixer.KICSKubernetes, ID: "a6f34658-fdfb-4154-9536-56d516f65828", Title: "Docker Daemon Socket is Exposed to Containers"},
	},
	Doc: containerSocketDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, v := range hostVolumes(w) {
				if !v.opensEngine() {
					continue
				}
				f := fixer.Finding{
					Path: w.ID() + " volumes[" + v.name + "]", Start: v.node.Start, End: v.node.End,
					Message: fmt.Sprintf("%s mounts %s from its node, which gives full control of the node", w.ID(), v.path),
					Advice:  "Remove the volume. Build images with rootless BuildKit or Buildah, and watch containers through the Kubernetes API",
				}
				if why, yes := nodeAgent(w); yes {
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
					f.Advice = "Look for a setting that makes the agent read container data from the kubelet, as newer releases of most agents can. Then remove the volume"
				}
				p.Report(f)
			}
		}
	},
}
