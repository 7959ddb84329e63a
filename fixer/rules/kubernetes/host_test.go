package kubernetes

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestHostPlace(t *testing.T) {
	for _, c := range []struct {
		path string
		want fixer.Severity
	}{
		{"/", fixer.Critical},
		{"/etc", fixer.High},
		{"/etcetera", fixer.Medium},
		{"/etc/kubernetes/pki", fixer.Critical},
		{"/etc/localtime", fixer.Low},
		{"/var/run", fixer.Critical},
		{"/run/udev", fixer.Medium},
		{"/var/lib", fixer.Critical},
		{"/var/lib/web", fixer.Medium},
		{"/var/lib/kubelet/pods", fixer.Critical},
		{"/var/lib/kubelet/plugins/example", fixer.Medium},
		{"/var/lib/docker/containers", fixer.Medium},
		{"/dev", fixer.High},
		{"/dev/fuse", fixer.Medium},
		{"relative", fixer.Medium},
	} {
		if got := (hostVolume{path: c.path}).place().Severity; got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

// TestHostPortsFollowOtherFiles changes the Service beside a pod: what was
// remembered of the pod's file no longer holds.
func TestHostPortsFollowOtherFiles(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers:\n  - {name: web, image: example.org/web:1, ports: [{containerPort: 80, hostPort: 80}]}\n"
	service := func(app string) []byte {
		return []byte("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: " + app + "}, ports: [{port: 80}]}\n")
	}
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "k/pod.yaml", Kind: fixer.Kubernetes, Data: []byte(pod)}})
	s := engine.NewSession(snap, nil, []*fixer.Rule{HostPorts})
	for _, step := range []struct {
		file string
		data []byte
		want fixer.Level
	}{
		{"other/service.yaml", service("web"), fixer.Manual},
		{"k/service.yaml", service("shop"), fixer.Manual},
		{"k/service.yaml", service("web"), fixer.Review},
		{"k/service.yaml", []byte("apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\n"), fixer.Manual},
	} {
		snap = snap.With(step.file, fixer.Kubernetes, step.data)
		s.SetSnapshot(snap)
		if found := s.Baseline().Findings; len(found) != 1 || found[0].Level() != step.want {
			t.Errorf("with %s in %s the port is %s, want %s", step.data, step.file, found[0].Level(), step.want)
		}
	}
}
