package compose

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Value is what a key of a service comes to once everything the service is made of
// is read over each other: a text, or entries by name. Entries of a list that Compose
// appends to are named by what makes them one entry, such as the target of a volume.
type Value struct {
	text    string
	entries map[string]*Value
}

// maxResolved bounds how many values one service may have: aliases of aliases multiply.
const maxResolved = 1 << 15

// Resolve returns the keys of a service with what they come to. Variables have the values
// that lookup knows, else their defaults. It returns nil for a service that is too large.
func (v View) Resolve(lookup func(name string) (string, bool)) map[string]*Value {
	r := resolver{lookup: lookup, left: maxResolved}
	out := map[string]*Value{}
	for _, part := range slices.Backward(v.parts) {
		for key, n := range part.Node.All() {
			if key == "extends" {
				continue
			}
			if out[key] == nil {
				out[key] = &Value{}
			}
			r.over(out[key], n, key, "")
		}
	}
	if r.left <= 0 {
		return nil
	}
	maps.DeleteFunc(out, func(_ string, value *Value) bool { return value.empty() })
	return out
}

// resolved is [View.Resolve] without variables, worked out once for a version of the
// project: what an edit made is what the next one is compared with.
func (p *Project) resolved(v View) map[string]*Value {
	key := viewKey{v.Service, v.Variant}
	if known, ok := p.values.Load(key); ok {
		return known.(map[string]*Value)
	}
	values := v.Resolve(nil)
	p.values.Store(key, values)
	return values
}

type viewKey struct {
	service *Service
	variant string
}

func (v *Value) empty() bool { return v == nil || v.text == "" && len(v.entries) == 0 }

// equal reports whether two values are the same.
func (v *Value) equal(o *Value) bool {
	if v.empty() || o.empty() {
		return v.empty() && o.empty()
	}
	return v.text == o.text && maps.EqualFunc(v.entries, o.entries, (*Value).equal)
}

// lost returns the first entry of a value that another one lacks or has otherwise, as
// a path; "" where it has all of them.
func (v *Value) lost(after *Value) string {
	if v.empty() {
		return ""
	}
	if after == nil || v.text != after.text {
		return "it"
	}
	for _, name := range slices.Sorted(maps.Keys(v.entries)) {
		switch lost := v.entries[name].lost(after.entries[name]); {
		case lost == "it" || after.entries[name] == nil:
			return name
		case lost != "":
			return name + "." + lost
		}
	}
	return ""
}

// A resolver reads what parts say of a key over each other.
type resolver struct {
	lookup func(name string) (string, bool)
	left   int // values that may still be read
}

// Lists that replace each other, by key and the path below it, and settings that may be
// written as a mapping or as a list of its names or NAME=VALUE.
var (
	replacing = map[string]bool{"command": true, "entrypoint": true, "healthcheck.test": true}
	named     = map[string]bool{
		"environment": true, "labels": true, "annotations": true, "sysctls": true, "depends_on": true, "networks": true, "models": true,
		"extra_hosts": true, "build.args": true, "build.labels": true, "build.additional_contexts": true, "deploy.labels": true,
	}
	oneOrMore = map[string]bool{"tmpfs": true, "dns": true, "dns_opt": true, "dns_search": true, "env_file": true, "label_file": true}
)

// over reads what a part says over what weaker ones have said. below is the path from the
// key down.
func (r *resolver) over(v *Value, n *yamldoc.Node, key, below string) {
	if r.left--; r.left <= 0 {
		return
	}
	switch tag(n) {
	case resetTag:
		*v = Value{}
		return
	case overrideTag:
		*v = Value{}
	}
	n = n.Resolve()
	at := key + below
	switch {
	case n.Null():
		if replacing[at] {
			*v = Value{}
		} else if v.empty() && below != "" { // FOO: in an environment is not FOO: ""
			v.text = "null"
		}
	case n.Kind == yamldoc.Mapping:
		v.become()
		for name, child := range n.All() {
			if v.entries[name] == nil {
				v.entries[name] = &Value{}
			}
			r.over(v.entries[name], child, key, below+"."+name)
		}
	case n.Kind == yamldoc.Sequence && replacing[at]:
		*v = Value{}
		v.become()
		for i, item := range n.Items() {
			v.entries[strconv.Itoa(i)] = &Value{text: r.whole(item)}
		}
	case n.Kind == yamldoc.Sequence:
		v.become()
		for _, item := range n.Items() {
			name, value := r.item(item, at)
			v.entries[name] = value
		}
	case n.Kind == yamldoc.Scalar && oneOrMore[at]:
		v.become()
		name, value := r.item(n, at)
		v.entries[name] = value
	case n.Kind == yamldoc.Scalar && key == "build" && below == "":
		v.become()
		v.entries["context"] = &Value{text: "=" + r.text(n)}
	default:
		*v = Value{text: r.whole(n)}
	}
}

// become makes a value one with entries.
func (v *Value) become() {
	if v.text = ""; v.entries == nil {
		v.entries = map[string]*Value{}
	}
}

// item returns an entry of a list and its name.
func (r *resolver) item(n *yamldoc.Node, at string) (string, *Value) {
	text := r.text(n)
	if named[at] {
		name, value, given := strings.Cut(text, "=")
		if at == "extra_hosts" && !given {
			name, value, given = strings.Cut(text, ":")
		}
		if !given {
			return name, &Value{text: "null"}
		}
		return name, &Value{text: "=" + value}
	}
	whole := r.whole(n)
	name := whole
	switch at {
	case "volumes", "devices":
		if name, _ = Expand(n.Get("target").Text()); name == "" {
			parts := strings.Split(text, ":")
			name = parts[min(1, len(parts)-1)]
		}
	case "secrets", "configs":
		for _, field := range []string{"target", "source"} {
			if given, _ := Expand(n.Get(field).Text()); given != "" {
				name = given
				break
			}
		}
	}
	return strings.TrimPrefix(name, "="), &Value{text: whole}
}

func (r *resolver) text(n *yamldoc.Node) string { return expandWith(n.Text(), r.lookup) }

// whole writes a value with all that is in it as one text.
func (r *resolver) whole(n *yamldoc.Node) string {
	if r.left--; r.left <= 0 {
		return ""
	}
	n = n.Resolve()
	switch {
	case n.Null():
		return "null"
	case n.Kind == yamldoc.Scalar:
		return "=" + r.text(n)
	}
	var parts []string
	for name, child := range n.All() {
		parts = append(parts, name+r.whole(child))
	}
	slices.Sort(parts)
	for _, item := range n.Items() {
		parts = append(parts, r.whole(item))
	}
	return "[" + strings.Join(parts, " ") + "]"
}
