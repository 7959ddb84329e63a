package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// WritableHostPath wants what a pod only reads of its node mounted read-only.
var WritableHostPath = &fixer.Rule{
	Name:     "kubernetes/writable-host-path",
	Title:    "can write to its node's system files",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Writable mounts of places of the node that programs only read: its configuration, programs, libraries, kernel settings
and container logs. That such a place is mounted at all is told by kubernetes/host-path. Left alone are folders that hold a
program's own data, sockets (read-only does not restrict them), volumes that the kubelet is to create, and workloads that serve
their node, which may well have to write. A privileged container gets no fix here: it can mount the place anew.`,
		Why: `Who breaks into a container that can write to /etc, /usr or /proc of its node adds a user, replaces a program or sets the
kernel's core handler, and owns the node.`,
		Breaks: `A program that does write there fails with "read-only file system".`,
		Verify: `kubectl exec POD -- touch MOUNTPATH/x   fails, and the program's logs show no "read-only file system"`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: clock
spec:
  containers:
  - name: clock
    image: example.org/clock:1.4
    volumeMounts:
    - name: zone
      mountPath: /etc/localtime
  volumes:
  - name: zone
    hostPath:
      path: /etc/localtime
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: clock
spec:
  containers:
  - name: clock
    image: example.org/clock:1.4
    volumeMounts:
    - name: zone
      mountPath: /etc/localtime
      readOnly: true
  volumes:
  - name: zone
    hostPath:
      path: /etc/localtime
`,
		References: []fixer.Reference{
			{Source: "kube-linter", ID: "writable-host-mount"},
			{Source: "Kubescape", ID: "C-0045"},
			{Source: "KICS", ID: "Volume Mount With OS Directory Write Permissions"},
			{Source: "MITRE ATT&CK for Containers", ID: "T1611 Escape to Host"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			if _, agent := nodeAgent(w); agent {
				continue
			}
			for _, v := range hostVolumes(w) {
				if !v.place().read || v.isSocket() || strings.HasSuffix(v.kind, "OrCreate") {
					continue
				}
				for _, m := range v.mounts {
					if !m.readOnly && !m.container.Node.Get("securityContext").Get("privileged").IsTrue() {
						reportWritableMount(p, v, m)
					}
				}
			}
		}
	},
}

func reportWritableMount(p *fixer.Pass, v hostVolume, m hostMount) {
	c := m.container
	p.Report(fixer.Finding{
		Path: c.FindingPath() + " " + m.at, Start: m.node.Start, End: m.node.End,
		Message:  fmt.Sprintf("%s can write to %s of its node", c, v.path),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("volume %q is %s of the node, and its mount does not say readOnly", v.name, v.path)}},
		Fixes: []fixer.Fix{{
			ID:     "read-only",
			Title:  "mount " + v.path + " read-only",
			Level:  fixer.Review,
			Breaks: "the program fails if it writes to " + m.at,
			Verify: "kubectl exec POD -- touch " + m.at + "/x   fails, and the logs show no \"read-only file system\"",
			Edit: func(d *fixer.Draft) error {
				d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(c.Path.Join("volumeMounts", m.index, "readOnly"), true))
				return nil
			},
		}},
	})
}
