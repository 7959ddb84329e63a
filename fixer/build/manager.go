package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Manager is a package manager and what it leaves in the image.
type Manager struct {
	Name     string
	programs []string
	leaves   map[string]bool // subcommands that leave something behind
	Uses     map[string]bool // subcommands that need what was left, apt and apk only
	What     string          // what stays, for people
	Dirs     []string        // where it stays
	Clean    string          // command that takes it away; "" is the program's own "clean all"
}

// Managers are the package managers that are known.
var Managers = []*Manager{
	{
		Name: "apt", programs: []string{"apt-get", "apt", "aptitude"}, What: "package lists",
		leaves: text.WordSet("update"),
		Uses:   text.WordSet("install upgrade full-upgrade dist-upgrade safe-upgrade build-dep source download satisfy"),
		Dirs:   []string{"/var/lib/apt/lists"},
		Clean:  "rm -rf /var/lib/apt/lists/*",
	},
	{
		Name: "apk", programs: []string{"apk"}, What: "package index",
		leaves: text.WordSet("update add upgrade fix"),
		Uses:   text.WordSet("add upgrade fix"),
		Dirs:   []string{"/var/cache/apk", "/etc/apk/cache"},
		Clean:  "rm -rf /var/cache/apk/*",
	},
	{
		Name: "dnf", programs: []string{"dnf", "yum", "microdnf", "tdnf", "dnf5"}, What: "package metadata and cache",
		leaves: text.WordSet(`install update upgrade update-minimal upgrade-minimal groupinstall group groupupdate localinstall
			reinstall downgrade makecache module swap distro-sync distrosync builddep check-update`),
		Dirs: []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf"},
	},
	{
		Name: "zypper", programs: []string{"zypper"}, What: "package metadata and cache",
		leaves: text.WordSet("install in update up dist-upgrade dup refresh ref patch source-install si"),
		Dirs:   []string{"/var/cache/zypp"},
		Clean:  "zypper clean --all",
	},
}

// cleans reports whether a command takes away, on purpose, what the manager
// leaves: its own way of cleaning, or a deletion of its directory. A script with
// "clean" in its name is taken at its word.
func (m *Manager) cleans(c Command) bool {
	if own := c.Package; own != nil && own.Manager == m {
		switch {
		case own.Verb == "distclean", own.Verb == "dist-clean", m.Name == "zypper" && (own.Verb == "clean" || own.Verb == "cc"):
			return true
		case m.Name == "dnf" && own.Verb == "clean":
			return slices.ContainsFunc(c.Words[own.VerbWord:], func(w dockerfile.Word) bool { return w.Value == "all" })
		}
		return false
	}
	if strings.Contains(c.Name, "clean") && c.Name != "clean" {
		return true
	}
	deletes := false
	for k, w := range c.Words {
		switch name := path.Base(w.Value); {
		case name == "rm" || name == "find" || name == "cd" || name == "unlink":
			deletes = true
		case deletes && k > 0 && m.covers(w):
			return true
		}
	}
	return false
}

// covers reports whether a word names a directory of the manager, one above it, or
// what is in it.
func (m *Manager) covers(w dockerfile.Word) bool {
	for _, p := range braces(strings.Trim(w.Raw, `"'`)) {
		open := strings.TrimRight(p, "/*")
		for _, folder := range m.Dirs {
			if open == folder || strings.HasPrefix(folder, open+"/") && open != "" ||
				strings.HasPrefix(p, folder+"/") && strings.Contains(p, "*") {
				return true
			}
		}
	}
	return false
}

// braces expands {a,b} as bash does, up to a bound; without commas it leaves
// the text alone.
func braces(s string) []string {
	out := []string{s}
	for range 3 {
		var next []string
		for _, t := range out {
			from := strings.IndexByte(t, '{')
			to := strings.IndexByte(t, '}')
			if from < 0 || to < from || len(out) > 64 {
				next = append(next, t)
				continue
			}
			parts := strings.Split(t[from+1:to], ",")
			if len(parts) > 64 {
				next = append(next, t)
				continue
			}
			for _, part := range parts {
				next = append(next, t[:from]+part+t[to+1:])
			}
		}
		out = next
	}
	return out
}

// Mounted reports whether a RUN keeps a directory of the manager out of the image
// with a cache or tmpfs mount.
func (m *Manager) Mounted(i *dockerfile.Instruction) bool {
	for _, f := range i.Flags {
		if f.Name != "mount" {
			continue
		}
		kind, target := "", ""
		for _, part := range strings.Split(f.Value, ",") {
			key, value, _ := strings.Cut(strings.Trim(part, `"'`), "=")
			switch strings.ToLower(key) {
			case "type":
				kind = value
			case "target", "dst", "destination":
				target = strings.TrimRight(value, "/")
			}
		}
		if kind != "cache" && kind != "tmpfs" {
			continue
		}
		for _, folder := range m.Dirs {
			if strings.Contains(target, "$") || folder == target || strings.HasPrefix(folder, target+"/") {
				return true
			}
		}
	}
	return false
}

// leavesIn reports whether text that was not read leaves something behind.
func (m *Manager) leavesIn(text string) bool {
	return m.mentions(text, m.leaves) && !m.cleanedIn(text)
}

// mentions finds a subcommand of the manager in text that was not read.
func (m *Manager) mentions(text string, subs map[string]bool) bool {
	fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|()'\"\\", r) })
	for k, word := range fields {
		if !isProgram(m, word) {
			continue
		}
		for _, next := range fields[k+1 : min(len(fields), k+6)] {
			if subs[next] {
				return true
			}
			if !strings.HasPrefix(next, "-") {
				break
			}
		}
	}
	return false
}

func isProgram(m *Manager, word string) bool {
	return slices.Contains(m.programs, word[strings.LastIndexByte(word, '/')+1:])
}

var cleanVerbs = text.WordSet("clean cc distclean")

// cleanedIn reports whether text that was not read takes away what the manager
// leaves.
func (m *Manager) cleanedIn(text string) bool {
	for _, folder := range m.Dirs {
		if strings.Contains(text, folder) {
			return true
		}
	}
	return m.mentions(text, cleanVerbs) && m.Name != "apt" || strings.Contains(text, "--no-cache")
}
