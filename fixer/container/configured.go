package container

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/nginx"
)

// A configured is a directory that a configuration file of the repository tells the program
// of the container to write to, besides those that its image has for it. Without a directory
// it is something that only root may do.
type configured struct {
	dir, name string
	place     string
	caps      string // capabilities of root that it takes, with blanks between
}

// configurations are where servers have their configuration in their images, and what reads
// it.
var configurations = []struct {
	dir     string
	read    func(f *fixer.File) []configured
	decides bool // what is written it alone decides: the image has none of its own
}{
	{"/etc/nginx", nginxConfigured.Of, false},
	{"/usr/local/etc/haproxy", haproxyConfigured.Of, true},
	{"/etc/haproxy", haproxyConfigured.Of, true},
}

var nginxConfigured = fixer.Derive(func(f *fixer.File) []configured {
	if !bytes.Contains(f.Data, []byte("_log ")) && !bytes.Contains(f.Data, []byte("_path ")) && !bytes.Contains(f.Data, []byte("pid ")) || !bytes.Contains(f.Data, []byte(";")) {
		return nil
	}
	var out []configured
	for _, w := range nginx.Writes(f.Data) {
		out = append(out, configured{dir: w.Path, name: w.Name, place: place(f.Path, w.Line)})
	}
	return out
})

// configurationFiles are the files of the repository that may configure a server.
var configurationFiles = fixer.NewIndex(func(f *fixer.File) bool {
	return f.Kind == fixer.Project && (len(nginxConfigured.Of(f)) > 0 || isHAProxy(f.Data))
}, func(files []*fixer.File) []*fixer.File { return files })

// readConfigured finds the configuration files that a service mounts, and those that the
// Dockerfile which makes its image copies.
func (s *Spec) readConfigured(p *fixer.Pass, v compose.View) {
	for _, c := range configurations {
		for _, m := range v.Mounts() {
			if !strings.HasPrefix(m.Source, ".") || !within(c.dir, m.Target) {
				continue
			}
			at := path.Join(path.Dir(m.Setting.File), m.Source)
			for _, f := range filesAt(configurationFiles.Of(p), at) {
				s.configure(c.dir, c.read(f))
			}
		}
		for _, b := range s.Image.builds {
			for _, stage := range b.Stage.Chain() {
				for _, i := range stage.Instructions {
					sources := dockerfile.ContextSources(i)
					if len(sources) == 0 || !within(c.dir, path.Clean(i.Words[len(i.Words)-1].Value)) {
						continue
					}
					for _, source := range sources {
						if source.Dynamic {
							continue
						}
						for _, sent := range p.Topology().Sent(b.Path, source.Value) {
							if f := fileAt(configurationFiles.Of(p), sent.Path); f != nil {
								s.configure(c.dir, c.read(f))
							}
						}
					}
				}
			}
		}
	}
}

// fileAt finds a file among some that are sorted by path; nil where it is not there.
func fileAt(files []*fixer.File, at string) *fixer.File {
	if k, ok := searchPath(files, at); ok {
		return files[k]
	}
	return nil
}

// filesAt finds the file at a path and those below it among some that are sorted by path.
func filesAt(files []*fixer.File, at string) []*fixer.File {
	var out []*fixer.File
	if f := fileAt(files, at); f != nil {
		out = append(out, f)
	}
	for k, _ := searchPath(files, at+"/"); k < len(files) && strings.HasPrefix(files[k].Path, at+"/"); k++ {
		out = append(out, files[k])
	}
	return out
}

func searchPath(files []*fixer.File, at string) (int, bool) {
	return slices.BinarySearchFunc(files, at, func(f *fixer.File, at string) int { return strings.Compare(f.Path, at) })
}

func (s *Spec) configure(dir string, says []configured) {
	s.configured = append(s.configured, says...)
	s.configurations = append(s.configurations, dir)
}

// unreadConfiguration is where a configuration comes from outside the image that nobody here
// has read, and that may name places to write to; "" where all is read.
func (s *Spec) unreadConfiguration() string {
	if len(s.Settings) > 0 {
		return "" // a ConfigMap of the repository has it
	}
	for _, c := range configurations {
		if !c.decides || slices.Contains(s.configurations, c.dir) {
			continue
		}
		for _, m := range s.Mounts {
			if within(c.dir, m.Target) {
				return m.Target
			}
		}
	}
	return ""
}

// configuredCaps are the capabilities that what is configured takes of root.
func (s *Spec) configuredCaps() (caps []string, because fixer.Evidence) {
	for _, c := range s.configured {
		if c.caps != "" {
			caps, because = union(caps, strings.Fields(c.caps)), c.evidence()
		}
	}
	if says, ok := s.Image.Becomes(); ok && !s.replacesStart() {
		caps, because = union(caps, []string{"CHOWN", "SETGID", "SETUID"}), says
	}
	return caps, because
}

// writesElsewhere returns a directory that the configuration names, for which nothing is
// mounted and no empty place is given; nil where there is none.
func (s *Spec) writesElsewhere(d *ReadOnlyDecision) *configured {
	for i, c := range s.configured {
		if c.dir != "" && !s.Mounted(c.dir) && !tmpfsOfDocker(c.dir) && !covered(d, c.dir) {
			return &s.configured[i]
		}
	}
	return nil
}

// writesAsRoot returns what the configuration names that only root may do: chroot, and writing
// to directories, all but those that are given an empty place. nil where there is nothing.
func (s *Spec) writesAsRoot() *configured {
	for i, c := range s.configured {
		if c.dir == "" && c.name == "chroot" {
			return &s.configured[i]
		}
		if c.dir != "" && !anyones(c.dir) && !slices.ContainsFunc(s.Mounts, func(m Mount) bool { return m.Kind == MountScratch && within(m.Target, c.dir) }) {
			return &s.configured[i]
		}
	}
	return nil
}

// tmpfsOfDocker reports whether Docker mounts a directory in each container.
func tmpfsOfDocker(dir string) bool { return within("/dev", dir) }

// anyones reports whether every user may write to a directory.
func anyones(dir string) bool {
	return within("/dev", dir) || within("/tmp", dir) || within("/var/tmp", dir)
}

// says tells what names the directory.
func (c *configured) says() string {
	if c.dir == "" {
		return fmt.Sprintf("%s in %s needs root", c.name, path.Base(c.place))
	}
	return fmt.Sprintf("%s in %s writes to %s", c.name, path.Base(c.place), c.dir)
}

// instead is what a person can do about it.
func (c *configured) instead(s *Spec) string {
	if c.dir == "" {
		return "Remove " + c.name + " from the configuration"
	}
	if s.Mounted(c.dir) {
		return "Give what is mounted at " + c.dir + " to the user"
	}
	if strings.HasSuffix(c.name, "_log") {
		return "Send the log to /dev/stdout or /dev/stderr, or mount a volume at " + c.dir
	}
	return "Mount a volume at " + c.dir + " that the server can write to"
}

func (c *configured) evidence() fixer.Evidence {
	if c.dir == "" {
		return fixer.Evidence{Kind: fixer.FromRepository, Place: c.place, Text: "The configuration sets " + c.name}
	}
	return fixer.Evidence{Kind: fixer.FromRepository, Place: c.place, Text: "The configuration names " + c.dir + " (" + c.name + ")"}
}
