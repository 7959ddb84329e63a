package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed probe_target_missing.md
var probeTargetMissingDoc string

// ProbeTargetMissing reports probes whose port or command does not exist.
var ProbeTargetMissing = &fixer.Rule{
	Name:     "kubernetes/probe-target-missing",
	Title:    "probe that cannot succeed",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "liveness-port"},
		{Source: fixer.KubeLinter, ID: "readiness-port"},
		{Source: fixer.KubeLinter, ID: "startup-port"},
		{Source: fixer.KubernetesDocs, ID: "probes", Link: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"},
	},
	Doc: probeTargetMissingDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			for _, call := range kubeletCalls(c) {
				checkCall(p, c, call)
			}
		}
	},
}

func checkCall(p *fixer.Pass, c kube.Container, call kubeletCall) {
	f := fixer.Finding{Path: c.FindingPath() + " " + call.name}
	at := call.node
	if call.verb == "exec" {
		tool, evidence := missingTool(p, c, call.node.Get("command").List())
		if tool == "" {
			return
		}
		f.Message = fmt.Sprintf("%s of %s runs %s, which the image does not contain", call.name, c, tool)
		f.Evidence = []fixer.Evidence{evidence}
		f.Advice = "Use httpGet, tcpSocket or grpc (sleep for a hook that only waits), which need no binary in the image"
	} else {
		at = call.node.Get("port")
		name := at.Text()
		if name == "" || strings.Trim(name, "0123456789") == "" || strings.Contains(name, "$") || hasPort(c, name) {
			return
		}
		f.Message = fmt.Sprintf("%s of %s refers to port %q, but the container has no port with this name", call.name, c, name)
		f.Advice = "Add the name to a port in the ports of the container, or use the port number"
	}
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}

func hasPort(c kube.Container, name string) bool {
	return slices.ContainsFunc(c.Node.Get("ports").List(), func(port *yamldoc.Node) bool { return port.Get("name").Text() == name })
}

// missingTool returns the program that a command starts with, if the image is
// known not to have it. In a shell's script only the first word is looked at.
func missingTool(p *fixer.Pass, c kube.Container, command []*yamldoc.Node) (string, fixer.Evidence) {
	if len(command) == 0 || container.OfImage(p, c.Image).BuiltHere() {
		return "", fixer.Evidence{}
	}
	known := p.Facts.Image(c.Image)
	if !known.HasBase {
		return "", fixer.Evidence{}
	}
	base := known.Base
	tool := path.Base(command[0].Text())
	if tool == "sh" || tool == "bash" {
		if tool == "sh" && base.Shell == image.NoShell && base.Verified(image.BaseShell) {
			return tool, fixer.ImageEvidence(base.Evidence(image.BaseShell))
		}
		if len(command) > 2 && command[1].Text() == "-c" && base.Has(tool) != image.Absent {
			tool, _, _ = strings.Cut(strings.TrimSpace(command[2].Text()), " ")
		}
	}
	if !slices.Contains([]string{"bash", "curl", "wget"}, tool) || base.Has(tool) != image.Absent || !base.Verified(image.BaseTools) {
		return "", fixer.Evidence{}
	}
	return tool, fixer.ImageEvidence(base.Evidence(image.BaseTools))
}
