package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed writable_host_path.md
var writableHostPathDoc string

// WritableHostPath reports writable mounts of a node's system files.
var WritableHostPath = &fixer.Rule{
	Name:     "kubernetes/writable-host-path",
	Title:    "writable hostPath mount of system files",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "writable-host-mount"},
		{Source: fixer.Kubescape, ID: "C-0045"},
		{Source: fixer.KICSKubernetes, ID: "b7652612-de4e-4466-a0bf-1cd81f0c6063", Title: "Volume Mount With OS Directory Write Permissions"},
		{Source: fixer.MITRE, ID: "T1611", Title: "T1611 Escape to Host"},
	},
	Doc: writableHostPathDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			if _, agent := nodeAgent(w); agent {
				continue
			}
			for _, v := range hostVolumes(w) {
				if !v.place().Read || v.isSocket() || strings.HasSuffix(v.kind, "OrCreate") {
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
		Message:  fmt.Sprintf("%s can write to %s on its node", c.Subject(), v.path),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("Volume %q is %s of the node, and its mount does not set readOnly", v.name, v.path)}},
		Fixes: []fixer.Fix{{
			ID:     "read-only",
			Title:  "Set readOnly on the mount of " + v.path,
			Level:  fixer.Review,
			Breaks: "Applications that write to " + m.at,
			Verify: checks(specCheck(c, "volumeMounts", "shows readOnly: true for "+text.VisibleLine(m.at)), logsCheck(c, "shows no `Read-only file system`")),
			Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(c.Path.Join("volumeMounts", m.index, "readOnly"), true)),
		}},
	})
}
