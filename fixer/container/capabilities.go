package container

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// BaselineCapabilities are those that the baseline Pod Security Standard allows
// to add.
var BaselineCapabilities = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// bindLow is the capability to bind ports below 1024. Root needs it too, where
// these ports are not open to everybody; where they are, no test of an image
// shows it.
const bindLow = "NET_BIND_SERVICE"

// A CapabilityDecision is about dropping all capabilities.
type CapabilityDecision struct {
	Decision
	AddBack []string // those that are needed and that the file does not add
	Guess   bool     // nothing tells what the application needs: that it needs no more is assumed
}

// DropCapabilities decides whether all capabilities can be dropped. A process
// that is not root holds none, so that dropping them takes nothing from it, as
// long as no file has capabilities of its own and no low port has to be bound.
func (s *Spec) DropCapabilities() CapabilityDecision {
	user, evidence := s.StartsAs()
	low := s.LowPorts()
	d := CapabilityDecision{Decision: Decision{
		Level: fixer.Review, Breaks: "The application may need a capability oakum does not know about, such as CHOWN (change file owner) or SETUID/SETGID (switch user)", Evidence: evidence,
	}}
	if s.Platform != Compose {
		d.Breaks = "The application may need a capability oakum does not know about: CHOWN (change file owner), SETUID/SETGID (switch user) or NET_BIND_SERVICE (bind a port below 1024)"
	}
	field := image.FieldCapsRoot
	var need []string
	switch {
	case notRoot(user):
		field = image.FieldCapsNonRoot
		need = s.capabilitiesAsUser()
		d.Breaks = "Executables in the image that have file capabilities (setcap) no longer start"
		if len(low) > 0 {
			d.Breaks = "Binding port " + Numbers(low) + " fails on nodes whose container runtime does not open ports below 1024 to all users"
			d.Evidence = append(d.Evidence, s.says("The container listens on port "+Numbers(low)))
		} else if s.provenStart() && s.Image.noFileCapabilities() && !s.unknownPorts() {
			d.Level, d.Breaks = fixer.Safe, "Nothing: a non-root process has no capabilities to lose"
		}
	case s.Image.Program() != nil:
		need = slices.Clone(s.Image.Program().CapsRoot.Need)
		for _, name := range slices.Sorted(maps.Keys(s.Image.Program().CapsRoot.Conditional)) {
			when := s.Image.Program().CapsRoot.Conditional[name]
			if s.holds(when) == No || slices.Contains(need, name) {
				continue
			}
			need = append(need, name)
			d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromTable, Text: s.Image.Entry.ID + " needs " + name + " if " + when.Says})
		}
	case s.server() != nil:
		e := s.server()
		need = slices.Clone(e.CapsRoot.Need)
		if len(need) > 0 {
			d.Evidence = append(d.Evidence, fixer.ImageEvidence(e.Evidence(field)))
		}
	case s.Image.startsByScript():
		need = slices.Clone(s.Image.Entry.CapsRoot.Need)
		if len(need) > 0 {
			d.Evidence = append(d.Evidence, fixer.ImageEvidence(s.Image.Entry.Evidence(field)))
		}
	case s.Image.DropsPrivileges() != "":
		need = strings.Fields(accountCaps)
		d.Evidence = append(d.Evidence, s.Image.steppingEvidence())
	default:
		d.Guess = s.Image.unknown()
		if why := s.servesData(); d.Guess && why != "" {
			need = strings.Fields(accountCaps)
			d.Evidence = append(d.Evidence, s.says(why+". Images of databases mostly start as root, prepare their data directory and switch to their user"))
		} else if why := s.servesLogins(); d.Guess && why != "" {
			need = strings.Fields(loginCaps)
			d.Evidence = append(d.Evidence, s.says(why+". The server starts as root and becomes the user who logs in"))
		} else if why := s.servesMail(); d.Guess && why != "" {
			need = strings.Fields(accountCaps)
			d.Evidence = append(d.Evidence, s.says(why+". Mail servers mostly start as root and hand mail to other users"))
		} else if why, caps := s.namedServer(); d.Guess && why != "" {
			need = caps
			d.Evidence = append(d.Evidence, s.says(why+". Such a server starts as root, prepares its files and becomes its own user"))
		}
	}
	if more, evidence := s.becomesByConfiguration(); !notRoot(user) && len(slices.DeleteFunc(slices.Clone(more), func(name string) bool { return slices.Contains(need, name) })) > 0 {
		need = union(slices.Clip(need), more)
		d.Evidence = append(d.Evidence, evidence...)
	}
	if own, evidence := s.ownFileCapabilities(); len(own) > 0 {
		need = union(slices.Clip(need), own)
		d.Evidence = append(d.Evidence, evidence...)
	}
	files := slices.DeleteFunc(slices.Clone(s.hostFiles()), func(at string) bool { return strings.HasSuffix(at, ".sock") }) // root's own
	if d.Guess && s.Platform != Compose && len(files) > 0 && !notRoot(user) {
		d.manual("Find the capabilities that the node agent needs, such as DAC_READ_SEARCH or SYS_PTRACE, and drop all others. oakum does not know its image, and the container mounts " + joined(files) + " of the node")
	}
	if at := s.mountedStart(); at != "" && s.Image.Program() != nil && !notRoot(user) {
		need = union(need, strings.Fields(accountCaps))
		d.Evidence = append(d.Evidence, s.says("The container starts with "+at+", which is mounted. It may prepare files of other users, or not become another user itself"))
	}
	if becomes := s.becomesUser(); becomes != "" && !notRoot(user) {
		need = union(need, strings.Fields(accountCaps))
		d.Evidence = append(d.Evidence, s.says(becomes+" are set, so the entrypoint starts as root and switches to that user"))
	}
	if caps, because := s.configuredCaps(); len(caps) > 0 && !notRoot(user) {
		need = union(need, caps)
		d.Evidence = append(d.Evidence, because)
	}
	if dirs := s.filesOfOthers(); len(dirs) > 0 && !notRoot(user) {
		need = union(need, []string{"DAC_OVERRIDE"})
		d.Evidence = append(d.Evidence, s.says("The container mounts "+joined(dirs)+" from the host. Such files usually belong to another user, so root needs DAC_OVERRIDE"))
	}
	if s.onlyWaits() && d.Level == fixer.Safe {
		d.Level, d.Breaks = fixer.Review, inside
	}
	if s.SharedPID && !notRoot(user) {
		need = union(need, []string{"KILL"})
		d.Evidence = append(d.Evidence, s.says("The pod's containers share a process namespace, so root needs KILL to signal processes of another container"))
	}
	if servers := s.supervisedServers(); len(servers) > 0 && !notRoot(user) {
		for _, name := range servers {
			need = union(need, strings.Fields(serverCaps[name]))
		}
		d.Evidence = append(d.Evidence, s.says("The container starts a supervisor, and its image installs "+joined(servers)))
	}
	need = s.capabilitiesOfCommands(&d, need)
	if d.Level == fixer.Manual {
		return d
	}
	if s.Init && !notRoot(user) && slices.Contains(need, "SETUID") {
		need = union(need, []string{"KILL"})
		d.Evidence = append(d.Evidence, s.says("init is true, so the first process stays root, and needs KILL to stop a process that has become another user"))
	}
	if need = slices.DeleteFunc(need, s.adds); len(need) > 0 && s.Image.Program() != nil {
		d.Evidence = append(d.Evidence, fixer.ImageEvidence(s.Image.Entry.Evidence(field)))
		if note := s.Image.Entry.CapsRoot.Note; note != "" && field == image.FieldCapsRoot {
			d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromTable, Text: text.Capital(note)})
		}
	}
	if len(low) > 0 && !notRoot(user) && !slices.Contains(need, bindLow) && !s.adds(bindLow) {
		need = append(need, bindLow)
		d.Evidence = append(d.Evidence, s.says("The container listens on port "+Numbers(low)))
	}
	if more := slices.DeleteFunc(slices.Clone(need), isDefault); len(more) > 0 {
		d.manual("Add " + joined(more) + " first, then drop the other capabilities. The container needs " + joined(more) + ", which no container runtime grants by default")
		return d
	}
	d.AddBack = need
	return d
}

// filesOfOthers returns what the container mounts of a developer's machine that
// root can use only because it overrides permissions: directories that it writes
// to, and files that are private by their names, such as keys. A node's files
// mostly belong to root, so that pods need nothing for them.
func (s *Spec) filesOfOthers() []string {
	var out []string
	for _, m := range s.Mounts {
		if s.Platform != Compose || m.Host == "" || slices.Contains(out, m.Host) {
			continue
		}
		at := UnderRun(m.Target)
		isFile := path.Ext(m.Host) != "" && strings.Trim(path.Base(m.Host), ".") != ""
		switch {
		case within("/dev", at), within("/proc", at), within("/sys", at), at == "/etc/localtime", at == "/etc/timezone", path.Ext(m.Host) == ".sock":
		case within("/run/secrets", at), PrivateFile(m.Host), PrivateFile(at):
			out = append(out, m.Host)
		case !m.ReadOnly && !isFile && !within("/run", at):
			out = append(out, m.Host)
		}
	}
	return out
}

// PrivateFile reports whether a path is by its name a file, or a directory of
// files, that its owner alone can read: keys of TLS and SSH, passwords.
func PrivateFile(at string) bool { return privateFile().MatchString(at) }

var privateFile = text.Regexp(`(?i)\.(key|pem|p12|pfx|jks)$|(^|/)(certs?|ssl|tls|letsencrypt|private|pki|secrets?|\.ssh|\.gnupg)(/|$)|(^|/)(id_(rsa|ed25519|ecdsa)|acme\.json|\.pgpass|\.htpasswd|\.netrc)$`)

// isDefault reports whether Docker and the runtimes of Kubernetes give a
// capability to every container. A fix gives none that a container has not today.
func isDefault(name string) bool {
	return slices.Contains(BaselineCapabilities, name) || slices.Contains(dockerDefaults, name)
}

// capabilitiesOfCommands adds what the commands in the file need. Where that is
// more than a container should have, or is not known, it is for a person.
func (s *Spec) capabilitiesOfCommands(d *CapabilityDecision, need []string) []string {
	user, _ := s.StartsAs()
	for _, e := range s.effects() {
		caps, asRoot := e.caps, e.run.asRoot()
		if e.run.Privileged || notRoot(user) && !e.setuid && !asRoot {
			continue // they take nothing from who has none, or has all
		}
		if s.Platform != Compose && notRoot(user) && !asRoot && slices.Equal(caps, []string{"NET_RAW"}) {
			// To add it back serves programs that have it by their file alone, and no standard for pods allows it.
			d.Level, d.Breaks = fixer.Review, "`"+e.command+"` fails where its binary has NET_RAW by its file, as on Debian, and on nodes whose container runtime does not open ICMP to all users"
			d.Evidence = append(d.Evidence, e.evidence(s))
			continue
		}
		strong := slices.DeleteFunc(slices.Clone(caps), func(name string) bool {
			return isDefault(name) || s.adds(name)
		})
		switch {
		case e.installs && (!notRoot(user) || asRoot):
			d.manual("Install packages in the image, then drop the capabilities. " + e.says() + ", which changes file owners and switches users")
		case e.setuid && slices.Contains(caps, "SETUID") && !user.IsRoot() && !s.worksAsRoot() && !asRoot:
			d.manual("Remove this command, then drop the capabilities. " + e.says() + ", which switches users through its setuid bit and needs capabilities oakum cannot determine")
		case len(strong) > 0 && e.root:
			d.manual("Check whether this command is needed. " + e.says() + ", which needs " + joined(strong) + " and fails unless the container is privileged")
		case len(caps) > 0:
			need = union(need, caps)
		case asRoot && (e.unknown || e.astray): // as root in a container whose user is none
		default:
			continue
		}
		d.Evidence = append(d.Evidence, e.evidence(s))
		if d.Level == fixer.Manual {
			return need
		}
		if d.Level == fixer.Safe {
			d.Level, d.Breaks = fixer.Review, "Commands in this file may need a capability oakum does not know about"
		}
	}
	return need
}

// dockerDefaults are capabilities that a container has by default and the
// baseline standard does not name.
var dockerDefaults = []string{"NET_RAW"}

// adds reports whether the file adds a capability.
func (s *Spec) adds(name string) bool {
	return slices.Contains(s.Add, name) || slices.Contains(s.Add, "ALL")
}

// capabilitiesAsUser returns what the container needs when it is not root: what
// the table says, or of an image nobody knows what its port makes likely. It
// takes a program that was given the capability to bind the port, which cannot
// be started without, and no other makes use of it.
func (s *Spec) capabilitiesAsUser() []string {
	own, _ := s.ownFileCapabilities()
	switch program := s.Image.Program(); {
	case s.Image.Entry == nil && len(s.LowPorts()) > 0:
		return union(own, []string{bindLow})
	case program != nil:
		return union(own, program.CapsNonRoot)
	}
	return own
}

// AddBackAsUser returns the capabilities to add back when the container is made
// to run as another user than root.
func (s *Spec) AddBackAsUser() []string {
	return slices.DeleteFunc(s.capabilitiesAsUser(), func(name string) bool { return slices.Contains(s.Add, name) })
}

// NeedsCapability reports whether the table says that the image needs a
// capability the way the container is started.
func (s *Spec) NeedsCapability(name string) bool {
	e := s.Image.Entry
	if e == nil || s.Image.BuiltHere() {
		return false
	}
	user, _ := s.StartsAs()
	if (user.IsNonRoot() || !user.KnownUID) && slices.Contains(e.CapsNonRoot, name) {
		return true // a user by name may be anybody
	}
	_, sometimes := e.CapsRoot.Conditional[name] // what somebody added for a case stays theirs
	return !user.IsNonRoot() && (sometimes || slices.Contains(e.CapsRoot.Need, name) || slices.Contains(e.CapsRoot.Optional, name))
}

// noFileCapabilities reports whether the programs of the image are known to have
// no capabilities of their own, which they could not be started with once all
// are dropped: the table says so, of a base or of an image that was read, and so
// does a Dockerfile here that gives them none.
func (p *Profile) noFileCapabilities() bool {
	known := p.Entry != nil && (p.Entry.WasRead() || p.Entry.NonRoot.Support == image.SupportApp)
	return known && len(p.Entry.CapsNonRoot) == 0 && p.GainsPrivileges() == ""
}

// Numbers lists ports for people.
func Numbers(ports []int) string {
	out := make([]string, len(ports))
	for i, n := range ports {
		out[i] = strconv.Itoa(n)
	}
	return joined(out)
}
