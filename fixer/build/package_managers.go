package build

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// A Manager is a package manager and what it leaves in the image.
type Manager struct {
	Name     string
	programs []string
	Options  map[string]bool // options before or behind the subcommand that take the next word
	Leaves   map[string]bool // subcommands that leave something behind
	Uses     map[string]bool // subcommands that need what was left, apt and apk only
	What     string          // what stays, for people
	Dirs     []string        // where it stays
	Clean    string          // command that takes it away; "" is the program's own "clean all"
}

var Managers = []*Manager{
	{
		Name: "apt", programs: []string{"apt-get", "apt", "aptitude"}, What: "package lists",
		Options: text.WordSet("-o --option -t --target-release --default-release -c --config-file -a --host-architecture"),
		Leaves:  text.WordSet("update"),
		Uses:    text.WordSet("install upgrade full-upgrade dist-upgrade safe-upgrade build-dep source download satisfy"),
		Dirs:    []string{"/var/lib/apt/lists"},
		Clean:   "rm -rf /var/lib/apt/lists/*",
	},
	{
		Name: "apk", programs: []string{"apk"}, What: "package index",
		Options: text.WordSet("-X --repository -p --root -t --virtual --keys-dir --repositories-file --cache-dir --arch --wait"),
		Leaves:  text.WordSet("update add upgrade fix"),
		Uses:    text.WordSet("add upgrade fix"),
		Dirs:    []string{"/var/cache/apk", "/etc/apk/cache"},
		Clean:   "rm -rf /var/cache/apk/*",
	},
	{
		Name: "dnf", programs: []string{"dnf", "yum", "microdnf", "tdnf", "dnf5"}, What: "package metadata and cache",
		Options: text.WordSet("-c --config -x --exclude --enablerepo --disablerepo --repo --repoid --setopt --releasever --installroot -d -e"),
		Leaves: text.WordSet(`install update upgrade update-minimal upgrade-minimal groupinstall group groupupdate localinstall
			reinstall downgrade makecache module swap distro-sync distrosync builddep check-update`),
		Dirs: []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf"},
	},
	{
		Name: "zypper", programs: []string{"zypper"}, What: "package metadata and cache",
		Options: text.WordSet("-R --root -D --reposd-dir -C --cache-dir -c --config"),
		Leaves:  text.WordSet("install in update up dist-upgrade dup refresh ref patch source-install si"),
		Dirs:    []string{"/var/cache/zypp"},
		Clean:   "zypper clean --all",
	},
}

// A PackageCall is one run of a package manager.
type PackageCall struct {
	dockerfile.Command
	Manager  *Manager
	Program  string
	Verb     string // subcommand, "" when it is not static
	VerbWord int    // its index among the words
	sudo     bool
	noCache  bool // apk is told to keep nothing, or fetches nothing
}

// ReadPackageCall recognises a package manager behind sudo and env.
func ReadPackageCall(c dockerfile.Command) (PackageCall, bool) {
	out := PackageCall{Command: c}
	k := 0
	for k < len(c.Words) && !c.Words[k].Dynamic {
		name := path.Base(c.Words[k].Value)
		if name != "sudo" && name != "env" {
			break
		}
		out.sudo = out.sudo || name == "sudo"
		for k++; k < len(c.Words) && WrapperWord(c.Words[k].Raw); k++ {
		}
	}
	if k >= len(c.Words) || c.Words[k].Dynamic {
		return out, false
	}
	out.Program = path.Base(c.Words[k].Value)
	i := slices.IndexFunc(Managers, func(m *Manager) bool { return slices.Contains(m.programs, out.Program) })
	if i < 0 {
		return out, false
	}
	out.Manager = Managers[i]
	out.readWords(c.Words, k+1)
	return out, !out.elsewhere()
}

// WrapperWord reports whether a word belongs to sudo or env: an option or an
// assignment.
func WrapperWord(raw string) bool {
	name, _, assigned := strings.Cut(raw, "=")
	return strings.HasPrefix(raw, "-") || assigned && !strings.ContainsAny(name, "/. ")
}

func (c *PackageCall) readWords(words []dockerfile.Word, from int) {
	for k := from; k < len(words); k++ {
		w := words[k]
		switch {
		case w.Value == "--no-cache" || w.Value == "--no-network" || OptionsVariable.MatchString(w.Raw):
			c.noCache = true
		case strings.HasPrefix(w.Value, "-"):
			if c.Manager.Options[w.Value] {
				k++
			}
		case c.VerbWord == 0 && !w.Dynamic:
			c.Verb, c.VerbWord = w.Value, k
		}
	}
}

// OptionsVariable matches a variable that holds options by its name.
var OptionsVariable = regexp.MustCompile(`^"?\$\{?\w*(?i:opts?|flags?|args?|options)\}?"?$`)

// elsewhere reports whether the call works on another root folder than the
// image's, which is copied from and not kept.
func (c *PackageCall) elsewhere() bool {
	return slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return name == "--installroot" || name == "--root" || c.Program == "apk" && name == "-p"
	})
}

// LeavesFiles reports whether the call leaves something behind.
func (c *PackageCall) LeavesFiles() bool { return c.Manager.Leaves[c.Verb] && !c.noCache }

// FetchesLists reports whether the call brings what later calls need.
func (c *PackageCall) FetchesLists() bool {
	return c.Verb == "update" || c.Manager.Name == "apk" && (c.noCache || slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		return w.Value == "--update-cache" || w.Value == "--update" || w.Value == "-U"
	}))
}

// CleanCommand is the command that takes away what the call left.
func (c *PackageCall) CleanCommand() string {
	text := c.Manager.Clean
	if text == "" {
		text = c.Program + " clean all"
	}
	if c.sudo {
		text = "sudo " + text
	}
	return text
}

// cleans reports whether a command takes away, on purpose, what the manager
// leaves: its own way of cleaning, or a deletion of its folder. A script with
// "clean" in its name is taken at its word.
func (m *Manager) cleans(c dockerfile.Command) bool {
	if own, ok := ReadPackageCall(c); ok && own.Manager == m {
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

// covers reports whether a word names a folder of the manager, one above it, or
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

// Mounted reports whether a RUN keeps a folder of the manager out of the image
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

// RunsUnread reports whether a command runs something that is not in the file and
// may call a package manager itself.
func RunsUnread(c dockerfile.Command) bool {
	if len(c.Words) == 0 {
		return false
	}
	first := c.Words[0]
	if first.Dynamic {
		return true
	}
	switch c.Name {
	case "sh", "bash", "ash", "dash", "source", ".":
		return true
	case "ansible-playbook", "chef-client", "puppet", "salt-call":
		return true
	}
	if strings.HasSuffix(first.Value, ".sh") {
		return true
	}
	dir := path.Dir(first.Value)
	return strings.Contains(first.Value, "/") && !strings.HasSuffix(dir, "/bin") && !strings.HasSuffix(dir, "/sbin") && dir != "/bin" && dir != "/sbin"
}
