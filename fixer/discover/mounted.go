package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/disk"
)

const (
	// maxMounted bounds the size of a configuration file that a service is given.
	maxMounted = 256 << 10

	// maxMountedFiles bounds how many of them are read in all, and maxMountedIn how many
	// entries a directory has that is looked into.
	maxMountedFiles = 500
	maxMountedIn    = 64
)

// readMounted reads the configuration files of the repository that Compose files mount
// or give as configs, which say whom a server connects to, and the scripts, which services
// may start with. Files that a person keeps
// private by their name or ending, keys and certificates, are not among them.
func (l *loader) readMounted() {
	var files []string
	for p, s := range l.sources {
		if s.Kind == fixer.Compose && s.Skip == nil && (bytes.Contains(s.Data, []byte("volumes")) || bytes.Contains(s.Data, []byte("configs"))) {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	left := maxMountedFiles
	for _, p := range files {
		for _, m := range mountedRefs(l.sources[p].Data) {
			if !strings.HasPrefix(m.source, ".") && !m.config || strings.Contains(m.source, "$") {
				continue
			}
			at, problem := l.locate(p, m.source)
			if problem != "" {
				continue
			}
			for _, file := range l.mountedAt(at, m.target) {
				if left > 0 && l.sources[file] == nil && l.addMounted(file) {
					left--
				}
			}
		}
	}
}

// mountedAt are the configuration files and scripts that are mounted with a file or
// directory. Configuration of a directory counts where that is mounted where configuration
// lies.
func (l *loader) mountedAt(at, target string) []string {
	info, err := l.root.Stat(at)
	switch {
	case err != nil:
		return nil
	case info.Mode().IsRegular():
		if compose.IsConfiguration(at) || isScript(path.Base(at)) {
			return []string{at}
		}
		return nil
	case !info.IsDir():
		return nil
	}
	holds := compose.HoldsConfiguration(target)
	entries, err := l.dirs.entries(at, maxMountedIn)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if name := path.Join(at, e.Name()); e.Type().IsRegular() && isScript(e.Name()) || holds && e.Type().IsRegular() && compose.IsConfiguration(name) && (!isProject(e.Name()) || path.Ext(name) == ".conf" || path.Ext(name) == ".ini") {
			out = append(out, name)
		}
	}
	return out
}

func (l *loader) addMounted(p string) bool {
	data, skip := disk.Read(l.root, p, maxMounted)
	if skip != nil || notText(data) != nil {
		return false
	}
	context := path.Ext(p) != ".conf" || !l.isSelected(p)
	l.sources[p] = &fixer.Source{Path: p, Kind: fixer.Project, Data: data, Context: context}
	return true
}

// A mountedRef is a file or directory that a Compose file gives to a service.
type mountedRef struct {
	source, target string
	config         bool
}

func mountedRefs(data []byte) []mountedRef {
	var out []mountedRef
	for _, root := range rootNodes(data) {
		for _, service := range root.Own("services").All() {
			for _, v := range service.Own("volumes").ListOrOne() {
				m := mountedRef{source: v.Get("source").Text(), target: v.Get("target").Text()}
				if short := v.Text(); short != "" {
					parts := strings.Split(short, ":")
					if len(parts) < 2 {
						continue
					}
					m.source, m.target = parts[0], parts[1]
				}
				out = append(out, m)
			}
		}
		for _, c := range root.Own("configs").All() {
			if file := c.Get("file").Text(); file != "" {
				out = append(out, mountedRef{source: file, config: true})
			}
		}
	}
	return out
}
