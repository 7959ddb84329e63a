package compose

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Setting is the value of one key of a service and where it is written.
type Setting struct {
	Node *yamldoc.Node // nil when nothing sets it
	File string
	Own  bool // written in the service's own mapping, not merged, extended or overridden
}

// Compose's own tags: the value takes away, or stands instead of, what an
// extended service or the file before gave.
const (
	resetTag    = "!reset"
	overrideTag = "!override"
)

// joined are the keys whose lists and mappings Compose joins, where other values
// replace each other.
var joined = strings.Fields(`annotations build cap_add cap_drop configs depends_on deploy develop device_cgroup_rules devices dns dns_opt
	dns_search env_file environment expose external_links extra_hosts group_add healthcheck labels links logging networks ports post_start
	pre_start pre_stop profiles secrets security_opt sysctls tmpfs ulimits volumes volumes_from`)

// tag returns the tag of a value, following an alias.
func tag(n *yamldoc.Node) string {
	if n = n.Resolve(); n == nil {
		return ""
	}
	return n.Tag
}

// replaces reports whether a part's value for key ends what weaker parts have to
// say of it.
func (p Part) replaces(key string) bool {
	n := p.Node.Get(key)
	switch {
	case tag(n) == resetTag || tag(n) == overrideTag || tag(p.Node) == overrideTag:
		return true
	case slices.Contains(joined, key):
		return false
	case key == "command" || key == "entrypoint": // null gives it back to the image
		return n != nil
	}
	return !n.Null()
}

// Setting returns what holds for a key that has one value: the override's,
// else the service's own or merged one, else the nearest base's. The tag !reset
// takes away what comes after it.
func (v View) Setting(key string) Setting {
	for _, p := range v.parts {
		n := p.Node.Get(key)
		if !n.Null() && tag(n) != resetTag {
			return Setting{Node: n, File: p.File, Own: p.Service == v.Service && p.Node.Own(key) != nil}
		}
		if p.replaces(key) {
			break
		}
	}
	return Setting{}
}

// List returns the entries that hold for a key that has a list: those of the
// bases, the service and the overrides together, because Compose appends them
// where no tag says otherwise.
func (v View) List(key string) []Setting {
	var lists [][]Setting
	for _, p := range v.parts {
		n := p.Node.Get(key)
		if tag(n) == resetTag {
			break
		}
		var own []Setting
		for _, item := range n.List() {
			own = append(own, Setting{Node: item, File: p.File, Own: p.Service == v.Service && inPlace(p.Node.Own(key)) && inPlace(item)})
		}
		lists = append(lists, own)
		if tag(n) == overrideTag || tag(p.Node) == overrideTag {
			break
		}
	}
	slices.Reverse(lists)
	return slices.Concat(lists...)
}

// inPlace reports whether a value stands where it is used. What an alias stands for is
// written elsewhere, for others too.
func inPlace(n *yamldoc.Node) bool { return n != nil && n.Kind != yamldoc.Alias }

// Field returns what holds for a field of a setting that is a mapping:
// healthcheck.test.
func (v View) Field(key, field string) Setting {
	for _, p := range v.parts {
		n := p.Node.Get(key)
		value := n.Get(field)
		switch {
		case tag(n) == resetTag || tag(value) == resetTag:
			return Setting{}
		case !value.Null():
			return Setting{Node: value, File: p.File, Own: p.Service == v.Service && inPlace(p.Node.Own(key)) && p.Node.Own(key).Own(field) != nil}
		case tag(n) == overrideTag:
			return Setting{}
		}
	}
	return Setting{}
}

// Bool returns what a setting that is on or off is set to, as Compose reads it:
// variables are put in first, and the words of YAML 1.1 count, quoted or not, in
// any case. known is false where nothing sets it, or sets it to neither.
func (s Setting) Bool() (on, known bool) {
	text, _ := Expand(s.Node.Text())
	switch strings.ToLower(text) {
	case "true", "y", "yes", "on":
		return true, true
	case "false", "n", "no", "off":
		return false, true
	}
	return false, false
}

// Variable returns the name of the first variable that decides the value, ""
// where none does.
func (s Setting) Variable() string { return variable(s.Node.Text()) }

// Place returns the part of the service in which a value that is written for key
// holds: the service itself, or the last override that replaces the value. The
// setting that takes away whatever is written is returned instead where there is
// one, for a person to decide about.
func (v View) Place(key string) (place Part, taken Setting) {
	for _, p := range v.parts {
		if tag(p.Node.Get(key)) == resetTag {
			return Part{}, Setting{Node: p.Node.Get(key), File: p.File, Own: p.Service == v.Service}
		}
		if p.Service == v.Service || p.replaces(key) {
			return p, Setting{}
		}
	}
	return v.Part(), Setting{}
}

// Text returns the text of a setting with the defaults of variables put in, ""
// where it has none.
func (v View) Text(key string) string {
	text, _ := Expand(v.Setting(key).Node.Text())
	return text
}

// A Pair is an entry of a setting that is written as a mapping or as a list of
// NAME=VALUE.
type Pair struct {
	Name, Value string // as written
	Given       bool   // it has a value, "" too
	Node        *yamldoc.Node
	File        string
}

// Pairs returns the entries of such a setting: those of all parts, of which the
// strongest that has a name holds.
func (v View) Pairs(key string) []Pair {
	var out []Pair
	seen := map[string]bool{}
	for _, p := range v.parts {
		n := p.Node.Get(key)
		if tag(n) == resetTag {
			break
		}
		for _, pair := range pairs(n, p.File) {
			if !seen[pair.Name] {
				seen[pair.Name] = true
				if tag(pair.Node) != resetTag {
					out = append(out, pair)
				}
			}
		}
		if tag(n) == overrideTag {
			break
		}
	}
	return out
}

// PairsOf returns the entries of such a setting as one file writes it, merge keys
// followed.
func PairsOf(n *yamldoc.Node, file string) []Pair { return pairs(n, file) }

func pairs(n *yamldoc.Node, file string) []Pair {
	var out []Pair
	for name, value := range n.All() {
		out = append(out, Pair{Name: name, Value: value.Text(), Given: !value.Null(), Node: value, File: file})
	}
	for _, item := range n.List() {
		name, value, given := strings.Cut(item.Text(), "=")
		pair := Pair{Name: name, Value: value, Given: given, Node: item, File: file}
		if i := slices.IndexFunc(out, func(o Pair) bool { return o.Name == name }); i >= 0 {
			out[i] = pair // the last one holds
			continue
		}
		out = append(out, pair)
	}
	return out
}

// Nested returns the entries of a list below a key that is a mapping, of all
// parts: develop.watch.
func (v View) Nested(key, list string) []Setting {
	var out []Setting
	for _, p := range v.parts {
		n := p.Node.Get(key)
		if tag(n) == resetTag || tag(n.Get(list)) == resetTag {
			break
		}
		for _, item := range n.Get(list).List() {
			out = append(out, Setting{Node: item, File: p.File})
		}
		if tag(n) == overrideTag || tag(n.Get(list)) == overrideTag {
			break
		}
	}
	return out
}

// Shared returns the first alias by which what is written for the service itself
// is used in another place too; nil where there is none.
func (p Part) Shared() *yamldoc.Node {
	n := p.Node.Resolve()
	if n == nil || n.Anchor() == "" {
		return nil
	}
	return aliasOf(p.Doc.Root, n)
}

// SharedWithServices reports whether the service's own mapping has an anchor that only
// whole services use, each by a merge key of its own or as an alias: what is written in it
// holds for these, which are among the dependents of the service.
func (p Part) SharedWithServices() bool {
	n := p.Node
	if n == nil || n.Kind != yamldoc.Mapping || len(n.Users()) == 0 {
		return false
	}
	services := p.Doc.Root.Own("services")
	for _, alias := range n.Users() {
		at := alias.Parent
		for at.Is(yamldoc.Sequence) && at.Kind != yamldoc.Alias && at.Parent != nil && at.KeyOrSelf().Text() == "<<" { // <<: [*a, *b]
			alias, at = at, at.Parent
		}
		switch {
		case at == services:
		case at != nil && at.Parent == services && alias.KeyOrSelf().Text() == "<<" && at.Anchor() == "":
		default:
			return false
		}
	}
	return true
}

func aliasOf(within, n *yamldoc.Node) *yamldoc.Node {
	if within == nil {
		return nil
	}
	if within.Kind == yamldoc.Alias {
		if within.Value == n.Anchor() && within.Resolve() == n {
			return within
		}
		return nil
	}
	for _, e := range within.Entries() {
		if found := aliasOf(e.Value, n); found != nil {
			return found
		}
	}
	for _, item := range within.Items() {
		if found := aliasOf(item, n); found != nil {
			return found
		}
	}
	return nil
}
