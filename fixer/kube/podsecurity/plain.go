package podsecurity

import (
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A filter says which keys of a mapping are read, and by which filter in turn;
// nil reads everything below. The evaluator looks at few fields, and a typing
// error in another one is not for it to trip over.
type filter map[string]filter

var (
	metaKeys = filter{"annotations": nil, "labels": nil, "name": nil}

	container = filter{
		"name": nil, "image": nil, "securityContext": nil, "ports": nil, "restartPolicy": nil,
		"livenessProbe": nil, "readinessProbe": nil, "startupProbe": nil, "lifecycle": nil,
	}
	podKeys = filter{
		"securityContext": nil, "volumes": nil, "os": nil, "hostUsers": nil,
		"hostPID": nil, "hostIPC": nil, "hostNetwork": nil,
		"containers": container, "initContainers": container, "ephemeralContainers": container,
	}
)

// maxNodes bounds what is read of one pod, aliases followed: far above what an
// API server accepts, far below what a bomb of aliases unfolds to.
const maxNodes = 100_000

// plain turns a node into maps, slices and scalars, as a JSON decoder would
// give them.
func plain(n *yamldoc.Node, keys filter) any {
	left := maxNodes
	return read(n, keys, &left)
}

func read(n *yamldoc.Node, keys filter, left *int) any {
	n = n.Resolve()
	if n == nil || n.Null() {
		return nil
	}
	if *left--; *left < 0 {
		return nil
	}
	switch n.Kind {
	case yamldoc.Mapping:
		out := map[string]any{}
		for k, v := range n.All() {
			sub, known := keys[k]
			if keys == nil || known {
				out[k] = read(v, sub, left)
			}
		}
		return out
	case yamldoc.Sequence:
		out := make([]any, 0, len(n.Items()))
		for _, item := range n.Items() {
			out = append(out, read(item, keys, left))
		}
		return out
	}
	if n.Style == yamldoc.Plain {
		if b, ok := n.Bool(); ok {
			return b
		}
		if i, ok := n.Int(); ok {
			return i
		}
	}
	return n.Text()
}
