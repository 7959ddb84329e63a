package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A hostVolume is a volume of a pod that is a file or folder of its node.
type hostVolume struct {
	workload *kube.Workload
	index    int // in the pod's volumes
	node     *yamldoc.Node
	name     string
	path     string // on the node, cleaned
	kind     string // hostPath.type, may be empty
	mounts   []hostMount
}

// A hostMount is one place where a container sees a hostVolume.
type hostMount struct {
	container kube.Container
	index     int // in the container's volumeMounts
	node      *yamldoc.Node
	at        string // mountPath
	readOnly  bool
}

// hostVolumes returns the pod's hostPath volumes, with who mounts them.
// Persistent volumes are not looked at: the pod that claims one does not
// choose where it lies.
func hostVolumes(w *kube.Workload) []hostVolume {
	var out []hostVolume
	for i, node := range w.Pod.Get("volumes").List() {
		at := node.Get("hostPath").Get("path").Text()
		if at == "" {
			continue
		}
		v := hostVolume{
			workload: w, index: i, node: node,
			name: node.Get("name").Text(), path: path.Clean(at), kind: node.Get("hostPath").Get("type").Text(),
		}
		for _, c := range w.Containers() {
			for j, m := range c.Node.Get("volumeMounts").List() {
				if m.Get("name").Text() == v.name {
					v.mounts = append(v.mounts, hostMount{c, j, m, m.Get("mountPath").Text(), m.Get("readOnly").IsTrue()})
				}
			}
		}
		out = append(out, v)
	}
	return out
}

// writers returns the containers, in words, that can write to the volume.
func (v hostVolume) writers() []string {
	var out []string
	for _, m := range v.mounts {
		if name := string(m.container.Role) + ` "` + m.container.Name + `"`; !m.readOnly && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// opensEngine reports whether the volume is the socket of a container engine,
// or a folder that exists for one.
func (v hostVolume) opensEngine() bool {
	if v.kind == "Socket" || strings.HasSuffix(v.path, ".sock") {
		return container.IsEngineSocket(v.path)
	}
	return slices.Contains([]string{"/run/containerd", "/run/k3s/containerd", "/run/crio", "/run/podman", "/run/docker"}, container.UnderRun(v.path))
}

// isSocket reports whether the volume is a socket: read-only does not restrict
// what is asked through it.
func (v hostVolume) isSocket() bool { return v.kind == "Socket" || strings.HasSuffix(v.path, ".sock") }

// What to mount, or install, in place of files of the node.
const (
	timezoneAdvice    = "Set the environment variable TZ to the name of the time zone, and install tzdata in the image"
	certificateAdvice = "Mount the certificates from a ConfigMap, or install them in the image"
)

// place returns what the volume opens.
func (v hostVolume) place() container.HostPlace { return container.PlaceOnHost(v.path) }

// nodeAgent reports whether a workload serves its node: it runs on every one,
// or is started on one to look at its processes. Network and storage plug-ins,
// log shippers, exporters and checkers look like this, and what they hold of
// the node is mostly needed. Host files or privileges alone make no agent: a
// Deployment that has them runs on whatever node comes up.
func nodeAgent(w *kube.Workload) (why string, yes bool) {
	switch w.Kind {
	case "DaemonSet":
		return "A DaemonSet is usually a node agent", true
	case "Job", "CronJob", "Pod":
		return "hostPID is true: the pod is meant to inspect the processes of its node", w.Pod.Get("hostPID").IsTrue()
	}
	return "", false
}

// hostLevel reports whether a workload works on its node rather than in its
// own container: a DaemonSet, or a pod that mounts the host's files or shares
// its process table. Agents, network and storage plug-ins look like this, and
// what they hold is mostly needed.
func hostLevel(w *kube.Workload) (why string, yes bool) {
	switch {
	case w.Kind == "DaemonSet":
		return "A DaemonSet is usually a node agent", true
	case w.Pod.Get("hostPID").IsTrue():
		return "The pod shares the PID namespace of its node", true
	}
	for _, v := range w.Pod.Get("volumes").List() {
		if path := v.Get("hostPath").Get("path").Text(); path != "" {
			return "The pod mounts " + path + " from its node", true
		}
	}
	return "", false
}
