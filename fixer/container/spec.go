package container

import (
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Spec is a container as a file describes it, whatever the kind of file, with
// what is known of its image. It is all that the decisions of this room look
// at. [FromService] and [FromContainer] fill it from documents.
type Spec struct {
	Platform Platform
	Image    *Profile

	User    User   // whom the file tells it to run as
	NonRoot Choice // runAsNonRoot
	Group   bool   // the file gives a group of its own

	VolumeGroup bool // the file gives the volumes to a group: fsGroup

	// Siblings are the users that Compose services tell the same image to run as.
	Siblings []User

	// Entrypoint and Command are what the file starts in place of what the
	// image would: Kubernetes' command and args. nil means that the file leaves
	// it to the image.
	Entrypoint, Command []string
	StartPlace          string // where that is written, "" where it stands at Place
	Dir                 string // working directory that the file gives, "" without one

	// Runs are what else is run in the container because the file says so: health
	// checks, probes, hooks.
	Runs []Run

	Env     []Variable // those that are set one by one
	EnvFrom bool       // others come from elsewhere as a whole

	Mounts   []Mount
	Settings []Setting // of files that it mounts
	Copied   []Copy    // what is written into the root filesystem from outside
	Ports    []int     // that the file says the container listens on

	Privileged      Choice
	ReadOnly        Choice // of the root file system
	NoNewPrivileges Choice
	Add             []string // capabilities, in upper case without CAP_
	HostNetwork     bool
	Init            bool // a process of the engine is the first, and hands signals on
	SharedPID       bool // the containers of the pod see and signal each other's processes

	MemoryRequest string         // as written, "" without one
	Accelerator   fixer.Evidence // a GPU or the like that it asks for, empty for none

	// Kind and Place are for evidence: the kind of file, and where in it the
	// container stands.
	Kind  fixer.EvidenceKind
	Place string

	configured     []configured // what its configuration files name for it to write to
	configurations []string     // where those that were read lie in the container

	read *reading // what follows from the above, worked out once; nil in a spec made by hand
}

// A reading is what is read in the commands of a spec.
type reading struct {
	starts  func() []Run
	effects func() []effect
	named   func() []NamedPath
}

// remember makes a spec that does not change any more work out once what is read
// in its commands.
func (s *Spec) remember() *Spec {
	s.read = &reading{
		starts: sync.OnceValue(s.readStarts), effects: sync.OnceValue(s.readEffects), named: sync.OnceValue(s.readNamedPaths),
	}
	return s
}

// A Platform is what runs the container. They differ in what a container may do
// by default, and in whether it keeps its files when it is started again.
type Platform int

// The platforms.
const (
	// Compose runs containers by Docker: everybody may bind any port in a
	// network of the container's own, a volume of the image is writable on a
	// read-only root, and what is written stays until the container is removed.
	Compose Platform = iota
	// Kubernetes starts each container from its image anew. Whether ports below
	// 1024 are open to everybody depends on the node's runtime.
	Kubernetes
	// Knative is Kubernetes where the pod's settings are Knative's own.
	Knative
)

// A User is whom a file tells a container to run as.
type User struct {
	Set      bool
	Identity image.Identity
	// Certain is false where a variable decides it, so that the identity is the
	// default's.
	Certain  bool
	Evidence fixer.Evidence
}

// A Choice is a switch that a file may set either way, or leave alone.
type Choice struct {
	Set, On   bool
	Inherited bool   // from the pod, a base or another file
	Place     string // where it is set

	// Variable is the variable that decides it, "" where none does. On is then what
	// it gives when the variable is not set, and false where that is nothing.
	Variable string
}

// Yes reports whether the file turns it on.
func (c Choice) Yes() bool { return c.Set && c.On }

// No reports whether the file turns it off.
func (c Choice) No() bool { return c.Set && !c.On }

// A Variable is one that the file sets for the container.
type Variable struct {
	Name, Value string
	Known       bool // the value is what the file says; else it comes from elsewhere
	Place       string
}

// As returns the container as it is when the file tells it to run as a user.
func (s *Spec) As(user image.Identity) *Spec {
	out := *s
	out.User = User{Set: true, Certain: true, Identity: user, Evidence: s.says("The container runs as " + user.String())}
	return &out
}

// setsEnv reports whether the file sets a variable by its name.
func (s *Spec) setsEnv(name string) bool {
	return slices.ContainsFunc(s.Env, func(v Variable) bool { return v.Name == name })
}

// A Mount is something mounted into the container.
type Mount struct {
	Target   string // path in the container, cleaned
	Kind     MountKind
	Host     string // the path on the host, for MountHost and files that Compose mounts
	ReadOnly bool
	Private  bool // MountFiles that root alone may read, or the group of the volumes
	Open     bool // the options of a tmpfs give it to a user or to everybody
}

// A MountKind says what is mounted.
type MountKind string

// The kinds of mounts.
const (
	MountHost    MountKind = "host"    // a file or directory of the host
	MountVolume  MountKind = "volume"  // storage that outlives the container
	MountScratch MountKind = "scratch" // an empty directory that goes with the container: tmpfs, emptyDir
	MountFiles   MountKind = "files"   // files of the cluster, read only: ConfigMap, Secret, image
	MountOther   MountKind = "other"
)

// Mounted reports whether something is mounted at the path or at a directory
// above it.
func (s *Spec) Mounted(at string) bool {
	return slices.ContainsFunc(s.Mounts, func(m Mount) bool { return within(m.Target, at) })
}

// within reports whether a path is a directory or lies below it.
func within(dir, at string) bool {
	dir, at = UnderRun(dir), UnderRun(at)
	return dir == at || strings.HasPrefix(at, dir+"/")
}

// UnderRun returns a path with /run in place of /var/run, which is a link to it
// wherever there is a distribution.
func UnderRun(at string) string {
	if rest, ok := strings.CutPrefix(at, "/var/run"); ok && (rest == "" || rest[0] == '/') {
		return "/run" + rest
	}
	return at
}

// Claims returns the paths at which the container mounts, writable, storage that
// outlives it.
func (s *Spec) Claims() []string {
	var out []string
	for _, m := range s.Mounts {
		if m.Kind == MountVolume && !m.ReadOnly {
			out = append(out, m.Target)
		}
	}
	return out
}

// PrivateFiles returns the paths of files that only root may read, and nobody else
// until the volumes get a group.
func (s *Spec) PrivateFiles() []string {
	var out []string
	for _, m := range s.Mounts {
		if m.Kind == MountFiles && m.Private && !s.VolumeGroup {
			out = append(out, m.Target)
		}
	}
	return out
}

// hostFiles returns the files and directories of the host that it mounts.
func (s *Spec) hostFiles() []string {
	var out []string
	for _, m := range s.Mounts {
		if m.Kind == MountHost && !slices.Contains(out, m.Host) {
			out = append(out, m.Host)
		}
	}
	return out
}

// belowRootHome returns what it mounts in the home directory of root, or "".
func (s *Spec) belowRootHome() string {
	for _, m := range s.Mounts {
		if strings.HasPrefix(m.Target, "/root/") {
			return m.Target
		}
	}
	return ""
}

// server returns the entry of an image for applications, such as php-fpm, whose own server
// is what starts: the container has no other start, and neither has the image that is
// built on it, or they start a program of that name.
func (s *Spec) server() *image.Entry {
	e := s.Image.Entry
	if e == nil || e.NonRoot.Support != image.SupportApp {
		return nil
	}
	other := s.replacesStart()
	if s.Image.BuiltHere() {
		other = other || s.Image.Build.Stage.Entrypoint().At != nil || s.Image.Build.Stage.Cmd().At != nil
	}
	if !other {
		return e
	}
	name := e.ID[strings.LastIndexByte(e.ID, '-')+1:]
	for _, r := range s.starts() {
		for _, c := range r.Commands {
			if strings.Contains(c.Program, name) {
				return e
			}
		}
	}
	return nil
}

// replacesStart reports whether the file starts something else than the image
// would by itself.
func (s *Spec) replacesStart() bool { return s.Entrypoint != nil || s.Command != nil }

// says returns evidence that stands in the file itself.
func (s *Spec) says(text string) fixer.Evidence {
	return fixer.Evidence{Kind: s.Kind, Place: s.Place, Text: text}
}

// StartsAs returns the user that the first process has: whom the file names,
// else what is known of the image.
func (s *Spec) StartsAs() (image.Identity, []fixer.Evidence) {
	if !s.User.Set {
		return s.Image.User, s.Image.Evidence
	}
	id := s.User.Identity
	if e := s.Image.Entry; e != nil && !id.KnownUID {
		for _, known := range []*image.Identity{&e.Default, e.Service} {
			if known != nil && known.Name == id.Name && known.KnownUID {
				id = *known
			}
		}
	}
	return id, []fixer.Evidence{s.User.Evidence}
}

// provenStart reports whether what the container starts as is proven.
func (s *Spec) provenStart() bool {
	if s.User.Set {
		return s.User.Certain
	}
	return s.Image.Proven
}

// notRoot reports whether a user is known not to be root, by number or because
// it is given by another name.
func notRoot(id image.Identity) bool {
	return id.IsNonRoot() || !id.KnownUID && id.Name != "" && id.Name != "root"
}

// LowPorts returns the ports below 1024 that the container listens on and may
// need a privilege to bind: those the file declares or, where it declares none,
// those its image is known to listen on. It is nil where everybody may bind them.
func (s *Spec) LowPorts() []int {
	if s.opensLowPorts() {
		return nil
	}
	var out []int
	for _, n := range s.Ports {
		if n < 1024 {
			out = append(out, n)
		}
	}
	if len(s.Ports) > 0 {
		return out
	}
	for _, port := range s.Image.Ports().Value {
		if port.Number < 1024 && s.holds(port.When) == Yes {
			out = append(out, port.Number)
		}
	}
	return out
}

// opensLowPorts reports whether everybody may bind ports below 1024: Docker says
// so to the kernel in each network of a container's own.
func (s *Spec) opensLowPorts() bool { return s.Platform == Compose && !s.HostNetwork }

// unknownPorts reports whether it shares the network of its host, where ports
// below 1024 are closed to most, and nothing says what it listens on.
func (s *Spec) unknownPorts() bool {
	return s.HostNetwork && len(s.Ports) == 0 && !s.Image.Ports().Known
}

// WritesConfig reports whether the image is known to write configuration at a path, or
// below or above it, as the container is set up.
func (s *Spec) WritesConfig(at string) bool {
	if s.Image.Entry == nil {
		return false
	}
	return slices.ContainsFunc(s.Image.Entry.Writable, func(w image.WritablePath) bool {
		return w.Kind != "tmp" && w.Path != "" && (within(w.Path, at) || within(at, w.Path)) && s.holds(w.When) != No
	})
}
