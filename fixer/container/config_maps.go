package container

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Setting is one that a configuration file makes which is mounted into the container,
// of those that tell where the application writes, how much memory it takes, or whom it
// becomes.
type Setting struct {
	Name, Value string
	Place       string
	File        string // the file's own name
}

// A configFile is what a file in a ConfigMap sets.
type configFile struct {
	key      string
	settings []Setting
}

// configMaps are the files in ConfigMaps that set something of this kind, by namespace
// and name.
var configMaps = fixer.NewIndex(
	func(f *fixer.File) bool { return len(configFiles.Of(f)) > 0 },
	func(files []*fixer.File) map[[2]string][]configFile {
		out := map[[2]string][]configFile{}
		for _, f := range files {
			for at, list := range configFiles.Of(f) {
				out[at] = append(out[at], list...)
			}
		}
		return out
	})

var configFiles = fixer.Derive(func(f *fixer.File) map[[2]string][]configFile {
	if f.Kind != fixer.Kubernetes {
		return nil
	}
	var out map[[2]string][]configFile
	for _, o := range f.Objects {
		if o.Kind != "ConfigMap" || o.Group() != "" {
			continue
		}
		for key, value := range o.Node.Get("data").All() {
			if !isConfiguration(key) {
				continue
			}
			if list := settingsIn(f, key, value); len(list) > 0 {
				if out == nil {
					out = map[[2]string][]configFile{}
				}
				at := [2]string{o.Namespace, o.Name}
				out[at] = append(out[at], configFile{key, list})
			}
		}
	}
	return out
})

// isConfiguration reports whether a file is by its name one of settings, a line each.
func isConfiguration(name string) bool {
	switch path.Ext(name) {
	case ".conf", ".cfg", ".cnf", ".ini", ".yml", ".yaml", ".toml", ".properties", ".xml", ".config", ".options":
		return true
	}
	return false
}

// What a line of a configuration file may set: an absolute path after a name, memory, or
// an account and a root directory of its own to change to.
var (
	pathSetting   = text.Regexp(`^\s*([\w .\-<>"'=:\[\]]{2,60}?)[\s"'=:>]+(/[\w./-]+)`)
	memorySetting = text.Regexp(`^\s*(maxmemory|innodb[-_]buffer[-_]pool[-_]size|shared_buffers)\s*[= ]\s*'?([0-9]+[kKmMgG]?[bB]?)\b`)
	heapSetting   = text.Regexp(`^-X(m[sx])([0-9]+[kKmMgG])$`)
	userSetting   = text.Regexp(`^\s*user\s+([a-z_][\w-]*)(?:\s+[a-z_][\w-]*)?\s*;?\s*$`)
	dirSetting    = text.Regexp(`^\s*dir\s+(/[\w./-]+)\s*$`)
	rootSetting   = text.Regexp(`^\s*chroot\s+(/[\w./-]*)`)
)

// settingsIn reads a file of settings as far as its lines are of the forms above.
func settingsIn(f *fixer.File, key string, value *yamldoc.Node) []Setting {
	first := value.Line
	if strings.Contains(value.Text(), "\n") {
		first++ // the text begins below its key
	}
	return readSettings(f.Path, key, value.Text(), first)
}

// readSettings is settingsIn for a text that begins on a line of a file.
func readSettings(file, key, whole string, first int) []Setting {
	if strings.HasPrefix(whole, "#!") {
		return nil
	}
	var out []Setting
	place := ""
	line := 0
	for words := range strings.Lines(whole) {
		line++
		words = strings.TrimRight(words, "\r\n")
		if shown := strings.TrimSpace(words); shown == "" || strings.ContainsRune("#;", rune(shown[0])) || strings.HasPrefix(shown, "//") {
			continue
		}
		add := func(re *text.Pattern, name string) bool {
			m := re.FindStringSubmatch(words)
			if m == nil {
				return false
			}
			if name == "" {
				name = strings.TrimSpace(strings.NewReplacer("<", " ", ">", " ", `"`, " ", "'", " ", "=", " ", "[", " ", "]", " ").Replace(m[1]))
			}
			place = file + ":" + strconv.Itoa(first+line-1)
			out = append(out, Setting{Name: name, Value: m[len(m)-1], Place: place, File: key})
			return true
		}
		switch {
		case add(rootSetting(), "chroot"), add(userSetting(), "user"), add(memorySetting(), ""), add(heapSetting(), ""), add(dirSetting(), "data dir"):
		case namesForWriting(words):
			add(pathSetting(), "")
		}
	}
	return out
}

// namesForWriting reports whether a line holds a word of those that tell of a path that it
// is written to: most hold none, and are not looked at any further.
func namesForWriting(line string) bool {
	before, _, found := strings.Cut(line, "/")
	if !found {
		return false
	}
	words := nameWords(strings.NewReplacer("<", " ", ">", " ", `"`, " ", "'", " ", "=", " ", "[", " ").Replace(before))
	return slices.ContainsFunc(words, func(w string) bool { return scratchWords[w] || dataWords[w] })
}

// readConfiguration takes over what the files set that the container mounts from ConfigMaps.
func (s *Spec) readConfiguration(p *fixer.Pass, c kube.Container) {
	mounts := c.Mounts()
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		var maps []*yamldoc.Node
		if m := v.Get("configMap"); m != nil {
			maps = append(maps, m)
		}
		for _, source := range v.Get("projected").Get("sources").List() {
			if m := source.Get("configMap"); m != nil {
				maps = append(maps, m)
			}
		}
		for _, m := range maps {
			for _, mount := range mounts {
				if mount.Volume != v.Get("name").Text() {
					continue
				}
				for _, file := range configMaps.Of(p)[[2]string{c.Workload.Namespace, m.Get("name").Text()}] {
					if only := mount.Node.Get("subPath").Text(); only == "" || only == placedAs(m.Get("items"), file.key) {
						s.Settings = append(s.Settings, file.settings...)
					}
				}
			}
		}
	}
}

// placedAs is the path that a volume gives to a key of a ConfigMap.
func placedAs(items *yamldoc.Node, key string) string {
	for _, item := range items.List() {
		if item.Get("key").Text() == key {
			return item.Get("path").Text()
		}
	}
	return key
}

// becomesByConfiguration returns what a mounted configuration needs that makes a process
// which starts as root another user, or gives it another root directory.
func (s *Spec) becomesByConfiguration() (need []string, evidence []fixer.Evidence) {
	for _, one := range s.Settings {
		switch one.Name {
		case "user":
			need = union(need, []string{"SETGID", "SETUID"})
		case "chroot":
			need = union(need, []string{"SETGID", "SETUID", "SYS_CHROOT"})
		default:
			continue
		}
		evidence = append(evidence, fixer.Evidence{Kind: s.Kind, Place: one.Place, Text: one.File + " sets " + one.Name + " to " + short(one.Value, 60)})
	}
	return need, evidence
}
