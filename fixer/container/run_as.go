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
	NeedUnknown                 // no sound answer is known
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
	d := UserDecision{Says: "may run as root"}
	told := s.User.Set && s.User.Identity.KnownUID
	toldRoot := told && s.User.Identity.UID == 0
	if s.NonRoot.Yes() && !toldRoot {
		return d
	}
	if s.NonRoot.No() && !s.NonRoot.Inherited {
		d.Says = "says that it may run as root"
	}
	start := s.Image.User
	d.Evidence = s.Image.Evidence
	switch numbered := start.IsNonRoot() && start.Numeric; {
	case told && !toldRoot:
		d.Need, d.Level = NeedFlag, fixer.Safe
		d.Says = "runs as user " + strconv.Itoa(s.User.Identity.UID) + ", but nothing holds it to that"
		d.Evidence = []fixer.Evidence{s.User.Evidence}
	case toldRoot:
		d.Says = "is told to run as root"
		if s.NonRoot.Yes() {
			d.Says += " and not to, so the kubelet refuses to start it"
		}
		s.leaveRoot(&d)
	case numbered && s.Image.Proven:
		d.Need, d.Level = NeedFlag, fixer.Safe
		d.Says = "runs as " + start.String() + " by its image, but nothing holds it to that"
	case numbered && s.Image.StaleReason != "":
		d.Need, d.Level, d.User = NeedUser, fixer.Review, start
		d.Breaks = "the image that runs may be older than its Dockerfile: the kubelet starts it as " + strconv.Itoa(start.UID) + " all the same, and it fails where its files are root's until it is built again"
	case numbered:
		d.Need, d.Level = NeedFlag, fixer.Review
		d.Breaks = "the kubelet refuses the container if its image starts as root after all"
	case start.IsNonRoot():
		d.Need, d.Level, d.User = NeedUser, fixer.Review, start
		d.Says += ", and its image names its user instead of giving a number"
		d.Breaks = "the kubelet cannot check a user given by name, so the number is written: it fails if the image gives the name another number"
	default:
		s.leaveRoot(&d)
	}
	if s.SharedPID && d.Need == NeedUser && d.Level == fixer.Review {
		d.Breaks += "; a container of the pod signals the processes of another one only as the same user"
	}
	d.LowPorts = s.LowPorts()
	d.VolumeGroup = (len(s.Claims()) > 0 || d.Dir != "") && !start.IsNonRoot() // else its volumes are its own already
	return d
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
		d.unknown("it adds " + joined(strong) + ", which is of use to root alone: find out whether it can do without before giving it a user")
	case len(files) > 0 && !s.Image.User.IsNonRoot():
		d.unknown("it works on files of its node (" + joined(files) + "), which mostly belong to root: find out whom they belong to before giving it a user")
	case at != "" && (e != nil || s.Image.BuiltHere()):
		d.unknown("it finds " + at + " in the home of root, which nobody else may enter: mount it elsewhere, tell the program, and then give it a user")
	case s.rootCommand() != nil:
		e := s.rootCommand()
		d.unknown(e.says() + ", which " + onlyRoot(*e) + ": " + s.withoutRoot(*e))
		d.Evidence = append(d.Evidence, e.evidence(s))
	case s.becomesUser() != "" && (e == nil || e.NonRoot.Support != image.SupportDefault):
		d.unknown("it is given " + s.becomesUser() + ", which an entry point reads that starts as root and becomes that user by itself: look for a variant of the image that starts as its own user")
	case s.Platform == Knative && len(s.LowPorts()) > 0:
		d.unknown("it listens on port " + Numbers(s.LowPorts()) + ", which Knative lets only root bind: let it listen on the port above 1024 that Knative gives it in PORT")
	case s.HostNetwork && s.lowPortIsClosed() == Yes:
		d.unknown("it listens on port " + Numbers(s.LowPorts()) + " in the network of its host, where only root may bind ports below 1024: let it listen on a higher port, or leave it root with no capability but NET_BIND_SERVICE")
	case s.Image.MustBeRoot():
		d.unknown(mustBeRoot(e))
	case s.Image.DropsPrivileges() != "":
		d.unknown(s.Image.Build.Path + " brings " + s.Image.DropsPrivileges() + ", so that the program most likely starts as root and becomes another user by itself: give it that user's number once it has been seen to start so")
	case e == nil || s.Image.BuiltHere() || e.NonRoot.Support == image.SupportApp:
		s.unknownApplication(d)
	default:
		s.knownImage(d)
	}
}

func mustBeRoot(e *image.Entry) string {
	advice := e.ID + " must start as root"
	if len(e.Alternatives) > 0 {
		advice += "; an image that need not: " + e.Alternatives[0].Image
	}
	return advice
}

// unknownApplication runs a program of which nobody knows whom it works as.
func (s *Spec) unknownApplication(d *UserDecision) {
	d.User = nonroot()
	if e := s.Image.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		d.User = *e.Service
	}
	who := strconv.Itoa(d.User.UID)
	d.Breaks = "nothing is known of the image: it fails if it needs root, or writes to what user " + who + " does not own"
	if s.Image.BuiltHere() {
		d.Breaks = "the image starts as root: it fails if it writes to what user " + who + " does not own; better to set USER in " + s.Image.Build.Path
	}
	if why := s.servesData(); why != "" {
		d.Breaks = why + ": it fails as a user who does not own the folders of its data; give the number of its own user"
	}
	if at := s.belowRootHome(); at != "" {
		d.Breaks = "it finds " + at + " in the home of root, which most images let nobody else enter: it fails until that is mounted elsewhere, and the program told"
	}
}

// knownImage runs an image of the table as the user it is known to work as.
func (s *Spec) knownImage(d *UserDecision) {
	e := s.Image.Entry
	user, ok := s.Image.RunAs()
	if !ok && e.NonRoot.AnyUID {
		user, ok = nonroot(), true
	}
	if !ok {
		d.unknown("nothing is known of a user that " + e.ID + " runs as without root")
		return
	}
	d.User = user
	d.Breaks = "the container fails if a volume holds files of another user"
	var open []string
	for _, c := range e.NonRoot.Conditions {
		switch s.holds(c) {
		case Yes:
			continue
		case No:
			if len(c.Set) == 0 {
				d.unknown(e.ID + " works as " + user.String() + " only where " + c.Says + ", which is not so here")
				return
			}
			for name, value := range c.Set {
				if !s.setsEnv(name) {
					d.SetEnv = with(d.SetEnv, name, value)
				}
			}
		default:
			open = append(open, c.Says)
		}
	}
	if len(open) > 0 {
		d.Breaks = "it works as " + user.String() + " on these conditions, which nothing here tells: " + strings.Join(open, "; ")
	}
	if e.NonRoot.Support == image.SupportConditional {
		// The directories of the image belong to root: without volumes in their
		// place it would not start.
		w := s.scratch(e)
		switch {
		case w.hidden != "":
			d.unknown(w.refused + ", writable to " + user.String())
			return
		case !e.Verified(image.FieldNonRoot):
			d.unknown(e.ID + " is said to run as " + user.String() + ", which nobody has verified: " + image.SaysAll(e.NonRoot.Conditions))
			return
		}
		d.Scratch = w.paths
	}
	if d.Env, d.Dir = s.dataDirectory(e); d.Dir != "" {
		d.Breaks = "a database that is in the volume already is not found at the new " + d.Env + ": keep it where it is with an empty folder parameter, or move it"
	}
}

// dataDirectory returns the variable and the directory below its mount that a
// database needs when its volume belongs to a group and not to its user: it
// refuses to keep its files in a directory that it cannot make its own.
//
// Where variables come from elsewhere as a whole, it may be set there.
func (s *Spec) dataDirectory(e *image.Entry) (env, dir string) {
	for _, m := range s.Mounts {
		if m.ReadOnly || m.Kind != MountVolume && m.Kind != MountScratch {
			continue
		}
		if name, at := s.dataBelow(e, m.Target); at != "" {
			return name, at
		}
	}
	return "", ""
}

// dataBelow returns the variable that names where a database keeps its files, and
// a directory below a mount for it; "" where the mount is for something else, or
// the file says where already.
func (s *Spec) dataBelow(e *image.Entry, mount string) (env, dir string) {
	if s.EnvFrom || !s.startsOwn() {
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

// rootCommand returns what the file has run that only root can do; nil where
// nothing of the kind is known.
func (s *Spec) rootCommand() *effect {
	for _, e := range s.effects() {
		own := slices.ContainsFunc(e.writes, func(at string) bool { return systemFile(at) && !s.Mounted(at) })
		if e.root || e.installs || own || e.setuid && slices.Contains(e.caps, "SETUID") {
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
		return "installs packages, mostly where only root may write"
	case e.setuid:
		return "becomes another user, as root may, or who is configured in the image"
	case !e.root:
		return "writes where mostly only root may"
	}
	return "only root may do"
}

// withoutRoot is what a person can do about a command that needs root.
func (s *Spec) withoutRoot(e effect) string {
	switch {
	case e.installs:
		return "do that in the image, and then give the container a user"
	case slices.Contains(e.caps, "CHOWN") && s.Platform != Compose:
		return "an fsGroup of the pod gives its volumes to a group without that; else let this container stay root with the capabilities " + joined(e.caps)
	case len(e.caps) > 0:
		return "let it stay root with the capabilities " + joined(e.caps) + ", or do that elsewhere"
	}
	return "do that in the image, or let it stay root"
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
