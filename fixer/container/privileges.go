package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// DropsPrivileges returns the tool in the Dockerfile that makes the image with
// which a program that starts as root most likely becomes another user by
// itself; "" when there is none, or no Dockerfile.
func (p *Profile) DropsPrivileges() string {
	if p.Build == nil {
		return ""
	}
	for _, stage := range p.Build.Stage.Chain() {
		for _, i := range stage.Instructions {
			if tool := build.PrivilegeDropTool(p.Build.File, i); tool != "" {
				return tool
			}
		}
	}
	return ""
}

// gainers are programs that gain privileges when they are started, and packages
// that bring them: by setuid, which no_new_privs prevents, or by capabilities of
// the file, without which it cannot be started when they are dropped (NET_RAW
// and the ping of Debian).
var gainers = []string{"sudo", "postfix", "fusermount", "iputils", "fping", "mtr-tiny", "arping", "tshark", "dumpcap"}

// GainsPrivileges returns a word for what lets a program of the image gain
// privileges when it is started; "" when nothing in the Dockerfile that makes it
// does, or there is no Dockerfile. It looks at what the stages run that the image
// is made from, and at what their images start. Of stages that files are copied
// from it looks for what goes with a file: its mode and its capabilities.
func (p *Profile) GainsPrivileges() string {
	if p.Build == nil {
		return ""
	}
	f, chain := p.Build.File, p.Build.Stage.Chain()
	carried := copiedFrom(f, chain)
	for _, st := range build.Read(f).Steps("RUN", "ENTRYPOINT", "CMD", "HEALTHCHECK") {
		programs := gainers
		switch {
		case slices.Contains(chain, st.Stage):
		case slices.Contains(carried, st.Stage) && st.Instruction.Keyword == "RUN":
			programs = nil
		default:
			continue
		}
		for _, c := range st.Commands {
			if word := gainIn(c, programs); word != "" {
				return word
			}
			if st.Script == nil {
				continue
			}
			if word := firstIn(code(f.Source[c.Start:c.End]), programs); word != "" { // in a redirection: >> /etc/sudoers
				return word
			}
		}
		if len(st.Commands) == 0 { // nothing is read of it: nothing tells comments apart either
			if word := gainInText(string(f.Source[st.At.Start:st.At.End]), programs); word != "" {
				return word
			}
		}
	}
	for _, s := range chain {
		for _, i := range s.Instructions {
			if i.Keyword != "ARG" && i.Keyword != "ENV" {
				continue
			}
			if word := firstIn(i.Args.Raw, gainers); word != "" { // a list of packages, which a step names by its variable
				return word
			}
		}
	}
	if len(p.copied) > 0 {
		return p.copied[0].word
	}
	for _, s := range slices.Concat(chain, carried) {
		for _, i := range s.Instructions {
			if mode, ok := i.Flag("chmod"); ok && build.SetsUID(mode.Value) {
				return "chmod " + mode.Value
			}
		}
	}
	return ""
}

// gainIn returns what a command does to files, or runs or installs of programs,
// that gives privileges.
func gainIn(c build.Command, programs []string) string {
	words := make([]string, len(c.Words))
	for k, w := range c.Words {
		words[k] = w.Value
	}
	return gainInWords(words, programs)
}

func gainInWords(words []string, programs []string) string {
	if len(words) == 0 {
		return ""
	}
	switch name := path.Base(words[0]); name {
	case "setcap":
		return name
	case "chmod", "install":
		for _, w := range words[1:] {
			if build.SetsUID(strings.TrimPrefix(strings.TrimPrefix(w, "--mode="), "-m")) {
				return name + " " + w
			}
		}
	}
	if word := firstIn(strings.Join(words, " "), programs); word != "" {
		return word
	}
	for _, w := range words[1:] { // a shell's script, or a command behind another: RUN bash -c '…', find -exec chmod u+s
		if w == "setcap" || strings.ContainsAny(w, " \t\n") {
			if word := gainInText(w, nil); word != "" {
				return word
			}
		}
	}
	if at := slices.Index(words, "chmod"); at > 0 {
		return gainInWords(words[at:], nil)
	}
	return ""
}

// firstIn returns the first of the words that a text holds, "" where it holds none.
func firstIn(text string, words []string) string {
	for _, word := range words {
		if strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

// code is shell text without the lines that are comments.
func code(src []byte) string {
	var out strings.Builder
	for line := range strings.Lines(string(src)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// gainInText looks for the same in text whose commands cannot be told apart.
func gainInText(text string, programs []string) string {
	return firstIn(text, slices.Concat([]string{"setcap", "setuid", "chmod u+s", "chmod +s"}, programs))
}

// copiedFrom returns the stages, outside of the chain, that its files come from,
// and those that these come from.
func copiedFrom(f *dockerfile.File, chain []*dockerfile.Stage) []*dockerfile.Stage {
	seen := map[*dockerfile.Stage]bool{}
	for _, s := range chain {
		seen[s] = true
	}
	var out []*dockerfile.Stage
	for todo := slices.Clone(chain); len(todo) > 0; todo = todo[1:] {
		for _, i := range todo[0].Instructions {
			from, ok := i.Flag("from")
			if !ok || i.Keyword != "COPY" {
				continue
			}
			source := build.StageNamed(f, from.Value)
			if source == nil {
				continue
			}
			for _, s := range source.Chain() {
				if !seen[s] {
					seen[s] = true
					out, todo = append(out, s), append(todo, s)
				}
			}
		}
	}
	return out
}

// entryPointCapabilities are those with which an entry point that starts as root
// prepares files and becomes another user.
var entryPointCapabilities = text.WordSet("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETFCAP SETGID SETPCAP SETUID SYS_CHROOT")

// fileCapabilities returns of added capabilities those that a program which has
// become another user has only by its file. What the entry point itself needs as
// root is not among them, unless it gives the program its capabilities.
func (s *Spec) fileCapabilities(added []string) []string {
	var own []string
	if e := s.Image.Program(); e != nil && !slices.Contains(e.CapsRoot.Need, "SETFCAP") {
		own = e.CapsRoot.Need
	}
	return slices.DeleteFunc(slices.Clone(added), func(name string) bool {
		return entryPointCapabilities[name] || name == "ALL" || slices.Contains(own, name)
	})
}

// stepsDown says how the container starts as root and becomes another user by
// itself; "" where nothing tells that it does.
func (s *Spec) stepsDown() string {
	e := s.Image.Program()
	switch {
	case e != nil && e.PrivilegeDrop.Tool != "" && !e.PrivilegeDrop.Partial:
		return "drops privileges to " + serviceName(e) + " with " + e.PrivilegeDrop.Tool
	case s.Image.DropsPrivileges() != "":
		return "drops privileges with " + s.Image.DropsPrivileges()
	case s.becomesUser() != "":
		return "switches to the user of " + s.becomesUser()
	}
	return ""
}

// gainsByTable returns the condition under which the table says that a program of
// the image gains privileges when it is started, unless it does not hold.
func (s *Spec) gainsByTable() *image.Condition {
	if e := s.Image.Program(); e != nil && e.CapsRoot.Gains != nil && s.holds(e.CapsRoot.Gains) != No {
		return e.CapsRoot.Gains
	}
	return nil
}

// grantsSudo returns a variable that configures sudo in the container: GRANT_SUDO,
// SUDO_PASSWORD.
func (s *Spec) grantsSudo() *Variable {
	for i, v := range s.Env {
		words := strings.FieldsFunc(v.Name, func(r rune) bool { return r == '_' })
		denied := v.Known && (v.Value == "" || v.Value == "0" || strings.EqualFold(v.Value, "no") || strings.EqualFold(v.Value, "false"))
		if slices.Contains(words, "SUDO") && !denied {
			return &s.Env[i]
		}
	}
	return nil
}

// servesMail says what shows that the container is a mail server: its port, the
// name of its image or a path that is mounted. Postfix and Exim are made of
// programs with different users, which become one another by setuid and setgid.
func (s *Spec) servesMail() string {
	if s.Image.Entry != nil {
		return ""
	}
	for _, n := range s.Ports {
		if n == 25 || n == 465 || n == 587 {
			return "The container listens on port " + Numbers([]int{n}) + ", a mail port"
		}
	}
	if s.Image.BuiltHere() {
		return ""
	}
	names := strings.ToLower(s.Image.Name)
	for _, m := range s.Mounts {
		names += "\n" + m.Target
	}
	if name := firstIn(names, mailServers); name != "" {
		return "The name of the image or of a mounted path contains " + name
	}
	return ""
}

// mailServers are words by which mail servers are called.
var mailServers = []string{"exim", "postfix", "sendmail", "smtp", "mailserver", "mail-server"}

func serviceName(e *image.Entry) string {
	if e.Service == nil {
		return "another user"
	}
	return e.Service.Name
}

// ForbidNewPrivileges decides whether no_new_privs can be set: whether anything
// shows that the program relies on setuid programs or on capabilities of files.
func (s *Spec) ForbidNewPrivileges() Decision {
	d := Decision{Level: fixer.Safe, Breaks: "Only setuid binaries and file capabilities used at run time: sudo, or ping on old distributions"}
	notice := func(breaks string, evidence fixer.Evidence) {
		d.Level, d.Breaks, d.Evidence = fixer.Review, breaks, append(d.Evidence, evidence)
	}
	lost := "File capabilities of the application no longer take effect"
	if !s.opensLowPorts() {
		lost += ": binding a port below 1024 then needs root"
	}
	add := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return name == bindLow && s.opensLowPorts() })
	user, _ := s.StartsAs()
	gains := slices.IndexFunc(s.effects(), func(e effect) bool { return e.setuid && !e.run.asRoot() })
	own := s.fileCapabilities(add)
	switch {
	case gains >= 0 && !user.IsRoot() && !s.worksAsRoot():
		e := s.effects()[gains]
		d.manual("Remove this command, or start it as root. " + e.says() + ", which gains privileges when it starts, and no_new_privs prevents that")
		d.Evidence = append(d.Evidence, e.evidence(s))
	case len(own) > 0 && user.IsRoot() && s.stepsDown() != "":
		d.manual("Run the application as its own user with file capabilities set in the image, or remove " + joined(own) + ". The container " + s.stepsDown() + ", and no_new_privs then prevents its file capabilities")
		d.Evidence = append(d.Evidence, s.says("The container adds "+joined(own)))
	case s.gainsByTable() != nil:
		d.manual("Leave privilege escalation allowed: " + s.Image.Entry.ID + " starts a binary that gains privileges (" + s.gainsByTable().Says + "), which no_new_privs prevents")
		d.Evidence = append(d.Evidence, fixer.ImageEvidence(s.Image.Entry.Evidence(image.FieldCapsRoot)))
	case gains >= 0:
		e := s.effects()[gains]
		notice("`"+e.command+"` works only while the container starts as root", e.evidence(s))
	case s.onlyWaits():
		notice(inside, s.says("The command only waits"))
	case s.startsInit() != "":
		notice("Services that the init system starts no longer gain privileges: sudo, s6-overlay-suexec, those of D-Bus and PolicyKit", s.says("The container starts "+s.startsInit()+", which starts what oakum does not know"))
	case s.grantsSudo() != nil:
		v := s.grantsSudo()
		notice("sudo, which "+v.Name+" configures, no longer works", fixer.Evidence{Kind: s.Kind, Place: v.Place, Text: v.Name + " is set"})
	case s.Image.Entry != nil && len(s.Image.Entry.CapsNonRoot) > 0:
		notice(lost, fixer.ImageEvidence(s.Image.Entry.Evidence(image.FieldCapsNonRoot)))
	case len(add) > 0 && !user.IsRoot():
		notice(lost, s.says("The container adds "+joined(add)+", which a non-root application can use only through file capabilities"))
	case s.NoNewPrivileges.No() && s.Platform == Compose:
		d.Level, d.Breaks = fixer.Review, "no-new-privileges is turned off explicitly: a setuid binary that the application needs stops working"
	case s.NoNewPrivileges.No():
		notice("allowPrivilegeEscalation is set to true explicitly: setuid binaries or file capabilities that the application needs stop working", s.says("allowPrivilegeEscalation is set to true"))
	case s.servesMail() != "":
		notice("Mail is no longer delivered if the mail server uses setuid binaries", s.says(s.servesMail()))
	case s.Image.unknown() && s.Privileged.Yes() && s.Platform == Compose:
		d.manual("Find out first why the service is privileged: what it starts may gain privileges, such as other containers or the services of an init system")
		d.Evidence = append(d.Evidence, s.says("oakum does not know the image "+s.Image.Name))
	case s.Image.Entry == nil && !s.Image.BuiltHere():
		notice(d.Breaks, s.says("oakum does not know the image "+s.Image.Name+", so no fact shows that the image works without setuid binaries"))
	case s.Image.Entry != nil && s.Image.Entry.ByName:
		notice(d.Breaks, fixer.ImageEvidence(s.Image.Entry.Evidence(image.FieldDefault)))
	default:
		switch word := s.Image.GainsPrivileges(); {
		case word != "":
			notice("What the image does with "+word+" no longer works",
				fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.Image.Build.Path, Text: "The image uses " + word})
		case s.Image.BuiltHere() && !s.Image.Build.Certain: // by its name alone: it may be another image
			notice(d.Breaks, fixer.Evidence{Kind: fixer.FromRepository, Text: s.Image.Build.Why})
		default:
			d.Evidence = append(d.Evidence, s.gainsNothing())
		}
	}
	return d
}

// gainsNothing is the evidence that nothing here gains privileges while the container runs.
func (s *Spec) gainsNothing() fixer.Evidence {
	if s.Image.BuiltHere() {
		return fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.Image.Build.Path, Text: "No step makes or installs a binary that gains privileges, and no command here starts one"}
	}
	return fixer.Evidence{Kind: fixer.FromTable, Text: s.Image.Entry.ID + " starts no binary that gains privileges, and no command here does"}
}
