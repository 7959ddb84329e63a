package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// rootPrograms start other programs as other users, or do what only root may,
// with what to say of them.
var rootPrograms = map[string]string{
	"supervisord": supervises, "init": supervises, "s6-svscan": supervises, "runsvdir": supervises, "my_init": supervises,
	"runsvdir-start": supervises, "systemd": supervises, "circusd": supervises, "monit": supervises,
	"cron": becomes, "crond": becomes, "dcron": becomes, "sshd": becomes, "dropbear": becomes, "vsftpd": becomes, "smbd": becomes,
	"postfix": becomes, "dovecot": becomes, "exim": becomes, "start-stop-daemon": becomes, "service": becomes,
	"nginx": masters, "apache2": masters, "apache2ctl": masters, "apachectl": masters, "httpd": masters, "httpd-foreground": masters,
	"apache2-foreground": masters, "haproxy": masters, "squid": masters, "php-fpm": masters, "unitd": masters, "caddy": lowPort,
	"dockerd": kernel, "containerd": kernel, "openvpn": kernel, "wg-quick": kernel, "keepalived": kernel, "dnsmasq": lowPort,
	"named": lowPort, "rpcbind": lowPort, "nfsd": kernel, "exportfs": kernel, "strongswan": kernel, "ipsec": kernel, "udevd": kernel,
	"mysqld": becomes, "mysqld_safe": becomes, "postgres": becomes, "rsyslogd": kernel, "syslog-ng": kernel,
}

const (
	dropsPrivileges = "which drops privileges itself and needs root for that"
	supervises      = "which starts several processes, usually each as its own user"
	becomes         = "which starts as root and serves as other users"
	masters         = "whose main process usually runs as root"
	kernel          = "which uses devices or the network of the kernel"
	lowPort         = "which listens on a port below 1024 and may write to files of root"
)

// needsRoot looks for proof or strong signs that the program has to start as
// root: what CMD and ENTRYPOINT run, and tools for stepping down in the image.
func (s *imageCheck) needsRoot() (why string, yes bool) {
	if action := actionOf(s.pass); action != "" {
		return fmt.Sprintf("Keep root: %s runs this image, and GitHub says that actions must not use USER. Only root can write to the workspace and to files such as $GITHUB_OUTPUT", action), true
	}
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if tool := build.PrivilegeDropTool(s.file, i); tool != "" && i.Keyword != "CMD" && i.Keyword != "ENTRYPOINT" {
				return fmt.Sprintf("Check which user the application runs as. Line %d adds %s, so the container most likely starts as root and drops privileges itself", i.Line, tool), true
			}
			if i.Trigger != nil {
				return fmt.Sprintf("Set USER in the images built from this one, after their last step that needs root: the ONBUILD steps (line %d) run there as the user set here", i.Line), true
			}
		}
	}
	if why := s.installsForRoot(); why != "" {
		return why, true
	}
	for _, c := range s.commands() {
		for _, word := range started(c) {
			what, ok := rootPrograms[path.Base(word)]
			if build.DropsPrivileges(word) {
				what, ok = dropsPrivileges, true
			}
			if !ok || s.baseRuns(path.Base(word)) {
				continue
			}
			return fmt.Sprintf("Add USER with a uid before %s on line %d if the process works without root. The instruction runs %s, %s", c.At.Keyword, c.At.Line, path.Base(word), what), true
		}
	}
	for _, r := range s.scripts() {
		for _, c := range r.Commands {
			what, ok := rootPrograms[c.Program]
			if build.DropsPrivileges(c.Program) || c.Program == "su" || c.Program == "runuser" {
				what, ok = dropsPrivileges, true
			}
			if ok && !r.ForRootAlone(c) && !s.baseRuns(c.Program) {
				return fmt.Sprintf("Add USER with a uid if the script %s works without root. The script runs %s, %s", r.Place, c.Program, what), true
			}
		}
	}
	return "", false
}

// baseRuns reports whether a program is what the base image is made to run,
// in its own way, under an account the image brings; or, in BusyBox, its httpd,
// which is a small server of one process and has only the name of Apache's.
func (s *imageCheck) baseRuns(program string) bool {
	if base, ok := build.BaseOf(s.pass, s.stage); ok && base.Distribution == image.BusyBox && program == "httpd" {
		return true
	}
	e := s.profile.Entry
	return e != nil && s.stage.Entrypoint().At == nil && e.Service != nil && strings.HasPrefix(e.ID, "php-") && (program == "apache2-foreground" || program == "php-fpm")
}

// started returns the programs that a command runs, as far as its words show.
func started(c dockerfile.CommandLine) []string {
	var out []string
	for _, words := range build.Started(c) {
		out = append(out, words[0])
	}
	return out
}

// script returns the script that a container of the stage starts with, which is
// not in the file, or "".
func (s *imageCheck) script() string {
	for _, c := range s.commands() {
		for _, word := range started(c) {
			if name := path.Base(word); strings.HasSuffix(name, ".sh") || strings.Contains(name, "entrypoint") {
				return word
			}
		}
	}
	return ""
}

// commands returns what a container of the stage runs. CMD holds only arguments
// when the ENTRYPOINT is a program; scripts usually run their arguments.
func (s *imageCheck) commands() []dockerfile.CommandLine {
	entry, cmd := s.stage.Entrypoint(), s.stage.Cmd()
	if programs := started(entry); len(programs) > 0 {
		name := path.Base(programs[0])
		if !strings.HasSuffix(name, ".sh") && !strings.Contains(name, "entrypoint") {
			return []dockerfile.CommandLine{entry}
		}
	}
	return []dockerfile.CommandLine{entry, cmd}
}

// notHere looks for what makes a USER at this place wrong although the program
// may well run without root.
func (s *imageCheck) notHere() (why string, yes bool) {
	if why := s.derivedNeeds(); why != "" {
		return why, true
	}
	if where, opens := s.underRoot(); where != "" && opens {
		s.product = append(s.product, writable{path: "/root", open: true})
	} else if where != "" {
		return fmt.Sprintf("Move the files that the application needs out of /root, which only root may enter, then add USER. See %s", where), true
	}
	if where := s.forRootAlone(); where != "" {
		return fmt.Sprintf("Make these files readable for the user (another directory, chown or chmod), then add USER. %s", where), true
	}
	if s.room, why = s.writesAtStart(); why != "" {
		return why, true
	}
	if s.named, why = s.namedFolders(); why != "" {
		return why, true
	}
	if why := s.writesAsRoot(); why != "" {
		return why, true
	}
	if script := s.script(); script != "" && !s.baseKnown() {
		return fmt.Sprintf("Check whether the base image %s and the script %s need root, then add USER with a uid: oakum does not know them", s.base, script), true
	}
	if s.stage.Entrypoint().At == nil && s.stage.Cmd().At == nil && !s.baseKnown() {
		return fmt.Sprintf("Check how %s starts, an image that oakum does not know: `docker image inspect --format '{{.Config.User}} {{.Config.Entrypoint}}' %s`", s.base, s.base), true
	}
	if s.runsNothing() {
		return "Add CMD, and USER with a uid, if the image runs an application that works without root. The file has no command: the image may be a base for other images, or a tool that edits files of other users", true
	}
	return "", false
}

// baseKnown reports whether the base is a plain ground to build on.
func (s *imageCheck) baseKnown() bool {
	if s.profile.Entry != nil || s.base == "scratch" {
		return true
	}
	_, ok := build.BaseOf(s.pass, s.stage)
	return ok
}

// underRoot returns the instruction, in words, by which the running program
// depends on root's home directory. opens is true where it is enough to let
// others enter it, because nothing but files of the program is looked for there.
func (s *imageCheck) underRoot() (where string, opens bool) {
	opens = s.runsAsRootHere() && s.bourne(nil)
	if base, ok := build.BaseOf(s.pass, s.stage); !ok || !shellKnown(base) || s.script() != "" {
		opens = false // a script may expect more of root than its files
	}
	note := func(format string, args ...any) {
		if where == "" {
			where = fmt.Sprintf(format, args...)
		}
	}
	in := func(text string) bool {
		found := text == "/root" || strings.Contains(text, "/root/") || strings.HasSuffix(text, ":/root")
		opens = opens && !(found && strings.Contains(text, "/root/.")) // settings and caches, which are looked for in the home of the user
		return found
	}
	if w := s.stage.Workdir(); in(w.Text) {
		note("WORKDIR on line %d", w.At.Line)
	}
	for _, c := range []dockerfile.CommandLine{s.stage.Entrypoint(), s.stage.Cmd()} {
		for _, word := range c.Args {
			for _, part := range strings.Fields(word) {
				if in(part) {
					note("%s on line %d", c.At.Keyword, c.At.Line)
				}
			}
		}
	}
	for _, v := range s.stage.Env() {
		if in(v.Text) {
			note("ENV %s on line %d", v.Key, v.At.Line)
			opens = false // what is looked for, or written, under that name is not known
		}
	}
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if n := len(i.Words); (i.Keyword == "COPY" || i.Keyword == "ADD") && n > 0 && in(i.Words[n-1].Value) {
				note("%s on line %d", i.Keyword, i.Line)
				for _, w := range i.Words[:n-1] {
					opens = opens && !strings.HasPrefix(path.Base(w.Value), ".") // .bashrc, .ssh
				}
			}
		}
	}
	return where, opens
}
