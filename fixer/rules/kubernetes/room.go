package kubernetes

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// A room is what a container's known image needs in the way of volumes.
type room struct {
	paths []string // written to whatever the configuration, and not mounted

	// hidden is a path that needs a volume, where an empty one would hide
	// files that the image has there; "" when there is none.
	hidden string

	// conditional says that the configuration may ask for more.
	conditional bool
}

func roomFor(e *image.Entry, c kube.Container) room {
	var r room
	for _, w := range e.Writable {
		switch {
		case w.Path == "":
			r.conditional = true // the configuration says where
		case mounted(c, w.Path):
		case w.When != "":
			r.conditional = true
		case w.Ships:
			if r.hidden == "" {
				r.hidden = w.Path
			}
		default:
			r.paths = append(r.paths, w.Path)
		}
	}
	if namesTmp(c) && !mounted(c, "/tmp") && !slices.Contains(r.paths, "/tmp") {
		r.paths = append(r.paths, "/tmp")
	}
	return r
}

var tmpFolder = regexp.MustCompile(`(^|[^\w./-])/tmp(/|\W|$)`)

// namesTmp reports whether the manifest tells the program to use /tmp, which
// the image by itself need not do: pg_dump -f /tmp/dump in the image of a
// database.
func namesTmp(c kube.Container) bool {
	words := slices.Concat(c.Node.Get("command").Texts(), c.Node.Get("args").Texts())
	return slices.ContainsFunc(words, tmpFolder.MatchString)
}

func (r room) advice(e *image.Entry) string {
	return fmt.Sprintf("%s writes to %s, where its image has files that an empty volume would hide: give it a volume that holds them", e.ID, r.hidden)
}

// mounted reports whether the container mounts the path or a folder above it.
func mounted(c kube.Container, at string) bool {
	at = inRun(at)
	for _, m := range c.Node.Get("volumeMounts").List() {
		if mount := inRun(path.Clean(m.Get("mountPath").Text())); mount == at || strings.HasPrefix(at, mount+"/") {
			return true
		}
	}
	return false
}

// inRun names a path below /run, to which /var/run is a link wherever there is
// a distribution.
func inRun(at string) string {
	if rest, ok := strings.CutPrefix(at, "/var/run"); ok && (rest == "" || rest[0] == '/') {
		return "/run" + rest
	}
	return at
}

// defaultSize bounds the empty volumes that fixes add. It is there to keep a
// pod from filling the disk of its node, not to be met.
const defaultSize = "5Gi"

// sizeBreaks is what can stop working because of the bound.
const sizeBreaks = "the pod is evicted when it fills one of them past " + defaultSize

// emptyVolumes mounts an emptyDir at each path that is not mounted yet, of the
// size at most, "" for no limit. Names are added to those that are taken.
func emptyVolumes(c kube.Container, paths []string, taken map[string]bool, size string) []yamldoc.Op {
	var ops []yamldoc.Op
	empty := yamldoc.Map{}
	if size != "" {
		empty = yamldoc.Map{{Key: "sizeLimit", Value: size}}
	}
	for _, at := range paths {
		if mounted(c, at) {
			continue
		}
		name := volumeName(at, c, taken)
		taken[name] = true
		ops = append(ops,
			yamldoc.Append(c.Path.Join("volumeMounts"), yamldoc.Map{{Key: "name", Value: name}, {Key: "mountPath", Value: at}}),
			yamldoc.Append(c.Workload.PodPath.Join("volumes"), yamldoc.Map{{Key: "name", Value: name}, {Key: "emptyDir", Value: empty}}))
	}
	return ops
}

// volumeNames returns the names that a new volume of the pod cannot have.
func volumeNames(w *kube.Workload) map[string]bool {
	out := map[string]bool{}
	for _, v := range w.Pod.Get("volumes").List() {
		out[v.Get("name").Text()] = true
	}
	for _, t := range w.Node.Get("spec").Get("volumeClaimTemplates").List() {
		out[t.Get("metadata").Get("name").Text()] = true
	}
	return out
}

// maxLabel is the length a DNS label, and so a volume's name, may have.
const maxLabel = 63

// volumeName makes a name for a volume out of its path: "tmp", where that is
// taken "web-tmp", and then "web-tmp-2".
func volumeName(at string, c kube.Container, taken map[string]bool) string {
	label := dnsLabel(at)
	for i := 1; ; i++ {
		name := label
		switch {
		case i == 2:
			name = c.Name + "-" + label
		case i > 2:
			suffix := fmt.Sprintf("-%d", i-1)
			name = (c.Name + "-" + label)
			name = name[:min(len(name), maxLabel-len(suffix))] + suffix
		}
		if name = strings.Trim(name[:min(len(name), maxLabel)], "-"); name != "" && !taken[name] {
			return name
		}
	}
}

func dnsLabel(at string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, at), "-")
}

// persistent are the kinds of volumes whose owner fsGroup decides; of the
// others the kubelet, the node or the driver does, or they are empty.
func persistent(kind string) bool {
	switch kind {
	case "", "configMap", "secret", "projected", "downwardAPI", "hostPath", "emptyDir", "nfs", "image":
		return false
	}
	return true
}

// claims returns the paths at which the container mounts, writable, volumes
// that fsGroup gives to its group.
func claims(c kube.Container) []string {
	kinds := map[string]string{}
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		for key := range v.All() {
			if key != "name" {
				kinds[v.Get("name").Text()] = key
			}
		}
	}
	for _, t := range c.Workload.Node.Get("spec").Get("volumeClaimTemplates").List() {
		kinds[t.Get("metadata").Get("name").Text()] = "persistentVolumeClaim"
	}
	var out []string
	for _, m := range c.Node.Get("volumeMounts").List() {
		if persistent(kinds[m.Get("name").Text()]) && !isTrue(m.Get("readOnly")) {
			out = append(out, path.Clean(m.Get("mountPath").Text()))
		}
	}
	return out
}
