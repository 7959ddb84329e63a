package cross

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// checkProbePorts compares the port that a probe asks with those that the image listens
// on. A containerPort alone proves nothing, since it is only information, and neither does
// EXPOSE: an application may answer probes on a port of their own. So only images count
// whose ports the image table knows, that nothing configures, and that are alone in their pod.
func checkProbePorts(p *fixer.Pass, f *fixer.File, w *kube.Workload) {
	running := slices.DeleteFunc(slices.Clone(w.Containers()), func(c kube.Container) bool { return c.Role == kube.Init })
	if len(running) != 1 || len(probePorts(running[0])) == 0 || len(container.Added(p, f.Path, w)) > 0 || w.Pod.Get("hostNetwork").IsTrue() {
		return
	}
	c := running[0]
	spec := container.FromContainer(p, c)
	if spec.Image.BuiltHere() || spec.EnvFrom || configured(spec) {
		return
	}
	known, evidence := imagePorts(spec)
	var declared []int
	for _, port := range c.Node.Get("ports").List() {
		if n, ok := port.Get("containerPort").Int(); ok && slices.Contains(known, int(n)) {
			declared = append(declared, int(n))
		}
	}
	if len(declared) != 1 {
		return // nothing says which of its ports is meant
	}
	for _, key := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		for _, way := range []string{"httpGet", "tcpSocket", "grpc"} {
			port := c.Node.Get(key).Get(way).Get("port")
			n, ok := port.Int()
			if !ok || slices.Contains(known, int(n)) || mentions(spec, int(n)) || !c.Node.Get(key).Get(way).Get("host").Null() {
				continue
			}
			set, doc, to := c.Path.Join(key, way, "port"), w.Doc, declared[0]
			p.Report(fixer.Finding{
				File: f.Path, Path: c.FindingPath() + " " + key + " port", Start: port.KeyOrSelf().Start, End: port.End,
				Message:  fmt.Sprintf("%s of %s of %s asks port %d, but its image listens on port %d: the probe always fails", key, c, w.ID(), n, to),
				Evidence: evidence,
				Fixes: []fixer.Fix{{
					ID: "probe-port", Title: fmt.Sprintf("Set the port of %s to %d, the port of the container", key, to), Level: fixer.Review,
					Breaks: "A probe that succeeds can fail later, and then the kubelet restarts the container or takes it out of its Services",
					Verify: "kubectl describe pod POD\nshows no \"Unhealthy\"",
					Edit: func(d *fixer.Draft) error {
						d.At(f.Path).YAML(doc, yamldoc.Set(set, to))
						return nil
					},
				}},
			})
		}
	}
}
