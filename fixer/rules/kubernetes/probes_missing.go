package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/kube"
)

// ProbesMissing wants a workload that serves a port to say when it is ready.
var ProbesMissing = &fixer.Rule{
	Name:     "kubernetes/probes-missing",
	Title:    "nothing tells whether it works",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Deployments, StatefulSets, DaemonSets and their kin that declare a port and have no readiness, liveness or startup probe in
any container; one finding each. Jobs end by themselves, Knative adds a probe of its own, and bare Pods are mostly short-lived:
they are left alone. There is no fix: only who knows the program knows what tells that it works.`,
		Why: `Without a readiness probe a Service sends requests to a pod as soon as its process runs, and keeps doing so when it hangs.
A roll-out replaces every good pod by one that never works.`,
		Breaks: `A probe that asks too much, too early or too often restarts a healthy program under load, and all of them at once when it
asks for something they share.`,
		Verify: `kubectl get endpointslices   leaves the pod out while the program is made to hang, and takes it back afterwards`,
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: example.org/web:1.4
        ports:
        - containerPort: 8080
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: example.org/web:1.4
        ports:
        - containerPort: 8080
        readinessProbe:
          httpGet:
            path: /ready
            port: 8080
`,
		References: []fixer.Reference{
			{Source: "Checkov", ID: "CKV_K8S_8, CKV_K8S_9"},
			{Source: "kube-linter", ID: "no-liveness-probe, no-readiness-probe"},
			{Source: "Kubescape", ID: "C-0018, C-0056"},
			{Source: "Polaris", ID: "livenessProbeMissing, readinessProbeMissing"},
			{Source: "kube-score", ID: "pod-probes"},
			{Source: "KICS", ID: "Liveness Probe Is Not Defined, Readiness Probe Is Not Configured"},
		},
	},
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
		Message: fmt.Sprintf("%s serves port %s, and nothing tells whether it works", w.ID(), port),
		Advice:  fmt.Sprintf("give container %q a readinessProbe that asks the program itself (httpGet of a path that answers quickly and asks nobody else); tcpSocket on port %s is the least", serving.Name, port),
	}
	if profile := container.OfImage(p, serving.Image); profile.Entry != nil && !profile.BuiltHere() {
		if check := ownCheck(profile.Entry.Healthcheck.Test); check != "" {
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromTable, Text: "the usual check of " + profile.Entry.ID + ": " + check}}
			f.Advice = fmt.Sprintf("give container %q a readinessProbe by exec with the usual check of %s: %s", serving.Name, profile.Entry.ID, check)
		}
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
