package kubernetes

import (
	"fmt"

	"oakum/fixer"
)

// MountPropagation wants no container that mounts file systems for its node.
var MountPropagation = &fixer.Rule{
	Name:     "kubernetes/mount-propagation",
	Title:    "mounts for its node",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Volumes that a container mounts with mountPropagation: Bidirectional. What it mounts below them, its node and every other
container that uses them see too. Storage drivers need it; one step less for workloads that serve their node.`,
		Why: `Such a container changes the file system of its node for everybody: it can lay a folder of its own over one that others trust,
and has to be privileged in the first place. Mounts that it leaves behind when it dies keep the node from removing volumes.`,
		Breaks: `Volumes that the container mounts for others no longer come up.`,
		Verify: `kubectl get pod POD -o jsonpath='{.spec.containers[*].volumeMounts[*].mountPropagation}'   prints no Bidirectional`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: mounter
spec:
  containers:
  - name: mounter
    image: example.org/mounter:1.4
    securityContext:
      privileged: true
    volumeMounts:
    - name: mounts
      mountPath: /mnt/shared
      mountPropagation: Bidirectional
  volumes:
  - name: mounts
    hostPath:
      path: /mnt/shared
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: mounter
spec:
  containers:
  - name: mounter
    image: example.org/mounter:1.4
    securityContext:
      privileged: true
    volumeMounts:
    - name: mounts
      mountPath: /mnt/shared
      mountPropagation: HostToContainer
  volumes:
  - name: mounts
    hostPath:
      path: /mnt/shared
`,
		References: []fixer.Reference{
			{Source: "Kubernetes", ID: "mount propagation", URL: "https://kubernetes.io/docs/concepts/storage/volumes/#mount-propagation"},
			{Source: "Monokle", ID: "KBP115"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			for _, m := range c.Node.Get("volumeMounts").List() {
				how := m.Get("mountPropagation")
				if how.Text() != "Bidirectional" {
					continue
				}
				at := m.Get("mountPath").Text()
				f := fixer.Finding{
					Path: c.FindingPath() + " volumeMounts[" + at + "]", Start: how.KeyOrSelf().Start, End: how.End,
					Message: fmt.Sprintf("%s mounts file systems for its node below %s", c, at),
					Advice:  "where it only has to see what the node mounts, HostToContainer is enough; a program that needs storage of its own asks for it by a claim",
				}
				if why, yes := nodeAgent(c.Workload); yes {
					f.Severity = fixer.Medium
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
				}
				p.Report(f)
			}
		}
	},
}
