package kubernetes

import (
	"fmt"

	"oakum/fixer"
)

// ContainerSocket wants no pod to hold the container engine's socket.
var ContainerSocket = &fixer.Rule{
	Name:     "kubernetes/container-socket",
	Title:    "holds the engine's socket",
	Severity: fixer.Critical,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `hostPath volumes that are the socket of Docker, Podman, containerd or CRI-O, wherever it lies, or the folder that
exists for it. There is no sound edit: the program uses the socket, and mounting it read-only does not restrict what can be asked
of it. All of /run is left to kubernetes/host-path.`,
		Why: `Who can talk to the engine can start a privileged container with the node's root mounted, past the API server, its
admission checks and its audit log.`,
		Breaks: `A program that builds images or watches containers through the engine stops doing so. Image builders that need no
engine, and the Kubernetes API or the CRI's read-only metrics, take its place. Most clusters have had no Docker since 1.24.`,
		Verify: `kubectl exec POD -- ls /var/run/docker.sock   fails`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: builder
spec:
  containers:
  - name: builder
    image: example.org/builder:1.4
    volumeMounts:
    - name: docker
      mountPath: /var/run/docker.sock
  volumes:
  - name: docker
    hostPath:
      path: /var/run/docker.sock
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: builder
spec:
  containers:
  - name: builder
    image: example.org/rootless-builder:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: hostPathVolumes", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0006"},
			{Source: "Checkov", ID: "CKV_K8S_27"},
			{Source: "kube-linter", ID: "docker-sock"},
			{Source: "Kubescape", ID: "C-0074"},
			{Source: "kubesec", ID: "DockerSock"},
			{Source: "KICS", ID: "Docker Daemon Socket is Exposed to Containers"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, v := range hostVolumes(w) {
				if !v.opensEngine() {
					continue
				}
				f := fixer.Finding{
					Path: w.ID() + " volumes[" + v.name + "]", Start: v.node.Start, End: v.node.End,
					Message: fmt.Sprintf("%s holds %s of its node: whoever controls it controls the node", w.ID(), v.path),
					Advice:  "build images with a builder that needs no engine (BuildKit rootless, Buildah), watch containers through the Kubernetes API, and remove the volume",
				}
				if why, yes := nodeAgent(w); yes {
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
					f.Advice = "it looks like an agent of its node (" + why + "): newer releases of most agents read container facts from the kubelet instead; look for that setting and remove the volume"
				}
				p.Report(f)
			}
		}
	},
}
