package kube

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Mount is one entry of a container's volumeMounts, with what its pod says of
// the volume.
type Mount struct {
	Volume   string // its name
	Kind     string // the key of its source: "emptyDir", "persistentVolumeClaim"; "" when the pod has no such volume
	HostPath string // the path on the node, for a hostPath
	Path     string // mountPath, cleaned
	ReadOnly bool
	Private  bool // files of the cluster that their mode closes to all but root and a group
	Node     *yamldoc.Node
}

// Mounts returns what the container mounts, in the order of the file.
func (c Container) Mounts() []Mount {
	type source struct {
		kind, host string
		private    bool
	}
	sources := map[string]source{}
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		for key := range v.All() {
			if key != "name" {
				sources[v.Get("name").Text()] = source{key, v.Get("hostPath").Get("path").Text(), isPrivate(v.Get(key))}
			}
		}
	}
	for _, t := range c.Workload.Node.Get("spec").Get("volumeClaimTemplates").List() {
		sources[t.Get("metadata").Get("name").Text()] = source{kind: "persistentVolumeClaim"}
	}
	var out []Mount
	for _, m := range c.Node.Get("volumeMounts").List() {
		name := m.Get("name").Text()
		out = append(out, Mount{
			Volume: name, Kind: sources[name].kind, HostPath: sources[name].host,
			Path: path.Clean(m.Get("mountPath").Text()), ReadOnly: m.Get("readOnly").IsTrue(), Private: sources[name].private, Node: m,
		})
	}
	return out
}

// isPrivate reports whether the source of a volume gives a file a mode in which others
// may not read it. Such files belong to root, and to the pod's fsGroup if it has one.
func isPrivate(source *yamldoc.Node) bool {
	const othersRead = 0o004
	closed := func(mode *yamldoc.Node) bool {
		n, ok := mode.Int()
		return ok && n&othersRead == 0
	}
	if closed(source.Get("defaultMode")) {
		return true
	}
	lists := []*yamldoc.Node{source}
	for _, part := range source.Get("sources").List() {
		for _, kind := range []string{"secret", "configMap", "downwardAPI"} {
			lists = append(lists, part.Get(kind))
		}
	}
	for _, list := range lists {
		for _, item := range list.Get("items").List() {
			if closed(item.Get("mode")) {
				return true
			}
		}
	}
	return false
}

// AddedCapabilities returns what the container adds, in upper case and without the
// CAP_ prefix that some write: what is meant, though no runtime takes the prefix.
func (c Container) AddedCapabilities() []string {
	var out []string
	for _, n := range c.Node.Get("securityContext").Get("capabilities").Get("add").List() {
		out = append(out, strings.TrimPrefix(strings.ToUpper(n.Text()), "CAP_"))
	}
	return out
}

// DroppedCapabilities returns what the container drops, in upper case and as it is
// written otherwise. Runtimes put CAP_ before each name but ALL, so that a name which
// has the prefix already drops nothing, CAP_ALL among them.
func (c Container) DroppedCapabilities() []string {
	var out []string
	for _, n := range c.Node.Get("securityContext").Get("capabilities").Get("drop").List() {
		out = append(out, strings.ToUpper(n.Text()))
	}
	return out
}

// HasEnv reports whether the container sets a variable of its own.
func (c Container) HasEnv(name string) bool {
	for _, v := range c.Node.Get("env").List() {
		if v.Get("name").Text() == name {
			return true
		}
	}
	return false
}
