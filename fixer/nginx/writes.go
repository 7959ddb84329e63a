package nginx

import (
	"path"
	"slices"
	"strings"
)

// A Write is a file or directory that a configuration tells the server to write to.
type Write struct {
	Path string // the directory that has to be writable
	Name string // the directive
	Line int
}

// Writes returns what a configuration tells the server to write to besides the places that
// images of nginx have for it: logs, caches, its number and what it keeps for a request. A path that a
// variable decides is left out.
func Writes(data []byte) []Write {
	list, err := Parse(data)
	if err != nil {
		return nil
	}
	var out []Write
	_ = each(list, func(d *Directive) error {
		at := d.Arg(0)
		switch {
		case at == "" || strings.Contains(at, "$"):
			return nil
		case d.Name == "access_log" || d.Name == "error_log":
			if openLog(at) || strings.HasPrefix(at, "memory:") {
				return nil
			}
		case d.Name == "pid" || d.Name == "lock_file":
			if at == "off" {
				return nil
			}
		case !strings.HasSuffix(d.Name, "_temp_path") && !strings.HasSuffix(d.Name, "_cache_path"):
			return nil
		}
		if !path.IsAbs(at) {
			at = path.Join(prefix, at)
		}
		if at = path.Clean(at); within("/var/cache/nginx", at) || within("/dev", at) || within("/run", at) || within("/var/run", at) {
			return nil
		}
		if strings.HasSuffix(d.Name, "_log") || d.Name == "pid" || d.Name == "lock_file" {
			at = path.Dir(at)
		}
		if !slices.ContainsFunc(out, func(w Write) bool { return w.Path == at }) {
			out = append(out, Write{Path: at, Name: d.Name, Line: d.Line})
		}
		return nil
	})
	return out
}

// prefix is what relative paths of the images begin with.
const prefix = "/etc/nginx"

func within(dir, at string) bool { return at == dir || strings.HasPrefix(at, dir+"/") }
