package container

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// isHAProxy reports whether a file is most likely a configuration of HAProxy: it has sections
// at the beginning of lines.
func isHAProxy(data []byte) bool {
	sections := 0
	for line := range bytes.Lines(data) {
		if len(line) > 0 && line[0] >= 'a' && line[0] <= 'z' {
			word, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
			if !slices.Contains(haproxySections, string(word)) {
				return false
			}
			sections++
		}
	}
	return sections > 0
}

var haproxySections = strings.Fields("global defaults frontend backend listen resolvers peers mailers userlist cache program http-errors ring log-forward")

// haproxyConfigured reads what a configuration of HAProxy names besides addresses: sockets and
// pid files that are written, and what only root may do.
var haproxyConfigured = fixer.Derive(func(f *fixer.File) []configured {
	var out []configured
	if !isHAProxy(f.Data) {
		return nil
	}
	line, global := 0, false
	for text := range strings.Lines(string(f.Data)) {
		line++
		text, _, _ = strings.Cut(text, "#")
		if text != "" && text[0] >= 'a' && text[0] <= 'z' {
			global = strings.TrimSpace(text) == "global"
		}
		words := strings.Fields(text)
		if len(words) < 2 {
			continue
		}
		at, written := place(f.Path, line), ""
		switch {
		case words[0] == "chroot":
			out = append(out, configured{name: "chroot", place: at, caps: "SYS_CHROOT"})
		case slices.Contains([]string{"user", "uid", "group", "gid"}, words[0]) && global:
			out = append(out, configured{name: words[0], place: at, caps: "SETGID SETUID"})
		case words[0] == "stats" && words[1] == "socket" && len(words) > 2:
			written = words[2]
		case words[0] == "bind" || words[0] == "pidfile":
			written = words[1]
		}
		written = strings.TrimPrefix(written, "unix@")
		if path.IsAbs(written) && !strings.Contains(written, "$") {
			name := words[0]
			if name == "stats" {
				name = "stats socket"
			}
			out = append(out, configured{dir: path.Dir(path.Clean(written)), name: name, place: at})
		}
	}
	return out
})
