package compose

import (
	"path"
	"strings"

	"oakum/fixer/compose"
	"oakum/fixer/yamldoc"
)

// A mount is one entry of a service's volumes or tmpfs.
type mount struct {
	source  string // host path or volume name, "" for an anonymous one
	target  string // path in the container
	node    *yamldoc.Node
	setting compose.Setting
}

// mounts returns what a service mounts, in either form of writing.
func mounts(v compose.View) []mount {
	var out []mount
	for _, s := range v.List("volumes") {
		m := mount{node: s.Node, setting: s}
		if text := s.Node.Text(); text != "" {
			text, _ = compose.Expand(text)
			parts := strings.Split(text, ":")
			if m.target = parts[0]; len(parts) > 1 {
				m.source, m.target = parts[0], parts[1]
			}
		} else {
			m.source, _ = compose.Expand(s.Node.Get("source").Text())
			m.target, _ = compose.Expand(s.Node.Get("target").Text())
		}
		m.target = path.Clean(m.target)
		if path.IsAbs(m.source) {
			m.source = path.Clean(m.source)
		}
		out = append(out, m)
	}
	for _, s := range append(v.List("tmpfs"), tmpfsText(v)...) {
		target, _, _ := strings.Cut(s.Node.Text(), ":")
		out = append(out, mount{target: path.Clean(target), node: s.Node, setting: s})
	}
	return out
}

// tmpfsText covers tmpfs written as one string instead of a list.
func tmpfsText(v compose.View) []compose.Setting {
	if s := v.Setting("tmpfs"); s.Node.Text() != "" {
		return []compose.Setting{s}
	}
	return nil
}

// mounted reports whether the service mounts the path or a folder above it.
func mounted(v compose.View, at string) bool {
	at = inRun(at)
	for _, m := range mounts(v) {
		if target := inRun(m.target); target == at || strings.HasPrefix(at, target+"/") {
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
