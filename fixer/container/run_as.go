package container

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
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
	d.LowPorts = s.LowPorts()
	d.VolumeGroup = len(s.Claims()) > 0 && !start.IsNonRoot() // else its volumes are its own already
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
	case s.Platform == Knative && len(s.LowPorts()) > 0:
		d.unknown("it listens on port " + Numbers(s.LowPorts()) + ", which Knative lets only root bind: let it listen on the port above 1024 that Knative gives it in PORT")
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
	if conditions := e.NonRoot.Conditions; len(conditions) > 0 {
		d.Breaks = "it works as " + user.String() + " on these conditions: " + strings.Join(conditions, "; ")
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
			d.unknown(e.ID + " is said to run as " + user.String() + ", which nobody has verified: " + strings.Join(e.NonRoot.Conditions, "; "))
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
	if s.EnvFrom {
		return "", ""
	}
	for _, mount := range s.Claims() {
		for _, name := range slices.Sorted(maps.Keys(e.Kubernetes.Env)) {
			template := e.Kubernetes.Env[name]
			at := strings.ReplaceAll(template, "<mount>", mount)
			if at != template && HoldsData(e, mount) && !s.setsEnv(name) {
				return name, at
			}
		}
	}
	return "", ""
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
