package container

import (
	"path"

	"github.com/oakum-sec/oakum/fixer/text"
)

// shells run the file that is their first argument.
var shells = text.WordSet("sh bash ash dash ksh zsh busybox")

// mountedStart returns the file that the container starts with, where the file is mounted
// and not of the image: what it needs and writes the image is not known for. "" for none.
func (s *Spec) mountedStart() string {
	if !s.replacesStart() {
		return ""
	}
	for _, at := range s.startedFiles() {
		if s.mountsFile(at) {
			return at
		}
	}
	return ""
}

// startedFiles are the files that the command line starts by their paths, itself or with a
// shell.
func (s *Spec) startedFiles() []string {
	var out []string
	for _, r := range s.starts() {
		for _, c := range r.Commands {
			at := ""
			if k := c.ProgramWord; k < len(c.Words) && !c.Words[k].Dynamic {
				at = c.Words[k].Value
			}
			if list := c.Plain(); shells[c.Program] && len(list) > 0 && !c.HandsRead {
				at = list[0]
			}
			if !path.IsAbs(at) && path.Base(at) == at {
				continue // found in PATH
			}
			if where, ok := s.resolve(at, r.Dir); ok {
				out = append(out, where)
			}
		}
	}
	return out
}

// mountsFile reports whether a file comes from outside the image, by itself or with its
// directory.
func (s *Spec) mountsFile(at string) bool {
	for _, m := range s.Mounts {
		if (m.Host != "" || m.Kind == MountFiles) && within(m.Target, at) {
			return true
		}
	}
	return false
}
