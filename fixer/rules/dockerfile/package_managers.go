package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// A manager is a package manager and what it leaves in the image.
type manager struct {
	name     string
	programs []string
	options  map[string]bool // options before or behind the subcommand that take the next word
	leaves   map[string]bool // subcommands that leave something behind
	uses     map[string]bool // subcommands that need what was left, apt and apk only
	what     string          // what stays, for people
	folders  []string        // where it stays
	clean    string          // command that takes it away; "" is the program's own "clean all"
}

var managers = []*manager{
	{
		name: "apt", programs: []string{"apt-get", "apt", "aptitude"}, what: "package lists",
		options: text.WordSet("-o --option -t --target-release --default-release -c --config-file -a --host-architecture"),
		leaves:  text.WordSet("update"),
		uses:    text.WordSet("install upgrade full-upgrade dist-upgrade safe-upgrade build-dep source download satisfy"),
		folders: []string{"/var/lib/apt/lists"},
		clean:   "rm -rf /var/lib/apt/lists/*",
	},
	{
		name: "apk", programs: []string{"apk"}, what: "package index",
		options: text.WordSet("-X --repository -p --root -t --virtual --keys-dir --repositories-file --cache-dir --arch --wait"),
		leaves:  text.WordSet("update add upgrade fix"),
		uses:    text.WordSet("add upgrade fix"),
		folders: []string{"/var/cache/apk", "/etc/apk/cache"},
		clean:   "rm -rf /var/cache/apk/*",
	},
	{
		name: "dnf", programs: []string{"dnf", "yum", "microdnf", "tdnf", "dnf5"}, what: "package metadata and cache",
		options: text.WordSet("-c --config -x --exclude --enablerepo --disablerepo --repo --repoid --setopt --releasever --installroot -d -e"),
		leaves: text.WordSet(`install update upgrade update-minimal upgrade-minimal groupinstall group groupupdate localinstall
			reinstall downgrade makecache module swap distro-sync distrosync builddep check-update`),
		folders: []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf"},
	},
	{
		name: "zypper", programs: []string{"zypper"}, what: "package metadata and cache",
		options: text.WordSet("-R --root -D --reposd-dir -C --cache-dir -c --config"),
		leaves:  text.WordSet("install in update up dist-upgrade dup refresh ref patch source-install si"),
		folders: []string{"/var/cache/zypp"},
		clean:   "zypper clean --all",
	},
}

// A call is one run of a package manager.
type call struct {
	dockerfile.Command
	manager *manager
	program string
	sub     string // subcommand, "" when it is not static
	subWord int    // its index among the words
	sudo    bool
	noCache bool // apk is told to keep nothing, or fetches nothing
}

// readCall recognises a package manager behind sudo and env.
func readCall(c dockerfile.Command) (call, bool) {
	out := call{Command: c}
	k := 0
	for k < len(c.Words) && !c.Words[k].Dynamic {
		name := path.Base(c.Words[k].Value)
		if name != "sudo" && name != "env" {
			break
		}
		out.sudo = out.sudo || name == "sudo"
		for k++; k < len(c.Words) && wrapperWord(c.Words[k].Raw); k++ {
		}
	}
	if k >= len(c.Words) || c.Words[k].Dynamic {
		return out, false
	}
	out.program = path.Base(c.Words[k].Value)
	i := slices.IndexFunc(managers, func(m *manager) bool { return slices.Contains(m.programs, out.program) })
	if i < 0 {
		return out, false
	}
	out.manager = managers[i]
	out.readWords(c.Words, k+1)
	return out, !out.elsewhere()
}

// wrapperWord reports whether a word belongs to sudo or env: an option or an
// assignment.
func wrapperWord(raw string) bool {
	name, _, assigned := strings.Cut(raw, "=")
	return strings.HasPrefix(raw, "-") || assigned && !strings.ContainsAny(name, "/. ")
}

func (c *call) readWords(words []dockerfile.Word, from int) {
	for k := from; k < len(words); k++ {
		w := words[k]
		switch {
		case w.Value == "--no-cache" || w.Value == "--no-network" || flagVariable.MatchString(w.Raw):
			c.noCache = true
		case strings.HasPrefix(w.Value, "-"):
			if c.manager.options[w.Value] {
				k++
			}
		case c.subWord == 0 && !w.Dynamic:
			c.sub, c.subWord = w.Value, k
		}
	}
}

// flagVariable matches a variable that holds options by its name.
var flagVariable = regexp.MustCompile(`^"?\$\{?\w*(?i:opts?|flags?|args?|options)\}?"?$`)

// elsewhere reports whether the call works on another root folder than the
// image's, which is copied from and not kept.
func (c *call) elsewhere() bool {
	return slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return name == "--installroot" || name == "--root" || c.program == "apk" && name == "-p"
	})
}

// left reports whether the call leaves something behind.
func (c *call) left() bool { return c.manager.leaves[c.sub] && !c.noCache }

// fetches reports whether the call brings what later calls need.
func (c *call) fetches() bool {
	return c.sub == "update" || c.manager.name == "apk" && (c.noCache || slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		return w.Value == "--update-cache" || w.Value == "--update" || w.Value == "-U"
	}))
}

// cleaning is the command that takes away what the call left.
func (c *call) cleaning() string {
	text := c.manager.clean
	if text == "" {
		text = c.program + " clean all"
	}
	if c.sudo {
		text = "sudo " + text
	}
	return text
}

// cleans reports whether a command takes away, on purpose, what the manager
// leaves: its own way of cleaning, or a deletion of its folder. A script with
// "clean" in its name is taken at its word.
func (m *manager) cleans(c dockerfile.Command) bool {
	if own, ok := readCall(c); ok && own.manager == m {
		switch {
		case own.sub == "distclean", own.sub == "dist-clean", m.name == "zypper" && (own.sub == "clean" || own.sub == "cc"):
			return true
		case m.name == "dnf" && own.sub == "clean":
			return slices.ContainsFunc(c.Words[own.subWord:], func(w dockerfile.Word) bool { return w.Value == "all" })
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
func (m *manager) covers(w dockerfile.Word) bool {
	for _, p := range braces(strings.Trim(w.Raw, `"'`)) {
		open := strings.TrimRight(p, "/*")
		for _, folder := range m.folders {
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

// mounted reports whether a RUN keeps a folder of the manager out of the image
// with a cache or tmpfs mount.
func (m *manager) mounted(i *dockerfile.Instruction) bool {
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
		for _, folder := range m.folders {
			if strings.Contains(target, "$") || folder == target || strings.HasPrefix(folder, target+"/") {
				return true
			}
		}
	}
	return false
}

// unread reports whether a command runs something that is not in the file and
// may call a package manager itself.
func unread(c dockerfile.Command) bool {
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
