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
// of the container to write to, besides those that its image has for it.
type configured struct {
	dir, name string
	place     string
}

// nginxWrites are what the configuration files of nginx in the repository name, by file.
var nginxWrites = fixer.NewIndex(func(f *fixer.File) bool { return f.Kind == fixer.Project && len(writesOfNginx.Of(f)) > 0 }, func(files []*fixer.File) map[string][]nginx.Write {
	out := make(map[string][]nginx.Write, len(files))
	for _, f := range files {
		out[f.Path] = writesOfNginx.Of(f)
	}
	return out
})

var writesOfNginx = fixer.Derive(func(f *fixer.File) []nginx.Write {
	if !bytes.Contains(f.Data, []byte("_log ")) && !bytes.Contains(f.Data, []byte("_path ")) || !bytes.Contains(f.Data, []byte(";")) {
		return nil
	}
	return nginx.Writes(f.Data)
})

// configuredIn is where the configuration of nginx lies in an image.
const configuredIn = "/etc/nginx"

// readConfigured finds the configuration files that a service mounts, and those that the
// Dockerfile which makes its image copies.
func (s *Spec) readConfigured(p *fixer.Pass, v compose.View) {
	var files map[string][]nginx.Write
	add := func(file string) {
		for _, w := range files[file] {
			s.configured = append(s.configured, configured{w.Path, w.Name, place(file, w.Line)})
		}
	}
	load := func() bool {
		if files == nil {
			files = nginxWrites.Of(p)
		}
		return len(files) > 0
	}
	for _, m := range v.Mounts() {
		if !strings.HasPrefix(m.Source, ".") || !within(configuredIn, m.Target) || !load() {
			continue
		}
		at := path.Join(path.Dir(m.Setting.File), m.Source)
		for _, file := range sortedKeys(files) {
			if file == at || strings.HasPrefix(file, at+"/") {
				add(file)
			}
		}
	}
	for _, b := range s.Image.builds {
		for _, stage := range b.Stage.Chain() {
			for _, i := range stage.Instructions {
				sources := dockerfile.ContextSources(i)
				if len(sources) == 0 || !within(configuredIn, path.Clean(i.Words[len(i.Words)-1].Value)) || !load() {
					continue
				}
				for _, source := range sources {
					if source.Dynamic {
						continue
					}
					for _, sent := range p.Topology().Sent(b.Path, source.Value) {
						add(sent.Path)
					}
				}
			}
		}
	}
}

func sortedKeys(files map[string][]nginx.Write) []string {
	out := make([]string, 0, len(files))
	for file := range files {
		out = append(out, file)
	}
	slices.Sort(out)
	return out
}

// writesElsewhere returns a directory that the configuration names, for which nothing is
// mounted; nil where there is none.
func (s *Spec) writesElsewhere() *configured {
	for i, c := range s.configured {
		if !s.Mounted(c.dir) {
			return &s.configured[i]
		}
	}
	return nil
}

// writesAsRoot returns a directory that the configuration names and that only root may
// write to: all but those that are given an empty place. nil where there is none.
func (s *Spec) writesAsRoot() *configured {
	for i, c := range s.configured {
		if !slices.ContainsFunc(s.Mounts, func(m Mount) bool { return m.Kind == MountScratch && within(m.Target, c.dir) }) {
			return &s.configured[i]
		}
	}
	return nil
}

// says tells what names the directory.
func (c *configured) says() string {
	return fmt.Sprintf("%s in %s writes to %s", c.name, path.Base(c.place), c.dir)
}

// instead is what a person can do about it.
func (c *configured) instead(s *Spec) string {
	if s.Mounted(c.dir) {
		return "Give what is mounted at " + c.dir + " to the user"
	}
	if strings.HasSuffix(c.name, "_log") {
		return "Send the log to /dev/stdout or /dev/stderr, or mount a volume at " + c.dir
	}
	return "Mount a volume at " + c.dir + " that the server can write to"
}

func (c *configured) evidence() fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromRepository, Place: c.place, Text: "The configuration names " + c.dir + " (" + c.name + ")"}
}
