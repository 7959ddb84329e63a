package kubernetes

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

var (
	paramWritable = fixer.Param{Name: "writable", Meaning: "paths to mount as emptyDir, separated by spaces or commas; may be empty", Validate: validPaths}
	paramSize     = fixer.Param{Name: "size", Meaning: "sizeLimit of each new emptyDir, as in 5Gi; empty for no limit", Default: defaultSize, Validate: fixer.Optional(validCapacity)}
)

// defaultSize bounds the empty volumes that fixes add. It is there to keep a
// pod from filling the disk of its node, not to be met.
const defaultSize = "5Gi"

// sizeParam is the parameter for the volumes of a fix, if it adds any by itself.
func sizeParam(adds bool) fixer.Param {
	param := paramSize
	param.Assumed = adds
	return param
}

// sizeBreaks is what can stop working because of the bound.
const sizeBreaks = "The pod is evicted when it writes more than " + defaultSize + " to an emptyDir"

// scratchVolumes mounts an emptyDir at each path that is not mounted yet, of the
// size at most, "" for no limit. Names are added to those that are taken.
func scratchVolumes(c kube.Container, spec *container.Spec, paths []string, taken map[string]bool, size string) []yamldoc.Op {
	var ops []yamldoc.Op
	empty := yamldoc.Map{}
	if size != "" {
		empty = yamldoc.Map{{Key: "sizeLimit", Value: size}}
	}
	for _, at := range paths {
		if spec.Mounted(at) {
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

func splitPaths(s string) []string {
	var out []string
	for _, at := range strings.Fields(strings.ReplaceAll(s, ",", " ")) {
		if at = path.Clean(at); !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	return out
}

func validPaths(s string) error {
	for _, at := range splitPaths(s) {
		if !path.IsAbs(at) || at == "/" || strings.Contains(at, ":") {
			return errors.New("absolute paths below /, separated by spaces or commas")
		}
	}
	return nil
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
