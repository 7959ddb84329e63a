package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Mount is one entry of a service's volumes or tmpfs.
type Mount struct {
	Source   string // path on the host or name of a volume; "" for an anonymous one and a tmpfs
	Target   string // path in the container, cleaned
	Tmpfs    bool
	ReadOnly bool

	// Propagation is how mounts below it reach the host and come from there: "shared",
	// "rslave"; "" where nothing is said.
	Propagation string

	// Given are source, target and options of the short form as they are written. nil for
	// the long form, and where a variable holds several of them.
	Given []string

	Node    *yamldoc.Node
	Setting Setting
}

// Mounts returns what a service mounts, in either form of writing, with
// variables replaced by their defaults. Of several volumes with one target, the
// last holds, as in Compose.
func (v View) Mounts() []Mount {
	var out []Mount
	for _, s := range v.List("volumes") {
		m := Mount{Node: s.Node, Setting: s}
		if text := s.Node.Text(); text != "" {
			given := colonParts(text)
			text, _ = Expand(text)
			parts := strings.Split(text, ":")
			if len(given) == len(parts) {
				m.Given = given
			}
			if m.Target = parts[0]; len(parts) > 1 {
				m.Source, m.Target = parts[0], parts[1]
			}
			if len(parts) > 2 {
				m.options(strings.Split(parts[2], ","))
			}
		} else {
			m.Source, _ = Expand(s.Node.Get("source").Text())
			m.Target, _ = Expand(s.Node.Get("target").Text())
			m.ReadOnly, _ = Setting{Node: s.Node.Get("read_only")}.Bool()
			m.Tmpfs = s.Node.Get("type").Text() == "tmpfs"
			m.Propagation, _ = Expand(s.Node.Get("bind").Get("propagation").Text())
		}
		m.Target = path.Clean(m.Target)
		if path.IsAbs(m.Source) {
			m.Source = path.Clean(m.Source)
		}
		same := func(o Mount) bool { return o.Target == m.Target }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i] = m
			continue
		}
		out = append(out, m)
	}
	for _, s := range append(v.List("tmpfs"), v.tmpfsText()...) {
		text, _ := Expand(s.Node.Text())
		target, _, _ := strings.Cut(text, ":")
		out = append(out, Mount{Target: path.Clean(target), Tmpfs: true, Node: s.Node, Setting: s})
	}
	return out
}

// tmpfsText covers tmpfs written as one string instead of a list.
func (v View) tmpfsText() []Setting {
	if s := v.Setting("tmpfs"); s.Node.Text() != "" {
		return []Setting{s}
	}
	return nil
}

func (m *Mount) options(list []string) {
	m.ReadOnly = slices.Contains(list, "ro")
	for _, o := range list {
		switch o {
		case "shared", "rshared", "slave", "rslave", "private", "rprivate":
			m.Propagation = o
		}
	}
}

// WithOptions returns the entry of the short form with other options, "" in place of the
// third part where there are none.
func (m Mount) WithOptions(options []string) string {
	parts := slices.Clone(m.Given[:min(2, len(m.Given))])
	if len(options) > 0 {
		parts = append(parts, strings.Join(options, ","))
	}
	return strings.Join(parts, ":")
}

// OptionsGiven returns the options of the short form as they are written.
func (m Mount) OptionsGiven() []string {
	if len(m.Given) < 3 || m.Given[2] == "" {
		return nil
	}
	return strings.Split(m.Given[2], ",")
}
