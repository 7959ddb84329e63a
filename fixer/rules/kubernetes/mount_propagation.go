package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed mount_propagation.md
var mountPropagationDoc string

// MountPropagation reports volume mounts with Bidirectional propagation.
var MountPropagation = &fixer.Rule{
	Name:     "kubernetes/mount-propagation",
	Title:    "Bidirectional mount propagation",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.KubernetesDocs, ID: "mount propagation", Link: "https://kubernetes.io/docs/concepts/storage/volumes/#mount-propagation"},
		{Source: fixer.Monokle, ID: "KBP115"},
	},
	Doc: mountPropagationDoc,
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
					Message: fmt.Sprintf("%s propagates its mounts below %s to the node (mountPropagation: Bidirectional)", c.Subject(), at),
					Advice:  "Set mountPropagation to HostToContainer if the container only needs to see mounts of the node. Request storage with a PersistentVolumeClaim",
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
