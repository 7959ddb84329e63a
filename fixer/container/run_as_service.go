package container

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// runAsService decides whether a Compose service runs as root, and whom it can run
// as instead. Docker knows no setting that refuses root, so that a service which
// starts as another user needs nothing. Of one that is built here its Dockerfile
// decides, unless the file says otherwise or the program is that of a known image.
//
// No user is safe to set: what is run in the container by hand runs as that user, too.
func (s *Spec) runAsService() UserDecision {
	start, evidence := s.StartsAs()
	d := UserDecision{Decision: Decision{Evidence: evidence}}
	byVariable := s.User.Set && !s.User.Certain
	rootByDefault := start.IsRoot() || start.Name == "0"
	switch {
	case byVariable && rootByDefault:
		d.Says = "is configured to run as root by default"
		d.unknown("Set the variable to the number of another user wherever the file is used, or make that its default")
		return d
	case notRoot(start), byVariable, s.Image.BuiltHere() && s.Image.Program() == nil && !s.User.Set:
		return d
	case s.User.Set:
		d.Says = "is configured to run as root"
	case start.IsRoot():
		d.Says = "starts as root"
	default:
		d.Says = "sets no user, and its image may start as root"
	}
	switch {
	case s.Privileged.Yes():
		d.unknown("Remove privileged first: a privileged container has full access to the host, as any user")
	case s.User.Set && s.Image.User.IsNonRoot() && s.ofHost() == "":
		d.Need, d.Level, d.User = NeedUser, fixer.Review, s.Image.User
		d.Breaks = "The container fails if its volumes contain files that root has written, or if it was set to root for another reason"
		d.Evidence = slices.Concat(d.Evidence, s.Image.Evidence)
		s.commandsNeedRoot(&d)
		s.configurationNeedsRoot(&d)
	case s.ofHost() != "" && !s.Image.MustBeRoot():
		d.unknown(s.ofHost())
	default:
		s.leaveRoot(&d)
	}
	if d.Need == NeedUser {
		if e := s.Image.Program(); e != nil && !d.Guess {
			d.Evidence = append(slices.Clip(d.Evidence), fixer.ImageEvidence(e.Evidence(image.FieldNonRoot)))
		}
		s.heedOwners(&d)
	}
	return d
}

// commandsNeedRoot leaves to a person what a container runs that only root can do.
func (s *Spec) commandsNeedRoot(d *UserDecision) {
	if e := s.rootCommand(); e != nil {
		d.unknown(s.withoutRoot(*e) + ". " + e.says() + ", which " + onlyRoot(*e))
		d.Evidence = append(d.Evidence, e.evidence(s))
	}
}

// configurationNeedsRoot leaves to a person what a configuration names that only root can do.
func (s *Spec) configurationNeedsRoot(d *UserDecision) {
	c := s.writesAsRoot()
	if c == nil || d.Need != NeedUser {
		return
	}
	d.unknown(c.instead(s) + ", then set a user. " + c.says())
	d.Evidence = append(slices.Clip(d.Evidence), c.evidence())
}

// heedOwners looks at whom the files belong to that the container mounts, which a
// user other than root has to share. A new named volume starts as a copy of the
// image's directory, with its owner. A volume at a path that the image does not
// have, and a directory that Docker makes on the host, belong to root.
func (s *Spec) heedOwners(d *UserDecision) {
	var host, private, ofRoot, kept []string
	who := d.User.String()
	for _, m := range s.Mounts {
		at := UnderRun(m.Target)
		switch {
		case at == "/etc/localtime", at == "/etc/timezone", within("/dev/shm", at):
		case m.Kind == MountHost && !m.ReadOnly && (!isFile(m.Host) || s.writesFile(m.Target)):
			host = union(host, []string{m.Host})
		case m.Host != "" && (m.Kind == MountHost || !s.StartsOnlyAsRoot()) && (within("/run/secrets", at) || PrivateFile(m.Host) || PrivateFile(at)):
			private = union(private, []string{m.Host})
		case m.ReadOnly, m.Kind == MountHost:
		case m.Kind == MountVolume && s.preparedFor(d.User, m.Target):
			kept = union(kept, []string{m.Target})
		case m.Kind == MountVolume:
			ofRoot = union(ofRoot, []string{m.Target})
		case m.Kind == MountScratch && !m.Open && s.needsOwn(m.Target):
			d.Level = fixer.Manual
			d.Advice = "Add uid=" + strconv.Itoa(d.User.UID) + " to the options of the tmpfs at " + m.Target + " first, which belongs to root otherwise, then set user"
		}
	}
	ofRoot = union(ofRoot, s.unmountedData(d.User))
	switch {
	case len(host) > 0:
		d.Level = fixer.Manual
		d.Advice = "Give " + joined(host) + " to user " + strconv.Itoa(d.User.UID) + " first (`" + chown(d.User, host) + "`), then set user. " + "Files of the host keep their owner, and Docker creates a missing directory as root"
		d.Evidence = append(d.Evidence, s.says("The container writes to "+joined(host)+" on the host"))
	case len(ofRoot) > 0:
		d.Level = fixer.Manual
		d.Advice = "Create " + joined(ofRoot) + " in the image with user " + strconv.Itoa(d.User.UID) + " as its owner first, then set user. A new volume at a directory that belongs to root, or that the image does not have, belongs to root"
	}
	if d.Level == fixer.Manual {
		d.Breaks = "The application fails on files that user " + strconv.Itoa(d.User.UID) + " does not own"
		return
	}
	if len(private) > 0 {
		d.Breaks = text.Sentences(d.Breaks, "User "+strconv.Itoa(d.User.UID)+" must be able to read "+joined(private)+" on the host")
	}
	if len(kept) == 0 {
		return
	}
	d.Breaks = "The container fails if the existing volume at " + joined(kept) + " contains files of another user than " + who
	if s.StartsOnlyAsRoot() {
		d.Breaks += ", which another image or variant has written"
		d.Evidence = append(d.Evidence, s.says("A new volume at "+joined(kept)+" belongs to "+who+", and so do files that this image has written"))
	}
}

// writesFile reports whether a command of the file writes to a file.
func (s *Spec) writesFile(at string) bool {
	return slices.ContainsFunc(s.effects(), func(e effect) bool { return slices.Contains(e.writes, path.Clean(at)) })
}

// ofHost says, as advice, which part of the host the container shares that hardly
// another user than root can use; "" where it shares none.
func (s *Spec) ofHost() string {
	for _, m := range s.Mounts {
		at := UnderRun(m.Target)
		switch {
		case at == "/etc/localtime", at == "/etc/timezone", m.Kind != MountHost:
		case strings.HasSuffix(m.Host, ".sock") || strings.HasSuffix(at, ".sock"):
			return "Remove the socket first, or put a proxy with an allow-list in front of it: only root and the group of " + m.Host + " may connect to it"
		case ofSystem(m.Host):
			return "Check which files below " + m.Host + " the service needs before setting a user: most of them belong to root"
		}
	}
	return ""
}

func chown(user image.Identity, paths []string) string {
	owner := strconv.Itoa(user.UID)
	if user.KnownGID {
		owner += ":" + strconv.Itoa(user.GID)
	}
	words := make([]string, len(paths))
	for i, at := range paths {
		words[i] = text.ShellWord(at)
	}
	return "sudo chown -R " + owner + " " + strings.Join(words, " ")
}

// aboutOwner reports whether a condition is that what is mounted belongs to the user.
func aboutOwner(c *image.Condition) bool { return c.Not != nil && len(c.Not.Mount) > 0 }

// askForUser leaves the user to a person, because nothing is known of the program.
func (s *Spec) askForUser(d *UserDecision) {
	d.User, d.Level = nonroot(), fixer.Manual
	if e := s.Image.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		d.User = *e.Service
	}
	d.Guess = true
	d.Breaks = "The application fails if it needs root or writes to files that the user does not own; oakum does not know the image"
	d.Advice = "Find out which user the application can run as in the documentation of the image, then set user to the number of that user"
	if !s.Image.BuiltHere() && s.Image.Known != nil {
		d.Advice = "Look up the user of the image (`docker image inspect --format '{{.Config.User}}' " + text.ShellWord(s.Image.Name) + "`; no output means root), then set user to a number that the image works with"
	}
}

// preparedFor reports whether the image has a directory at a path that belongs to
// the user: one for the data of the program, whose user it is.
func (s *Spec) preparedFor(user image.Identity, at string) bool {
	e := s.Image.Program()
	if e == nil || e.Service == nil && !e.Default.IsNonRoot() || user.UID != serviceOf(e).UID {
		return false
	}
	if HoldsData(e, at) {
		return true
	}
	return slices.ContainsFunc(e.Writable, func(w image.WritablePath) bool {
		return w.Path == at && (w.Kind == "data" || w.Kind == "config" || w.Kind == "log" || w.Kind == "cache") && e.NonRoot.Support == image.SupportYes
	})
}

func serviceOf(e *image.Entry) image.Identity {
	if e.Service != nil {
		return *e.Service
	}
	return e.Default
}

// unmountedData returns where a known image keeps data in directories of its own
// that do not belong to the user.
func (s *Spec) unmountedData(user image.Identity) []string {
	e := s.Image.Program()
	if e == nil {
		return nil
	}
	var out []string
	for _, w := range e.Writable {
		if w.Path != "" && w.Kind == "data" && s.holds(w.When) == Yes && !s.Mounted(w.Path) && !s.preparedFor(user, w.Path) {
			out = append(out, w.Path)
		}
	}
	return out
}

// needsOwn reports whether a known image writes to a path as a user to whom a tmpfs
// there has to belong. Of an unknown one the directories for everybody are known.
func (s *Spec) needsOwn(at string) bool {
	if slices.Contains([]string{"/tmp", "/var/tmp"}, at) {
		return false
	}
	if s.Image.Entry == nil {
		return true
	}
	return slices.ContainsFunc(s.Image.Entry.Writable, func(w image.WritablePath) bool {
		return w.Path != "" && within(at, w.Path) && !w.Everybody() && s.holds(w.When) != No
	})
}

// ofSystem reports whether a path on the host holds files of its system.
func ofSystem(host string) bool {
	if host == "/" {
		return true
	}
	return slices.ContainsFunc([]string{"/dev", "/proc", "/sys", "/run", "/boot", "/root", "/etc", "/usr", "/lib", "/var/lib/docker", "/var/log"}, func(dir string) bool { return within(dir, host) })
}

// isFile reports whether a path on the host most likely is a file.
func isFile(host string) bool {
	return path.Ext(host) != "" && strings.Trim(path.Base(host), ".") != ""
}

// StartsOnlyAsRoot reports whether the image starts as root to prepare its files
// and becomes another user by itself, and the file leaves that to it. Some images
// have what it takes and become one only if they are told to: minio.
func (s *Spec) StartsOnlyAsRoot() bool {
	if s.User.Set || s.Entrypoint != nil || s.stepsDown() == "" {
		return false
	}
	e := s.Image.Program()
	return e == nil || slices.Contains(e.CapsRoot.Need, "SETUID")
}
