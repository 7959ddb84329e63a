package dockerfile

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
)

// rootPrograms start other programs as other users, or do what only root may,
// with what to say of them.
var rootPrograms = map[string]string{
	"gosu": stepsDown, "su-exec": stepsDown, "setpriv": stepsDown, "runuser": stepsDown, "su": stepsDown, "sudo": stepsDown,
	"chroot": stepsDown, "fixuid": stepsDown,
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
	stepsDown  = "which changes to another user by itself and needs root for that"
	supervises = "which starts several programs and usually each as its own user"
	becomes    = "which starts as root and serves as other users"
	masters    = "whose first process is made to be root; its configuration decides what it needs"
	kernel     = "which works with the kernel's devices or network"
	lowPort    = "which listens below port 1024 and may write where only root can"
)

// needsRoot looks for proof or strong signs that the program has to start as
// root: what CMD and ENTRYPOINT run, and tools for stepping down in the image.
func (s *subject) needsRoot() (why string, yes bool) {
	for _, c := range []dockerfile.CommandLine{s.stage.Entrypoint(), s.stage.Cmd()} {
		for _, word := range startWords(c) {
			what, ok := rootPrograms[path.Base(word)]
			if !ok || s.baseRuns(path.Base(word)) {
				continue
			}
			return fmt.Sprintf("%s on line %d runs %s, %s; if it works without root, add USER with a number before it", c.At.Keyword, c.At.Line, path.Base(word), what), true
		}
	}
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if tool := steppingTool.FindString(string(s.file.Source[i.Start:i.End])); tool != "" {
				return fmt.Sprintf("line %d brings %s, so that the program most likely starts as root and changes to another user by itself; nothing here shows whether it does", i.Line, strings.Trim(tool, " /=")), true
			}
			if i.Trigger != nil {
				return fmt.Sprintf("the ONBUILD steps (line %d) run in images built from this one, as the user set here: decide there, behind the last step that needs root", i.Line), true
			}
		}
	}
	return "", false
}

// baseRuns reports whether a program is what the base image is made to run,
// under an account the image brings.
func (s *subject) baseRuns(program string) bool {
	e := s.profile.Entry
	return e != nil && e.Service != nil && strings.HasPrefix(e.ID, "php-") && (program == "apache2-foreground" || program == "php-fpm")
}

// steppingTool matches what changes users or supervises in the text of an
// instruction.
var steppingTool = regexp.MustCompile(`(^|[\s/=])(gosu|su-exec|s6-overlay|fixuid)\b`)

// startWords returns the words of a command that may be programs: those of the
// exec form, or of shell text cut at blanks and operators.
func startWords(c dockerfile.CommandLine) []string {
	var out []string
	for _, arg := range c.Args {
		for k, word := range strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(" \t;&|()\"'", r) }) {
			if k > 0 && !c.Shell && len(c.Args) > 1 && !strings.ContainsAny(arg, ";&|") {
				break // an argument with blanks is an argument
			}
			out = append(out, word)
		}
	}
	return programsOnly(out)
}

// programsOnly drops words that stand where a program's arguments do: only the
// first word, what follows a shell, and what follows a wrapper are run.
func programsOnly(words []string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "-") || strings.Contains(w, "=") })
}

// notHere looks for what makes a USER at this place wrong although the program
// may well run without root.
func (s *subject) notHere() (why string, yes bool) {
	if below := children(s.file, s.stage); len(below) > 0 {
		return fmt.Sprintf("%s starts from this stage, and its steps may need root: set USER in a stage of its own that Compose builds instead", stagePath(below[0])), true
	}
	if where := s.underRoot(); where != "" {
		return fmt.Sprintf("%s uses /root, which only root may enter: move what the program needs elsewhere, then add USER", where), true
	}
	if s.stage.Entrypoint().At == nil && s.stage.Cmd().At == nil && !s.baseKnown() {
		return fmt.Sprintf("what runs comes from %s, of which nothing is known: docker image inspect --format '{{.Config.User}} {{.Config.Entrypoint}}' %s tells how it starts", s.base, s.base), true
	}
	return "", false
}

// baseKnown reports whether the base is a plain ground to build on.
func (s *subject) baseKnown() bool {
	if s.profile.Entry != nil || s.base == "scratch" {
		return true
	}
	ref, err := image.ParseReference(s.stage.Root().Image)
	if err != nil {
		return false
	}
	_, ok := image.BaseOf(ref)
	return ok
}

// underRoot returns the instruction, in words, by which the running program
// depends on root's home folder.
func (s *subject) underRoot() string {
	in := func(text string) bool {
		return text == "/root" || strings.Contains(text, "/root/") || strings.HasSuffix(text, ":/root")
	}
	if w := s.stage.Workdir(); in(w.Text) {
		return fmt.Sprintf("WORKDIR on line %d", w.At.Line)
	}
	for _, c := range []dockerfile.CommandLine{s.stage.Entrypoint(), s.stage.Cmd()} {
		if slices.ContainsFunc(c.Args, func(a string) bool { return in(strings.Fields(a + " ")[0]) || strings.Contains(a, " /root/") }) {
			return fmt.Sprintf("%s on line %d", c.At.Keyword, c.At.Line)
		}
	}
	for _, v := range s.stage.Env() {
		if in(v.Text) {
			return fmt.Sprintf("ENV %s on line %d", v.Key, v.At.Line)
		}
	}
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if n := len(i.Words); (i.Keyword == "COPY" || i.Keyword == "ADD") && n > 0 && in(i.Words[n-1].Value) {
				return fmt.Sprintf("%s on line %d", i.Keyword, i.Line)
			}
		}
	}
	return ""
}
