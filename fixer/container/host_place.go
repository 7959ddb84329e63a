package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// A HostPlace is a part of the file system of a host, or of a node, and what it means for
// a container to hold it.
type HostPlace struct {
	Path     string
	Exact    bool // the path itself, not what is below it
	Severity fixer.Severity

	// Read says that programs which are no agents of the host only read there,
	// so that a writable mount is an oversight.
	Read bool

	Data HostData // what is mounted for its contents, where there is something to do instead

	holds string
}

// Holds returns in words what is there, "" where nothing is known. host is what the
// machine is called: "host", "node".
func (h HostPlace) Holds(host string) string { return strings.ReplaceAll(h.holds, "<host>", host) }

// A HostData is a kind of files that containers take from their host.
type HostData int

// The kinds of files.
const (
	OtherData HostData = iota
	TimezoneData
	CertificateData
)

// hostPlaces is searched for the longest path that fits, of equal ones the first.
var hostPlaces = []HostPlace{
	{Path: "/", Exact: true, holds: "all files of the <host>", Severity: fixer.Critical, Read: true},

	{Path: "/etc", holds: "system configuration and password hashes", Severity: fixer.High, Read: true},
	{Path: "/etc/kubernetes", holds: "private keys of the cluster", Severity: fixer.Critical, Read: true},
	{Path: "/etc/cni", holds: "the CNI configuration of the <host>", Severity: fixer.High},
	{Path: "/opt/cni", holds: "CNI binaries that run as root", Severity: fixer.High},
	{Path: "/var/lib/etcd", holds: "the etcd database of the cluster", Severity: fixer.Critical},
	{Path: "/var/lib/kubelet", holds: "volumes and Secrets of every pod on the <host>", Severity: fixer.Critical},
	{Path: "/var/lib/kubelet/device-plugins", holds: "device plugin registration", Severity: fixer.Medium},
	{Path: "/var/lib/kubelet/plugins", holds: "sockets of the storage drivers", Severity: fixer.Medium},
	{Path: "/var/lib/kubelet/plugins_registry", holds: "plugin registration", Severity: fixer.Medium},
	{Path: "/var/lib/kubelet/pod-resources", holds: "device assignments of the pods", Severity: fixer.Medium},

	{Path: "/var", Exact: true, holds: "the state of the kubelet, the container runtime and other services", Severity: fixer.Critical},
	{Path: "/var/lib", Exact: true, holds: "the state of the kubelet, the container runtime and other services", Severity: fixer.Critical},
	{Path: "/var/lib/docker", holds: "files of every container on the <host>", Severity: fixer.High},
	{Path: "/var/lib/containerd", holds: "files of every container on the <host>", Severity: fixer.High},
	{Path: "/var/lib/containers", holds: "files of every container on the <host>", Severity: fixer.High},
	{Path: "/var/lib/docker/containers", holds: "logs of every container on the <host>", Severity: fixer.Medium, Read: true},
	{Path: "/var/log", holds: "system logs", Severity: fixer.High},

	{Path: "/run", Exact: true, holds: "sockets of services, including the container runtime", Severity: fixer.Critical},
	{Path: "/run", holds: "runtime state of services", Severity: fixer.Medium},
	{Path: "/run/systemd", holds: "systemd control", Severity: fixer.High},
	{Path: "/run/dbus", holds: "the D-Bus system bus", Severity: fixer.High},

	{Path: "/proc", holds: "kernel settings and process memory", Severity: fixer.High, Read: true},
	{Path: "/sys", holds: "kernel and device settings", Severity: fixer.High, Read: true},
	{Path: "/dev", Exact: true, holds: "disks and other devices", Severity: fixer.High},
	{Path: "/dev", holds: "a device or socket", Severity: fixer.Medium},
	{Path: "/boot", holds: "kernel images", Severity: fixer.High, Read: true},
	{Path: "/usr", holds: "system binaries and libraries", Severity: fixer.High, Read: true},
	{Path: "/bin", holds: "system binaries and libraries", Severity: fixer.High, Read: true},
	{Path: "/sbin", holds: "system binaries and libraries", Severity: fixer.High, Read: true},
	{Path: "/lib", holds: "system binaries and libraries", Severity: fixer.High, Read: true},
	{Path: "/lib64", holds: "system binaries and libraries", Severity: fixer.High, Read: true},
	{Path: "/root", holds: "files and keys of root", Severity: fixer.High},
	{Path: "/home", holds: "files and keys of users", Severity: fixer.High},

	{Path: "/lib/modules", holds: "kernel modules", Severity: fixer.Medium, Read: true},
	{Path: "/usr/lib/modules", holds: "kernel modules", Severity: fixer.Medium, Read: true},
	{Path: "/usr/src", holds: "kernel headers", Severity: fixer.Medium, Read: true},

	{Path: "/etc/localtime", holds: "time zone", Severity: fixer.Low, Read: true, Data: TimezoneData},
	{Path: "/etc/timezone", holds: "time zone", Severity: fixer.Low, Read: true, Data: TimezoneData},
	{Path: "/usr/share/zoneinfo", holds: "time zone data", Severity: fixer.Low, Read: true, Data: TimezoneData},
	{Path: "/etc/hostname", holds: "the name of the <host>", Severity: fixer.Low, Read: true},
	{Path: "/etc/hosts", holds: "names of other hosts", Severity: fixer.Medium, Read: true},
	{Path: "/etc/resolv.conf", holds: "the DNS configuration of the <host>", Severity: fixer.Medium, Read: true},
	{Path: "/etc/machine-id", holds: "the machine ID", Severity: fixer.Low, Read: true},
	{Path: "/etc/os-release", holds: "the name of the distribution", Severity: fixer.Low, Read: true},
	{Path: "/usr/lib/os-release", holds: "the name of the distribution", Severity: fixer.Low, Read: true},
	{Path: "/etc/ssl/certs", holds: "trusted CA certificates", Severity: fixer.Low, Read: true, Data: CertificateData},
	{Path: "/etc/ca-certificates", holds: "trusted CA certificates", Severity: fixer.Low, Read: true, Data: CertificateData},
	{Path: "/usr/share/ca-certificates", holds: "trusted CA certificates", Severity: fixer.Low, Read: true, Data: CertificateData},
	{Path: "/usr/local/share/ca-certificates", holds: "trusted CA certificates", Severity: fixer.Low, Read: true, Data: CertificateData},
}

// PlaceOnHost returns what a path of the host opens. What the table does not know is
// data of its own: it has no words for it, and severity Medium.
func PlaceOnHost(file string) HostPlace {
	at := UnderRun(file)
	found := HostPlace{Severity: fixer.Medium}
	for _, p := range hostPlaces {
		below := !p.Exact && strings.HasPrefix(at, p.Path+"/")
		if (at == p.Path || below) && len(p.Path) > len(found.Path) {
			found = p
		}
	}
	return found
}

// engineSockets are the names of the sockets of container engines, wherever
// they lie: rootless engines and small distributions have folders of their own.
var engineSockets = []string{"docker.sock", "podman.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock"}

// IsEngineSocket reports whether a path of the host is the socket of a container engine.
func IsEngineSocket(at string) bool { return slices.Contains(engineSockets, path.Base(at)) }
