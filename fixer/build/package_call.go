package build

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A PackageCall is one run of a package manager.
type PackageCall struct {
	dockerfile.Command
	Manager  *Manager
	Program  string
	Verb     string   // subcommand: the first word that is no option and no variable
	VerbWord int      // its index among the words
	Packages []string // what the words after the verb name, variables among them
	Virtual  string   // the name that apk gives to the group of them
	sudo     bool
	noCache  bool // apk is told to keep nothing, or fetches nothing
}

// readPackageCall recognises a package manager; nil for another program, and for
// a call that works on another root directory than the image's.
func readPackageCall(c *Command) *PackageCall {
	k := slices.IndexFunc(Managers, func(m *Manager) bool { return slices.Contains(m.programs, c.Program) })
	if k < 0 {
		return nil
	}
	out := &PackageCall{Command: c.Command, Manager: Managers[k], Program: c.Program, sudo: c.Sudo}
	if out.elsewhere() {
		return nil
	}
	for k := c.ProgramWord + 1; k < len(c.Words); k++ {
		if out.readWord(k) {
			k++
		}
	}
	return out
}

// readWord reads the k-th word, and reports whether the next one is its value.
func (c *PackageCall) readWord(k int) bool {
	w := c.Words[k]
	if w.Value == "--no-cache" || w.Value == "--no-network" || HoldsOptions(w) {
		c.noCache = true
	}
	switch {
	case strings.HasPrefix(w.Value, "-"):
		if name, ok := strings.CutPrefix(w.Value, "--virtual="); ok {
			c.Virtual = name
		} else if (w.Value == "-t" || w.Value == "--virtual") && c.Manager.Name == "apk" && k+1 < len(c.Words) {
			c.Virtual = c.Words[k+1].Value
		}
		return takesNext(c.Program, w.Value)
	case c.VerbWord == 0:
		if !w.Dynamic {
			c.Verb, c.VerbWord = w.Value, k
		}
	case w.Value != "":
		c.Packages = append(c.Packages, strings.Trim(w.Value, `"'`))
	}
	return false
}

// elsewhere reports whether the call works on another root directory than the
// image's, which is copied from and not kept.
func (c *PackageCall) elsewhere() bool {
	return slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return name == "--installroot" || name == "--root" || c.Program == "apk" && name == "-p"
	})
}

// LeavesFiles reports whether the call leaves files behind that nothing in the
// image needs.
func (c *PackageCall) LeavesFiles() bool { return c.Manager.leaves[c.Verb] && !c.noCache }

// FetchesLists reports whether the call brings what later calls need.
func (c *PackageCall) FetchesLists() bool {
	return c.Verb == "update" || c.Manager.Name == "apk" && (c.noCache || slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		return w.Value == "--update-cache" || w.Value == "--update" || w.Value == "-U"
	}))
}

// Installs reports whether the call puts named packages into the image.
func (c *PackageCall) Installs() bool {
	switch c.Manager.Name {
	case "apk":
		return c.Verb == "add"
	case "zypper":
		return c.Verb == "install" || c.Verb == "in"
	}
	return c.Verb == "install"
}

// Removes reports whether the call takes packages away.
func (c *PackageCall) Removes() bool {
	switch c.Verb {
	case "purge", "remove", "autoremove", "auto-remove", "del", "erase":
		return true
	}
	return false
}

// CleanCommand is the command that deletes what the call left.
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

// PackageName cuts the version and the architecture off: nmap=7.94-1, gcc:amd64,
// curl~8.
func PackageName(s string) string {
	if at := strings.IndexAny(s, "=<>~:"); at > 0 {
		return s[:at]
	}
	return s
}

// RemovedPackages are the packages, and the names of virtual ones, that the step
// takes away again.
func (st Step) RemovedPackages() map[string]bool {
	out := map[string]bool{}
	for _, c := range st.Commands {
		if c.Package == nil || !c.Package.Removes() {
			continue
		}
		for _, name := range c.Package.Packages {
			out[PackageName(name)] = true
		}
	}
	return out
}

// RemovesUnknown reports whether the step removes packages that a variable names, or
// whatever it marked as not wanted.
func (st Step) RemovesUnknown() bool {
	if slices.ContainsFunc(st.Commands, func(c Command) bool { return c.Program == "apt-mark" }) {
		return true
	}
	for name := range st.RemovedPackages() {
		if strings.Contains(name, "$") {
			return true
		}
	}
	return false
}
