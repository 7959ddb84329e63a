package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
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
		spec := container.FromContainer(p, c)
		r := container.NewRun(container.Run{Words: call.node.Get("command").Texts()})
		tool, evidence := spec.Lacks(r)
		if tool == "" || len(r.Words) == 0 {
			return
		}
		f.Message = fmt.Sprintf("%s of %s runs %s, which the image does not contain", call.name, c, tool)
		f.Evidence = []fixer.Evidence{evidence}
		if b := spec.Image.Build; b != nil {
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: b.Why})
		}
		f.Advice = "Use httpGet, tcpSocket or grpc (sleep for a hook that only waits), which need no binary in the image"
		if fix, ok := askByKubelet(c, call, r); ok {
			f.Fixes = []fixer.Fix{fix}
		}
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

// askByKubelet has the kubelet ask what a command asks: a page of the container itself,
// or whether somebody listens.
func askByKubelet(c kube.Container, call kubeletCall, r container.Run) (fixer.Fix, bool) {
	if strings.HasPrefix(call.name, "lifecycle") {
		return fixer.Fix{}, false
	}
	asked := slices.DeleteFunc(slices.Clone(r.Commands), func(c build.Command) bool { return c.HandsRead })
	self, ok := build.AsksSelf(asked)
	n, err := strconv.Atoi(self.Port)
	if !ok || err != nil {
		return fixer.Fix{}, false
	}
	verb, value := probeOf(self, n)
	what := "tcpSocket on port " + self.Port
	if self.Page != "" {
		what = "httpGet of " + self.Page + " on port " + self.Port
	}
	at := call.path.Parent()
	return fixer.Fix{
		ID: "kubelet", Title: "Replace the command with " + what, Level: fixer.Review,
		Breaks: "The kubelet restarts the container, or takes it out of its Services, if the application listens on 127.0.0.1 only",
		Verify: "kubectl describe pod POD\nshows no \"Unhealthy\"",
		Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Remove(at.Join("exec")), yamldoc.Set(at.Join(verb), value)),
	}, true
}
