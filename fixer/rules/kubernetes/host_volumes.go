package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
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

// engineSockets are the names of the sockets of container engines, wherever
// they lie: rootless engines and small distributions have folders of their own.
var engineSockets = []string{"docker.sock", "podman.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock"}

// opensEngine reports whether the volume is the socket of a container engine,
// or a folder that exists for one.
func (v hostVolume) opensEngine() bool {
	if v.kind == "Socket" || strings.HasSuffix(v.path, ".sock") {
		return slices.Contains(engineSockets, path.Base(v.path))
	}
	return slices.Contains([]string{"/run/containerd", "/run/k3s/containerd", "/run/crio", "/run/podman", "/run/docker"}, container.UnderRun(v.path))
}

// isSocket reports whether the volume is a socket: read-only does not restrict
// what is asked through it.
func (v hostVolume) isSocket() bool { return v.kind == "Socket" || strings.HasSuffix(v.path, ".sock") }

// A hostPlace is a part of a node's file system and what it means to hold it.
type hostPlace struct {
	path     string
	exact    bool // the path itself, not what is below it
	holds    string
	severity fixer.Severity

	// read says that programs which are no agents of the node only read there,
	// so that a writable mount is an oversight.
	read bool

	advice string // what to do instead, where there is something particular
}

// hostPlaces is searched for the longest path that fits, of equal ones the first.
var hostPlaces = []hostPlace{
	{path: "/", exact: true, holds: "all files of the node", severity: fixer.Critical, read: true},

	{path: "/etc", holds: "system configuration and password hashes", severity: fixer.High, read: true},
	{path: "/etc/kubernetes", holds: "private keys of the cluster", severity: fixer.Critical, read: true},
	{path: "/etc/cni", holds: "the CNI configuration of the node", severity: fixer.High},
	{path: "/opt/cni", holds: "CNI binaries that run as root", severity: fixer.High},
	{path: "/var/lib/etcd", holds: "the etcd database of the cluster", severity: fixer.Critical},
	{path: "/var/lib/kubelet", holds: "volumes and Secrets of every pod on the node", severity: fixer.Critical},
	{path: "/var/lib/kubelet/device-plugins", holds: "device plugin registration", severity: fixer.Medium},
	{path: "/var/lib/kubelet/plugins", holds: "sockets of the storage drivers", severity: fixer.Medium},
	{path: "/var/lib/kubelet/plugins_registry", holds: "plugin registration", severity: fixer.Medium},
	{path: "/var/lib/kubelet/pod-resources", holds: "device assignments of the pods", severity: fixer.Medium},

	{path: "/var", exact: true, holds: "the state of the kubelet, the container runtime and other services", severity: fixer.Critical},
	{path: "/var/lib", exact: true, holds: "the state of the kubelet, the container runtime and other services", severity: fixer.Critical},
	{path: "/var/lib/docker", holds: "files of every container on the node", severity: fixer.High},
	{path: "/var/lib/containerd", holds: "files of every container on the node", severity: fixer.High},
	{path: "/var/lib/containers", holds: "files of every container on the node", severity: fixer.High},
	{path: "/var/lib/docker/containers", holds: "logs of every container on the node", severity: fixer.Medium, read: true},
	{path: "/var/log", holds: "system logs", severity: fixer.High},

	{path: "/run", exact: true, holds: "sockets of services, including the container runtime", severity: fixer.Critical},
	{path: "/run", holds: "runtime state of services", severity: fixer.Medium},
	{path: "/run/systemd", holds: "systemd control", severity: fixer.High},
	{path: "/run/dbus", holds: "the D-Bus system bus", severity: fixer.High},

	{path: "/proc", holds: "kernel settings and process memory", severity: fixer.High, read: true},
	{path: "/sys", holds: "kernel and device settings", severity: fixer.High, read: true},
	{path: "/dev", exact: true, holds: "disks and other devices", severity: fixer.High},
	{path: "/dev", holds: "a device or socket", severity: fixer.Medium},
	{path: "/boot", holds: "kernel images", severity: fixer.High, read: true},
	{path: "/usr", holds: "system binaries and libraries", severity: fixer.High, read: true},
	{path: "/bin", holds: "system binaries and libraries", severity: fixer.High, read: true},
	{path: "/sbin", holds: "system binaries and libraries", severity: fixer.High, read: true},
	{path: "/lib", holds: "system binaries and libraries", severity: fixer.High, read: true},
	{path: "/lib64", holds: "system binaries and libraries", severity: fixer.High, read: true},
	{path: "/root", holds: "files and keys of root", severity: fixer.High},
	{path: "/home", holds: "files and keys of users", severity: fixer.High},

	{path: "/lib/modules", holds: "kernel modules", severity: fixer.Medium, read: true},
	{path: "/usr/lib/modules", holds: "kernel modules", severity: fixer.Medium, read: true},
	{path: "/usr/src", holds: "kernel headers", severity: fixer.Medium, read: true},

	{path: "/etc/localtime", holds: "time zone", severity: fixer.Low, read: true, advice: timezoneAdvice},
	{path: "/etc/timezone", holds: "time zone", severity: fixer.Low, read: true, advice: timezoneAdvice},
	{path: "/usr/share/zoneinfo", holds: "time zone data", severity: fixer.Low, read: true, advice: timezoneAdvice},
	{path: "/etc/machine-id", holds: "the machine ID", severity: fixer.Low, read: true},
	{path: "/etc/os-release", holds: "the name of the distribution", severity: fixer.Low, read: true},
	{path: "/usr/lib/os-release", holds: "the name of the distribution", severity: fixer.Low, read: true},
	{path: "/etc/ssl/certs", holds: "trusted CA certificates", severity: fixer.Low, read: true, advice: certificateAdvice},
	{path: "/etc/ca-certificates", holds: "trusted CA certificates", severity: fixer.Low, read: true, advice: certificateAdvice},
	{path: "/usr/share/ca-certificates", holds: "trusted CA certificates", severity: fixer.Low, read: true, advice: certificateAdvice},
	{path: "/usr/local/share/ca-certificates", holds: "trusted CA certificates", severity: fixer.Low, read: true, advice: certificateAdvice},
}

const (
	timezoneAdvice    = "Set the environment variable TZ to the name of the time zone, and install tzdata in the image"
	certificateAdvice = "Mount the certificates from a ConfigMap, or install them in the image"
)

// place returns what the volume opens. What the table does not know is data of
// its own: it has no words for it, and severity Medium.
func (v hostVolume) place() hostPlace {
	at := container.UnderRun(v.path)
	found := hostPlace{severity: fixer.Medium}
	for _, p := range hostPlaces {
		below := !p.exact && strings.HasPrefix(at, p.path+"/")
		if (at == p.path || below) && len(p.path) > len(found.path) {
			found = p
		}
	}
	return found
}

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
