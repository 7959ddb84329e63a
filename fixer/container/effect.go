package container

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An effect is what a command that the file has run needs of its container and
// does to it.
type effect struct {
	run     Run
	program string // by its name alone
	command string // for people: the program and what it is about, never its other words

	installs bool     // it installs packages
	system   bool     // it changes files all over the root filesystem
	root     bool     // only root can do it
	setuid   bool     // it gains privileges when another user than root starts it
	caps     []string // capabilities of root that it uses
	writes   []string // absolute paths it writes to
	makes    []string // of these, directories that it makes with all above them
	once     string   // of these, one that must not be there yet
	scratch  []string // absolute paths of directories for which an empty place will do
	home     string   // where in a home directory it keeps settings, as ~/.mc, if nothing says which directory that is
	rootHome bool     // it keeps settings in the home directory of root, because root starts it
	here     bool     // it writes to its working directory, which nothing here names
	astray   bool     // it writes to where a variable or a substitution says
	unknown  bool     // nothing is known of the program
	perhaps  bool     // a condition of a script decides whether it runs
}

// says is a sentence: The liveness probe runs `touch /tmp/x`.
func (e effect) says() string { return text.Capital(e.run.What) + " runs `" + e.command + "`" }

// evidence is the same with its place.
func (e effect) evidence(s *Spec) fixer.Evidence {
	return fixer.Evidence{Kind: cmp.Or(e.run.Kind, s.Kind), Place: e.run.Place, Text: e.says()}
}

// effects are those of all commands that the file has run in the container, and of the
// one that its Dockerfile here starts it with. What another image runs by itself is not
// among them: that is for what is known of it.
func (s *Spec) effects() []effect {
	if s.read != nil {
		return s.read.effects()
	}
	return s.readEffects()
}

func (s *Spec) readEffects() []effect {
	var out []effect
	runs := s.runs()
	if s.Image.BuiltHere() {
		if !s.replacesStart() {
			runs = append(slices.Clone(s.starts()), runs...)
		}
		runs = append(append(s.scriptRuns(), s.handedRuns()...), runs...)
	}
	for _, r := range runs {
		if r.Unread {
			out = append(out, effect{run: r, command: "shell text that oakum cannot parse", unknown: true, astray: true})
		}
		dir := r.Dir
		for _, c := range r.Commands {
			out = append(out, s.effect(r, c, &dir))
		}
	}
	return out
}

func (s *Spec) effect(r Run, c build.Command, dir *string) effect {
	e := effect{run: r, program: c.Program, command: c.Program}
	if e.command == "" && len(c.Words) > 0 {
		e.command = short(c.Words[0].Raw, 40)
	}
	for _, name := range append(wrappedBy(c), c.Program) {
		p := programs[name]
		if name == c.Program {
			p = inUse(c)
		}
		e.root, e.setuid, e.system = e.root || p.root, e.setuid || p.setuid, e.system || p.system
		e.caps = union(e.caps, strings.Fields(p.caps))
	}
	e.caps = union(e.caps, strings.Fields(serverCaps[c.Program]))
	if r.Start && becomesByOption(c) {
		e.caps = union(e.caps, []string{"SETGID", "SETUID"})
	}
	if gives, named := givesOwner(c); gives {
		e.root = e.root || named
		e.caps = union(e.caps, strings.Fields(ownerCaps))
	}
	if slices.Contains(s.Image.setuidPrograms(), c.Program) { // what such a program does as root nothing tells
		e.setuid, e.caps = true, union(e.caps, strings.Fields(accountCaps))
	}
	e.perhaps = r.Script && r.Perhaps(c)
	before := strings.Join(append(wrappedBy(c), ""), " ")
	_, known := programs[c.Program]
	hands := c.HandsRead // the commands of the text are read besides
	e.unknown = !known && !hands && len(c.Words) > 0 && c.Package == nil && c.Install == nil
	switch {
	case c.Package != nil && !readsOnly[c.Package.Verb] && c.Package.Verb != "":
		e.installs, e.system, e.root = true, true, true
		e.caps = union(e.caps, strings.Fields(accountCaps))
		e.command = c.Program + " " + c.Package.Verb
	case c.Install != nil:
		e.installs = true
		e.command = strings.TrimSpace(c.Install.Name + " " + c.Install.Verb)
	case c.Program == "git":
		if verb, _ := c.Subcommand(); verb != "" {
			e.command = c.Program + " " + verb
		}
	}
	if c.Program == "cd" {
		if list := c.Plain(); len(list) == 1 {
			*dir, _ = s.resolve(list[0], *dir)
		}
	}
	paths, here := wrote(c)
	if here {
		paths = append(paths, ".")
	}
	all := c.Program == "mkdir" && (c.Has("-p", "--parents") || c.Has("-pv", "-vp"))
	for _, at := range paths {
		where, ok := s.resolve(at, *dir)
		switch {
		case !ok && *dir == "" && !strings.ContainsAny(at, "$`~"):
			e.here = true
		case !ok:
			e.astray = true
		case where == "", strings.HasPrefix(where, "/dev/") && !strings.HasPrefix(where, "/dev/shm"), strings.HasPrefix(where, "/proc/"), strings.HasPrefix(where, "/sys/"):
			continue
		default:
			e.writes = append(e.writes, where)
			switch {
			case all:
				e.makes = append(e.makes, where)
			case e.once == "" && (c.Program == "mkdir" || c.Program == "mkfifo" || c.Program == "ln" && !hasLetter(c, "f")) && !strings.ContainsAny(at, "$*"):
				e.once = where
			}
		}
		if shown := short(strings.Trim(at, `"'`), 60); !e.installs && !strings.ContainsAny(shown, "\n`") {
			if redirected(c, at) {
				shown = "> " + shown
			}
			e.command = strings.TrimSpace(c.Program + " " + shown)
		}
	}
	e.command = before + e.command
	e.home, e.rootHome = s.keepsAtHome(c, &e)
	for _, k := range keeps(c) {
		if k.temporary {
			e.scratch = append(e.scratch, k.at)
		} else {
			e.writes = append(e.writes, k.at)
		}
	}
	return e
}

// redirected reports whether a command's output goes to a file.
func redirected(c build.Command, file string) bool {
	return slices.ContainsFunc(c.Redirects, func(r dockerfile.Redirect) bool { return r.Writes() && r.File.Value == file })
}

// worksAsRoot reports whether nothing tells the container whom to run as and its
// command does what only root can: it starts as root, or does not work.
func (s *Spec) worksAsRoot() bool {
	return !s.User.Set && slices.ContainsFunc(s.effects(), func(e effect) bool { return e.run.Start && e.root && !e.setuid && !e.perhaps })
}

// prepares are programs that get a container ready and end.
var prepares = text.WordSet("chown chmod chgrp mkdir touch cp mv ln rm echo printf date cd ls cat test [ set export umask")

// onlyWaits reports whether the container does nothing but wait, as development
// containers and toolboxes do: somebody enters it and works there, and nothing in
// the file tells what they write and need. It may get files and directories ready first.
func (s *Spec) onlyWaits() bool {
	if !s.replacesStart() {
		return false
	}
	waits := false
	for _, r := range s.starts() {
		if r.Unread {
			return false
		}
		for _, c := range r.Commands {
			switch c.Program {
			case "sleep":
				waits = waits || c.Place&dockerfile.InLoop != 0 || slices.ContainsFunc(c.Plain(), isLong)
			case "tail":
				if !c.Has("/dev/null") {
					return false
				}
				waits = true
			case ":", "true", "trap", "wait", "exec":
			default:
				if !c.HandsRead && !prepares[c.Program] {
					return false
				}
			}
		}
	}
	return waits
}

// isLong reports whether a time for sleep is longer than anything waits that has
// work to do: a minute.
func isLong(span string) bool {
	n, err := strconv.ParseFloat(strings.TrimRight(span, "smhd"), 64)
	return strings.HasPrefix(span, "inf") || err == nil && (n >= 60 || strings.HasSuffix(span, "m") || strings.HasSuffix(span, "h") || strings.HasSuffix(span, "d"))
}

// inside is what can stop working where somebody works in a container that waits.
const inside = "The container only waits for people to open a shell in it: sudo, and work that needs root, may stop working there"

// readsOnly are verbs of package managers that change nothing.
var readsOnly = text.WordSet("list search show info policy depends rdepends version help --version check-update")

// resolve makes a path that a command names absolute: variables that the file
// sets are put in, and dir is its working directory. ok is false where nothing
// here tells; "" is no file at all.
func (s *Spec) resolve(at, dir string) (where string, ok bool) {
	at = strings.Trim(at, `"'`)
	for strings.Contains(at, "$") {
		before, after, _ := strings.Cut(at, "$")
		name, rest := after, ""
		if inner, closed, braced := strings.Cut(strings.TrimPrefix(after, "{"), "}"); strings.HasPrefix(after, "{") && braced {
			name, rest = inner, closed
		} else {
			end := strings.IndexFunc(after, func(r rune) bool {
				return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
			})
			if end >= 0 {
				name, rest = after[:end], after[end:]
			}
		}
		value, known := s.variable(name)
		if set := s.Image.Env(name); !known && s.Image.BuiltHere() {
			value, known = set.Value, set.Known
		}
		if !known || value == "" || strings.Contains(value, "$") {
			return "", false
		}
		at = before + value + rest
	}
	switch {
	case at == "" || at == "-" || strings.ContainsAny(at, "`~"):
		return "", at != "" && !strings.ContainsAny(at, "`~")
	case path.IsAbs(at):
	case dir == "":
		return "", false
	default:
		at = path.Join(dir, at)
	}
	if star := strings.IndexAny(at, "*?[{"); star >= 0 {
		at = path.Dir(at[:star] + "x")
	}
	return path.Clean(at), true
}

func union(list, more []string) []string {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// becomesUser returns the variables by which the container is told whom to become
// after it has started as root, as images of the s6 overlay and many others are:
// PUID and PGID. It is "" where none of them is set.
func (s *Spec) becomesUser() string {
	for _, pair := range [][2]string{
		{"PUID", "PGID"}, {"UID", "GID"}, {"USER_ID", "GROUP_ID"}, {"USER_UID", "USER_GID"}, {"USERMAP_UID", "USERMAP_GID"},
		{"LOCAL_UID", "LOCAL_GID"}, {"LOCAL_USER_ID", "LOCAL_GROUP_ID"}, {"HOST_UID", "HOST_GID"}, {"APP_UID", "APP_GID"},
		{"NB_UID", "NB_GID"}, {"RUN_AS_UID", "RUN_AS_GID"}, {"RUNAS_UID", "RUNAS_GID"}, {"PROCESS_UID", "PROCESS_GID"}, {"DOCKER_UID", "DOCKER_GID"},
	} {
		if s.setsEnv(pair[0]) && s.setsEnv(pair[1]) {
			return pair[0] + " and " + pair[1]
		}
	}
	return ""
}

// changesAccounts says which line of the Dockerfile installs tools for accounts that no step of
// it uses, where what the container starts with was not read; "" where none does.
func (s *Spec) changesAccounts() string {
	if s.Image.Build == nil || len(s.Image.scripts) > 0 {
		return ""
	}
	if line := s.Image.Build.Stage.Entrypoint(); len(line.Args) == 0 || !strings.Contains(line.Args[0], "entrypoint") && !strings.HasSuffix(line.Args[0], ".sh") {
		return ""
	}
	found := ""
	for _, stage := range s.Image.Build.Stage.Chain() {
		for _, i := range stage.Instructions {
			if i.Keyword != "RUN" {
				continue
			}
			step := build.CommandText(s.Image.Build.File, i)
			if accountCommand().MatchString(step) {
				return ""
			}
			if shadowPackage().MatchString(step) {
				found = fmt.Sprintf("Line %d of %s installs the package shadow", i.Line, s.Image.Build.Path)
			}
		}
	}
	return found
}

var (
	shadowPackage  = text.Regexp(`\bapk\s[^;&|]*\badd\s[^;&|]*\sshadow(\s|$)`)
	accountCommand = text.Regexp(`\b(useradd|usermod|groupadd|groupmod|chage|passwd|chpasswd)\s`)
)

// short cuts a word of a command for a sentence.
func short(word string, most int) string {
	if r := []rune(word); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return word
}

// startsInit returns the init system that the container starts, as a machine does or with
// s6, "" where it starts none.
func (s *Spec) startsInit() string {
	for _, r := range s.starts() {
		for _, c := range r.Commands {
			if c.Program == "init" || c.Program == "systemd" {
				return c.Words[c.ProgramWord].Value
			}
		}
	}
	return ""
}
