package container

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A UserNeed is what a container lacks to be sure not to run as root.
type UserNeed int

// The needs.
const (
	NeedNothing UserNeed = iota // runAsNonRoot holds
	NeedFlag                    // it does not run as root; only the flag is missing
	NeedUser                    // it has to be told whom to run as
	NeedUnknown                 // no automatic fix is known
)

// A UserDecision is about whom a container runs as.
type UserDecision struct {
	Decision
	Need UserNeed
	Says string         // what is wrong, to follow the container's name
	User image.Identity // for NeedUser

	// What the user needs to start, besides being named:
	VolumeGroup bool                 // the files of its volumes have to be given to its group
	LowPorts    []int                // it has to be allowed to bind these
	Scratch     []image.WritablePath // empty places in stead of directories that are root's
	Refused     bool                 // the kubelet does not start the container as it is
	Guess       bool                 // nothing tells that the application works as the user
	Env, Dir    string               // a variable that names a directory below a mount
	SetEnv      map[string]string    // variables without which it does not start as that user
}

// Paths returns the directories that need an empty place.
func (d UserDecision) Paths() []string { return pathsOf(d.Scratch) }

// nonrootUID is the number that distroless and hardened images use for a user
// without privileges.
const nonrootUID = 65532

func nonroot() image.Identity {
	return image.Identity{UID: nonrootUID, GID: nonrootUID, KnownUID: true, KnownGID: true}
}

// RunAs decides how a container can be held to not running as root.
func (s *Spec) RunAs() UserDecision {
	if s.Platform == Compose {
		return s.runAsService()
	}
	d := UserDecision{Says: "may run as root"}
	told := s.User.Set && s.User.Identity.KnownUID
	toldRoot := told && s.User.Identity.UID == 0
	if s.NonRoot.Yes() && !toldRoot && (told || !s.refused(&d)) {
		return UserDecision{Says: d.Says}
	}
	if s.NonRoot.No() && !s.NonRoot.Inherited {
		d.Says = "sets runAsNonRoot to false"
	}
	start := s.Image.User
	if !d.Refused {
		d.Evidence = s.Image.Evidence
	}
	switch numbered := start.IsNonRoot() && start.Numeric; {
	case d.Refused: // decided
	case told && !toldRoot:
		d.Need, d.Level = NeedFlag, fixer.Safe
		d.Says = "runs as user " + strconv.Itoa(s.User.Identity.UID) + ", but " + s.unenforced()
		d.Evidence = []fixer.Evidence{s.User.Evidence}
	case toldRoot:
		d.Says = "is configured to run as root"
		if s.NonRoot.Yes() {
			d.Says += " although runAsNonRoot is true, so the kubelet refuses to start it"
		}
		s.leaveRoot(&d)
	case numbered && s.Image.Proven:
		d.Need, d.Level = NeedFlag, fixer.Safe
		d.Says = "runs as the image's user " + start.String() + ", but " + s.unenforced()
	case numbered && s.Image.StaleReason != "":
		d.Need, d.Level, d.User = NeedUser, fixer.Review, start
		d.Breaks = "An image built before this Dockerfile starts as user " + strconv.Itoa(start.UID) + " as well, and fails on files owned by root until it is rebuilt"
	case numbered:
		d.Need, d.Level = NeedFlag, fixer.Review
		d.Breaks = "The kubelet refuses to start the container if its image runs as root after all"
	case start.IsNonRoot():
		d.Need, d.Level, d.User = NeedUser, fixer.Review, start
		d.Says += ": its image sets the user by name, not by number"
		d.Breaks = "The container fails if the image gives this user name a different number"
	default:
		s.leaveRoot(&d)
	}
	if s.SharedPID && d.Need == NeedUser && d.Level == fixer.Review {
		d.Breaks += ". Containers of the pod can signal each other's processes only if they run as the same user"
	}
	if e := s.sendsRaw(); e != nil && d.Need == NeedUser && d.Level == fixer.Review {
		d.Breaks = text.Sentences(d.Breaks, "`"+e.command+"` fails as this user on nodes whose container runtime does not open ICMP to all users; the sysctl net.ipv4.ping_group_range of the pod does")
	}
	d.LowPorts = s.LowPorts()
	private := s.PrivateFiles()
	d.VolumeGroup = (len(s.Claims()) > 0 || d.Dir != "" || len(private) > 0) && !start.IsNonRoot() // else its volumes are its own already
	if d.Need == NeedUser && d.Level == fixer.Review && len(private) > 0 && !start.IsNonRoot() {
		d.Breaks = text.Sentences(d.Breaks, "The files at "+joined(private)+" are root's alone. With fsGroup the group of the pod can read them, and an application that insists on private files refuses them")
	}
	return d
}

// unenforced says that a user who is not root is only what the container happens
// to run as.
func (s *Spec) unenforced() string {
	if s.NonRoot.No() {
		return "runAsNonRoot is false, so nothing enforces it"
	}
	return "runAsNonRoot is not set, so nothing enforces it"
}

// unknown leaves the decision to a person.
func (d *UserDecision) unknown(advice string) {
	d.Need = NeedUnknown
	d.manual(advice)
}

// leaveRoot decides what can be done for a container that starts as root, or as
// nobody knows what.
func (s *Spec) leaveRoot(d *UserDecision) {
	d.Need, d.Level = NeedUser, fixer.Review
	e := s.Image.Entry
	files := s.hostFiles()
	strong := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return slices.Contains(BaselineCapabilities, name) })
	switch at := s.belowRootHome(); {
	case len(strong) > 0:
		d.unknown("Check whether the container needs " + joined(strong) + " before setting a user: only root can use the added capability")
	case len(files) > 0 && s.Platform != Compose && !s.Image.User.IsNonRoot():
		d.unknown("Check who owns " + joined(files) + " on the nodes before setting a user: files of the host usually belong to root")
	case at != "":
		d.unknown("Mount " + at + " outside /root and configure the application to use the new path, then set a user: only root can enter /root")
	case s.rootCommand() != nil:
		e := s.rootCommand()
		d.unknown(s.withoutRoot(*e) + ". " + e.says() + ", which " + onlyRoot(*e))
		d.Evidence = append(d.Evidence, e.evidence(s))
	case s.keptByRoot() != nil && (e == nil || s.Image.BuiltHere()):
		e := s.keptByRoot()
		d.unknown("Set HOME to a directory that the user may write to, then set a user. " + e.says() + ", which writes to the home directory of its user, and a user whom the image does not know has none")
		d.Evidence = append(slices.Clip(d.Evidence), e.evidence(s))
	case s.writesAsRoot() != nil:
		c := s.writesAsRoot()
		d.unknown(c.instead(s) + ", then set a user. " + c.says() + ", where only root may write")
		d.Evidence = append(slices.Clip(d.Evidence), c.evidence())
	case s.wantsPrivate() != "":
		at := s.wantsPrivate()
		d.unknown("Copy " + at + " in an init container to a file that belongs to the user and has mode 0400, and set the user then. The application refuses a file that a group may read, and without fsGroup only root can read this one")
	case s.becomesUser() != "" && (e == nil || e.NonRoot.Support != image.SupportDefault):
		d.unknown("Use a variant of the image that starts as its own user. " + s.becomesUser() + " are set for an entrypoint that starts as root and switches to that user")
	case s.Platform == Knative && len(s.LowPorts()) > 0:
		d.unknown("Listen on the port above 1024 that Knative passes in PORT. The container listens on port " + Numbers(s.LowPorts()) + ", which only root may bind on Knative")
	case s.HostNetwork && s.lowPortIsClosed() == Yes:
		d.unknown("Listen on a port above 1024, or keep root with NET_BIND_SERVICE as the only capability. Only root may bind port " + Numbers(s.LowPorts()) + " in the host network")
	case s.Image.MustBeRoot():
		d.unknown(mustBeRoot(e))
	case s.Platform != Compose && s.Image.Strange() && s.User.Set && s.User.Identity.IsRoot() && !s.NonRoot.Yes():
		d.unknown("Find out why runAsUser is 0, then set another user. oakum does not know the image, so whether it works as another user is unknown")
	case s.Image.DropsPrivileges() != "":
		look, key := "kubectl exec POD --", "runAsUser"
		if s.Platform == Compose {
			look, key = "docker compose exec SERVICE", "user"
		}
		d.unknown("Find the user that the process runs as (`" + look + " grep Uid /proc/1/status`), then set " + key + " to it. " + s.Image.Build.Path + " includes " + s.Image.DropsPrivileges() + ", so the container most likely drops privileges itself")
	case s.Platform == Compose && e != nil && e.ByName:
		s.unknownApplication(d) // of a name alone no number follows
	case s.Platform != Compose && s.servesLogins() != "":
		d.unknown("Keep root with only the capabilities that the server needs, or use one that listens above port 1024 as its own user. " + s.servesLogins() + ": such a server starts as root and becomes the user who logs in")
	case s.Platform != Compose && s.Image.unknown() && s.servesMail() != "":
		d.unknown("Keep root with only the capabilities that the server needs. " + s.servesMail() + ": mail servers mostly start as root and hand mail to other users")
	case s.Platform != Compose && s.servesByName() != "":
		d.unknown("Keep root with only the capabilities that the server needs, or set the user that it serves as. " + s.servesByName() + ": such a server starts as root, prepares its files and becomes its own user")
	case e == nil || s.Image.BuiltHere() && (s.Platform != Compose || s.Image.Program() == nil) || e.NonRoot.Support == image.SupportApp:
		s.unknownApplication(d)
	case s.mountedStart() != "":
		at := s.mountedStart()
		d.unknown("Read " + at + ", then set the user that it works as. The container starts with this file, which is mounted: it may need root for what it prepares, and " + e.ID + " is not known to start that way")
	default:
		s.knownImage(d)
	}
}

func mustBeRoot(e *image.Entry) string {
	advice := "Keep root, drop all other privileges: " + e.ID + " must start as root"
	if len(e.Alternatives) > 0 {
		advice = "Use " + e.Alternatives[0].Image + ", which does not need root: " + e.ID + " must start as root"
	}
	return advice
}

// unknownApplication runs a program of which nobody knows whom it works as.
func (s *Spec) unknownApplication(d *UserDecision) {
	if s.Platform == Compose {
		s.askForUser(d)
		return
	}
	d.User, d.Guess = nonroot(), s.Image.unknown()
	if e := s.Image.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		d.User = *e.Service
	}
	if user, e, ok := s.siblingUser(); ok {
		d.User, d.Evidence = user, append(slices.Clip(d.Evidence), e)
	}
	who := strconv.Itoa(d.User.UID)
	d.Breaks = "The application fails if it needs root or writes to files that user " + who + " does not own; oakum does not know the image"
	if s.Image.BuiltHere() {
		d.Breaks = "The application fails if it writes to files that user " + who + " does not own; setting USER in " + s.Image.Build.Path + " is better"
	}
	if why := s.servesData(); why != "" {
		d.Breaks = why + ". The application fails as a user that does not own its data directories: set the number of its own user"
	}
}

// knownImage runs an image of the table as the user it is known to work as.
func (s *Spec) knownImage(d *UserDecision) {
	e := s.Image.Entry
	user, ok := s.Image.RunAs()
	if s.Image.BuiltHere() && e.NonRoot.Support != image.SupportNo && e.NonRoot.Support != image.SupportUnknown {
		user, ok = e.RunAs() // the program is that of its base
	}
	if !ok && e.NonRoot.AnyUID {
		user, ok = nonroot(), true
	}
	if !ok {
		d.unknown("Test " + e.ID + " with a non-root user, then set it: oakum's image table lists no user for this image")
		return
	}
	d.User = user
	d.Breaks = "The container fails if a volume contains files of another user"
	var open []string
	for _, c := range e.NonRoot.Conditions {
		switch s.holds(c) {
		case Yes:
			continue
		case No:
			if s.Platform == Compose && aboutOwner(c) {
				continue // of whom the files belong to more is known: [Spec.heedOwners]
			}
			if len(c.Set) == 0 {
				d.unknown("Keep root, or change the configuration: " + e.ID + " runs as " + user.String() + " only if " + c.Says)
				return
			}
			for name, value := range c.Set {
				if !s.setsEnv(name) {
					d.SetEnv = with(d.SetEnv, name, value)
				}
			}
		default:
			if s.Platform == Compose && c.GivesRoom() {
				continue // the tmpfs of the fix belong to the user
			}
			open = append(open, c.Says)
		}
	}
	if len(open) > 0 {
		d.Breaks = "The container runs as " + user.String() + " only if " + strings.Join(open, ", and ") + "; oakum cannot determine this"
	}
	if e.NonRoot.Support == image.SupportConditional {
		// The directories of the image belong to root: without volumes in their
		// place it would not start.
		w := s.scratch(e)
		switch {
		case w.hidden != "":
			d.unknown(w.refused + ". The volume must be writable for user " + user.String())
			return
		case !e.Verified(image.FieldNonRoot) && (s.Platform == Compose || len(open) > 0 && !e.VerifiedButForName(image.FieldNonRoot)):
			advice := "Test " + e.ID + " as user " + user.String() + ", then set it. This is not verified"
			if says := image.SaysAll(e.NonRoot.Conditions); says != "" {
				advice += ", and holds only if " + says
			}
			d.unknown(advice)
			return
		}
		d.Scratch = s.aboveMounts(w.paths)
		switch {
		case s.Platform == Compose:
		case e.ByName:
			d.Breaks = text.Sentences("The container fails if its image is not "+e.ID+", whose name it has", d.Breaks)
		case !e.Verified(image.FieldNonRoot):
			d.Breaks = text.Sentences("That "+e.ID+" works as user "+user.String()+" is not verified", d.Breaks)
		}
	}
	if s.Platform == Compose {
		return
	}
	if d.Env, d.Dir = s.dataDirectory(e); d.Dir != "" {
		d.Breaks = "An existing database is not found at the new " + d.Env + ": move it, or keep its directory with an empty `folder` parameter"
		return
	}
	for _, at := range s.Claims() {
		if name, dir := s.dataBelow(e, at); dir != "" {
			d.Breaks = text.Sentences(d.Breaks, "On a new volume the database starts only if "+name+" names a directory below "+at+"; what envFrom sets is not seen here")
		}
	}
}

// dataDirectory returns the variable and the directory below its mount that a
// database needs when its volume belongs to a group and not to its user: it
// refuses to keep its files in a directory that it cannot make its own.
//
// Where variables come from elsewhere as a whole, it may be set there, and storage
// that is kept may have its files where they say.
func (s *Spec) dataDirectory(e *image.Entry) (env, dir string) {
	for _, m := range s.Mounts {
		if m.ReadOnly || m.Kind != MountVolume && m.Kind != MountScratch {
			continue
		}
		if name, at := s.dataBelow(e, m.Target); at != "" && !(s.EnvFrom && m.Kind == MountVolume) {
			return name, at
		}
	}
	return "", ""
}

// dataBelow returns the variable that names where a database keeps its files, and
// a directory below a mount for it; "" where the mount is for something else, or
// the file says where already.
func (s *Spec) dataBelow(e *image.Entry, mount string) (env, dir string) {
	if !s.startsOwn() {
		return "", ""
	}
	for _, name := range slices.Sorted(maps.Keys(e.Kubernetes.Env)) {
		template := e.Kubernetes.Env[name]
		at := strings.ReplaceAll(template, "<mount>", mount)
		if at != template && HoldsData(e, mount) && !s.setsEnv(name) {
			return name, at
		}
	}
	return "", ""
}

// startsOwn reports whether the container starts the program of its image, or what
// may start it in turn, and not only a client that is in the image, too: pg_dump
// in the image of PostgreSQL.
func (s *Spec) startsOwn() bool {
	if !s.replacesStart() {
		return true
	}
	commands := 0
	for _, r := range s.starts() {
		for _, c := range r.Commands {
			commands++
			_, known := programs[c.Program]
			if !known && !c.HandsRead && !clients[c.Program] {
				return true
			}
		}
		if r.Unread {
			return true
		}
	}
	return commands == 0
}

// clients are programs in the images of databases and brokers that are no servers,
// besides those that [programs] has.
var clients = text.WordSet(`psql pg_dump pg_dumpall pg_restore pg_basebackup createdb dropdb mysql mysqldump mariadb mariadb-dump
	mongosh mongo mongodump mongorestore mongoexport mongoimport influx clickhouse-client cqlsh rabbitmqadmin rabbitmqctl`)

// privateOptions are the options by which a program is given a file that it refuses
// when others than its owner may read it.
var privateOptions = []string{"--keyFile"} // of mongod and mongos

// wantsPrivate returns a file that only root may read, and that a program of the
// container takes for its own only; "" where there is none.
func (s *Spec) wantsPrivate() string {
	for _, name := range privateOptions {
		for _, at := range s.option(name) {
			if slices.ContainsFunc(s.Mounts, func(m Mount) bool { return m.Kind == MountFiles && m.Private && within(m.Target, at) }) {
				return at
			}
		}
	}
	return ""
}

// rootCommand returns what the file has run that only root can do; nil where
// nothing of the kind is known.
func (s *Spec) rootCommand() *effect {
	for _, e := range s.effects() {
		if e.perhaps {
			continue
		}
		own := slices.ContainsFunc(e.writes, func(at string) bool {
			return !s.Mounted(at) && (systemFile(at) || e.run.Start && s.Image.BuiltHere() && !scratchable(at))
		})
		if e.root || e.installs || own || e.setuid && slices.Contains(e.caps, "SETUID") {
			return &e
		}
	}
	return nil
}

// keptByRoot returns a command that keeps settings in the home directory of root, because
// nothing names another one; nil where there is none.
func (s *Spec) keptByRoot() *effect {
	for _, e := range s.effects() {
		if e.rootHome && !e.perhaps {
			return &e
		}
	}
	return nil
}

// systemFile reports whether a path is where only root may write in about every
// image.
func systemFile(at string) bool {
	return slices.ContainsFunc([]string{"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/root"}, func(dir string) bool { return within(dir, at) })
}

func onlyRoot(e effect) string {
	switch {
	case e.installs:
		return "installs packages, which usually needs root"
	case e.setuid:
		return "switches users and so needs root, or a configuration in the image"
	case !e.root:
		return "writes to directories that usually only root can write to"
	}
	return "only root can do"
}

// withoutRoot is what a person can do about a command that needs root.
func (s *Spec) withoutRoot(e effect) string {
	switch {
	case e.installs:
		return "Install packages in the image, then set a user for the container"
	case slices.Contains(e.caps, "CHOWN") && s.Platform != Compose:
		return "Set fsGroup in the pod, which changes the group of its volumes, or keep root with only the capabilities " + joined(e.caps)
	case len(e.caps) > 0:
		return "Keep root with only the capabilities " + joined(e.caps) + ", or run this command in another container"
	}
	return "Do this in the image, or keep root"
}

// HoldsData reports whether a mount is where the image keeps its data.
func HoldsData(e *image.Entry, mount string) bool {
	return slices.ContainsFunc(e.Volumes, func(v image.Volume) bool { return v.Path == mount })
}

// ValidID returns what accepts the number of a user or group, from least up.
func ValidID(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseUint(s, 10, 31); err != nil || int(n) < least {
			return errors.New("a whole number from " + strconv.Itoa(least) + " to 2147483647")
		}
		return nil
	}
}
