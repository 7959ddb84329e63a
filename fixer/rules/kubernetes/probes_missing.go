package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
)

//go:embed probes_missing.md
var probesMissingDoc string

// ProbesMissing reports workloads without probes.
var ProbesMissing = &fixer.Rule{
	Name:     "kubernetes/probes-missing",
	Title:    "no probes",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Checkov, ID: "CKV_K8S_8"},
		{Source: fixer.Checkov, ID: "CKV_K8S_9"},
		{Source: fixer.KubeLinter, ID: "no-liveness-probe"},
		{Source: fixer.KubeLinter, ID: "no-readiness-probe"},
		{Source: fixer.Kubescape, ID: "C-0018"},
		{Source: fixer.Kubescape, ID: "C-0056"},
		{Source: fixer.Polaris, ID: "livenessProbeMissing"},
		{Source: fixer.Polaris, ID: "readinessProbeMissing"},
		{Source: fixer.KubeScore, ID: "pod-probes"},
		{Source: fixer.KICSKubernetes, ID: "ade74944-a674-4e00-859e-c6eab5bde441", Title: "Liveness Probe Is Not Defined"},
		{Source: fixer.KICSKubernetes, ID: "a659f3b5-9bf0-438a-bd9a-7d3a6427f1e3", Title: "Readiness Probe Is Not Configured"},
	},
	Doc: probesMissingDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			if w := o.Workload(); w != nil && !w.Partial && runsOn(w) {
				checkProbes(p, w)
			}
		}
	},
}

// runsOn reports whether a workload is meant to run until it is replaced.
func runsOn(w *kube.Workload) bool {
	return slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Rollout"}, w.Kind)
}

func checkProbes(p *fixer.Pass, w *kube.Workload) {
	var serving *kube.Container
	var port string
	for _, c := range w.Containers() {
		for _, call := range kubeletCalls(c) {
			if strings.HasSuffix(call.name, "Probe") {
				return
			}
		}
		if ports := c.Node.Get("ports").List(); serving == nil && c.Role == kube.App && len(ports) > 0 && ports[0].Get("protocol").Text() != "UDP" {
			serving, port = &c, ports[0].Get("containerPort").Text()
		}
	}
	if serving == nil {
		return
	}
	at := serving.Node.Get("ports")
	f := fixer.Finding{
		Path: w.ID(), Start: at.KeyOrSelf().Start, End: at.KeyOrSelf().End,
		Message: fmt.Sprintf("%s serves port %s but has no probes", w.ID(), port),
		Advice:  fmt.Sprintf("Add a readinessProbe to container %q: ideally httpGet on an endpoint that is fast and has no dependencies, at minimum tcpSocket on %s", serving.Name, port),
	}
	if profile := container.OfImage(p, serving.Image); profile.Entry != nil && !profile.BuiltHere() {
		if check := ownCheck(profile.Entry.Healthcheck.Test); check != "" {
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromTable, Text: "The usual health check of " + profile.Entry.ID + " is " + check}}
			f.Advice = fmt.Sprintf("Add an exec readinessProbe to container %q with the usual health check of %s: %s", serving.Name, profile.Entry.ID, check)
		}
	}
	if h, ok := healthCheckOf(p, *serving); ok && declaresTCP(*serving, h.port) {
		f.Evidence, f.Advice, f.Fixes = h.evidence, "", []fixer.Fix{h.probe(*serving)}
	}
	p.Report(f)
}

// ownCheck returns the command of a health check that the software brings
// itself. One that only makes an HTTP request is better left to the kubelet,
// which needs no program in the image for it. The table has it in the form of
// Compose, where $$ is a dollar and a shell is a matter of course.
func ownCheck(test []string) string {
	if len(test) < 2 {
		return ""
	}
	check := strings.Join(test[1:], " ")
	if strings.Contains(check, "curl") || strings.Contains(check, "wget") {
		return ""
	}
	check = strings.ReplaceAll(check, "$$", "$")
	if test[0] == "CMD-SHELL" {
		check = "sh -c '" + strings.ReplaceAll(check, "'", `'\''`) + "'"
	}
	return check
}
