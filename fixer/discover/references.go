package discover

import (
	"bytes"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// composeRefs returns the files a Compose file includes, and those it extends
// services of, as written, in the order of the text and without repeats. A
// project_directory is not taken into account.
func composeRefs(data []byte) (includes, extends []string) {
	if !bytes.Contains(data, []byte("include")) && !bytes.Contains(data, []byte("extends")) {
		return nil, nil
	}
	var included, extended refList
	for _, root := range rootNodes(data) {
		for _, item := range root.Own("include").ListOrOne() {
			if item.Is(yamldoc.Mapping) {
				item = item.Own("path")
			}
			included.addAll(item)
		}
		if services := root.Own("services").Resolve(); services != nil {
			for _, service := range services.Entries() {
				extended.addAll(service.Value.Own("extends").Own("file"))
			}
		}
	}
	return included.names, extended.names
}

// A base is a service that another one extends: in a file, "" for its own.
type base struct{ of, file, service string }

// basesIn returns the services that those of a Compose file extend.
func basesIn(data []byte) []base {
	if !bytes.Contains(data, []byte("extends")) {
		return nil
	}
	var out []base
	for _, root := range rootNodes(data) {
		services := root.Own("services").Resolve()
		if services == nil {
			continue
		}
		for _, e := range services.Entries() {
			from := e.Value.Own("extends")
			b := base{of: e.Key.Text(), service: from.Text()}
			if from.Is(yamldoc.Mapping) {
				b.file, b.service = from.Own("file").Text(), from.Own("service").Text()
			}
			if b.service != "" {
				out = append(out, b)
			}
		}
	}
	return out
}

// hasService reports whether a Compose file has a service of a name.
func hasService(data []byte, name string) bool {
	for _, root := range rootNodes(data) {
		if root.Get("services").Get(name) != nil {
			return true
		}
	}
	return false
}

// kustomizeRefs returns the files a kustomization names that are no resources:
// patches, and configurations of Kustomize itself.
func kustomizeRefs(data []byte) []string {
	var refs refList
	for _, root := range rootNodes(data) {
		for _, key := range []string{"patches", "patchesJson6902", "replacements"} {
			for _, item := range root.Own(key).ListOrOne() {
				if item.Is(yamldoc.Scalar) { // as patchesStrategicMerge, in the first versions
					refs.addAll(item)
				}
				refs.addAll(item.Own("path"))
			}
		}
		for _, key := range []string{"patchesStrategicMerge", "transformers", "generators", "validators", "configurations"} {
			refs.addAll(root.Own(key))
		}
	}
	return refs.names
}

// rootNodes parses a file. One that does not parse refers to nothing: the engine
// reports it, and nothing in it is looked at.
func rootNodes(data []byte) []*yamldoc.Node {
	file, err := yamldoc.Parse(data)
	if err != nil {
		return nil
	}
	var out []*yamldoc.Node
	for _, doc := range file.Docs {
		out = append(out, doc.Root)
	}
	return out
}

// refList keeps names in order, each once.
type refList struct {
	names []string
	seen  map[string]bool
}

// addAll adds a scalar or the scalars of a list. Text over several lines is a
// patch written in place, not a name.
func (r *refList) addAll(n *yamldoc.Node) {
	for _, item := range n.ListOrOne() {
		name, ok := item.Str()
		if !ok || name == "" || strings.ContainsAny(name, "\n\x00") || r.seen[name] {
			continue
		}
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[name] = true
		r.names = append(r.names, name)
	}
}
