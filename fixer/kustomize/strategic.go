package kustomize

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// mergeKeys are the lists of Kubernetes' own kinds whose items are merged, with
// the key that tells the items apart. All other lists are replaced.
var mergeKeys = map[string]string{
	"containers": "name", "initContainers": "name", "ephemeralContainers": "name", "env": "name", "volumes": "name",
	"volumeMounts": "mountPath", "volumeDevices": "devicePath", "ports": "containerPort", "imagePullSecrets": "name",
	"hostAliases": "ip", "topologySpreadConstraints": "topologyKey", "resourceClaims": "name", "secrets": "name",
}

// builtin are the groups whose kinds kustomize knows the schema of. Custom
// resources are merged as JSON: their lists are replaced.
var builtin = map[string]bool{"": true, "apps": true, "batch": true, "extensions": true, "autoscaling": true, "policy": true}

func (t *target) isBuiltin() bool {
	return builtin[t.group()] || strings.HasSuffix(t.group(), ".k8s.io")
}

// A merge puts a strategic merge patch into an object.
type merge struct {
	*target
	from source
}

// strategic applies a strategic merge patch.
func (t *target) strategic(patch *yamldoc.Node, from source) {
	m := merge{t, from}
	if patch.Own("$patch").Text() == "delete" {
		t.node = nil
		m.note(Change{Place: from.place(patch), Kind: Removed, Known: true})
		return
	}
	t.node = m.mapping(t.node, patch, nil, 0)
}

func (m merge) change(at yamldoc.Path, n *yamldoc.Node, kind ChangeKind) {
	m.note(Change{Path: at, Place: m.from.place(n), Kind: kind, Known: true})
}

// mapping merges two mappings.
func (m merge) mapping(base, patch *yamldoc.Node, at yamldoc.Path, depth int) *yamldoc.Node {
	if depth > maxDepth {
		return base
	}
	if patch.Own("$patch").Text() == "replace" {
		m.change(at, patch, Replaced)
		return without(m.take(patch, base, m.from), "$patch")
	}
	for key, value := range patch.All() {
		if key == "$retainKeys" || key == "$patch" || strings.HasPrefix(key, "$setElementOrder/") {
			continue
		}
		if list, ok := strings.CutPrefix(key, "$deleteFromPrimitiveList/"); ok {
			base = m.withoutItems(base, list, value, at.Join(list))
			continue
		}
		base = m.entry(base, key, value, at.Join(key), depth)
	}
	return base
}

// entry merges one entry of a mapping.
func (m merge) entry(base *yamldoc.Node, key string, value *yamldoc.Node, at yamldoc.Path, depth int) *yamldoc.Node {
	old := base.Get(key)
	place := old
	if old == nil {
		place = base
	}
	switch {
	case value.Null():
		if old != nil {
			m.change(at, value, Removed)
			base = without(base, key)
		}
	case value.Is(yamldoc.Mapping) && value.Own("$patch").Text() == "delete":
		if old != nil {
			m.change(at, value, Removed)
			base = without(base, key)
		}
	case value.Is(yamldoc.Mapping):
		if !old.Is(yamldoc.Mapping) {
			old = m.empty(yamldoc.Mapping, place, value)
		}
		base = with(base, key, m.mapping(old, value, at, depth+1))
	case value.Is(yamldoc.Sequence) && m.mergedBy(key, value, old) != "":
		if !old.Is(yamldoc.Sequence) {
			old = m.empty(yamldoc.Sequence, place, value)
		}
		base = with(base, key, m.list(old, value, m.mergedBy(key, value, old), at, depth+1))
	default:
		m.change(at, value, Replaced)
		base = with(base, key, m.take(value, place, m.from))
	}
	return base
}

func (m merge) empty(kind yamldoc.Kind, at, like *yamldoc.Node) *yamldoc.Node {
	at = at.KeyOrSelf()
	out := &yamldoc.Node{Kind: kind, Start: at.Start, End: at.End, Line: at.Line, EndLine: at.EndLine}
	m.rendering.origins[out] = m.from.place(like)
	return out
}

// mergedBy returns the key that tells the items of a list apart, "" for one
// that is replaced.
func (m merge) mergedBy(key string, lists ...*yamldoc.Node) string {
	by := mergeKeys[key]
	if !m.isBuiltin() || by == "" {
		return ""
	}
	if key == "ports" && m.object.Kind == "Service" {
		by = "port"
	}
	for _, list := range lists {
		for _, item := range list.List() {
			if !item.Is(yamldoc.Mapping) {
				return ""
			}
		}
	}
	return by
}

// list merges two lists whose items have a key.
func (m merge) list(base, patch *yamldoc.Node, by string, at yamldoc.Path, depth int) *yamldoc.Node {
	if slices.ContainsFunc(patch.List(), func(n *yamldoc.Node) bool { return n.Own("$patch").Text() == "replace" }) {
		m.change(at, patch, Replaced)
		m.moved()
		out := m.take(patch, base, m.from)
		out.SetItems(slices.DeleteFunc(out.Items(), func(n *yamldoc.Node) bool { return n.Own("$patch") != nil }))
		return out
	}
	out := copyOf(base)
	for _, item := range patch.List() {
		i := slices.IndexFunc(out.Items(), func(n *yamldoc.Node) bool { return n.Get(by).Text() == item.Get(by).Text() })
		switch gone := item.Own("$patch").Text() == "delete"; {
		case gone && i >= 0:
			m.change(at.Join(i), item, Removed)
			m.moved()
			out.SetItems(slices.Delete(out.Items(), i, i+1))
		case gone:
		case i < 0:
			m.change(at.Join(len(out.Items())), item, Added)
			out.SetItems(append(out.Items(), m.take(item, base, m.from)))
		default:
			out.Items()[i] = m.mapping(out.Items()[i], without(item, by), at.Join(i), depth+1)
		}
	}
	return out
}

// withoutItems takes values out of a list of scalars.
func (m merge) withoutItems(base *yamldoc.Node, key string, values *yamldoc.Node, at yamldoc.Path) *yamldoc.Node {
	list := base.Get(key)
	if !list.Is(yamldoc.Sequence) {
		return base
	}
	m.change(at, values, Replaced)
	m.moved()
	out := copyOf(list)
	out.SetItems(slices.DeleteFunc(out.Items(), func(n *yamldoc.Node) bool { return slices.Contains(values.Texts(), n.Text()) }))
	return with(base, key, out)
}
