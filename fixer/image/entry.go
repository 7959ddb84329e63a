package image

import "strings"

// An Entry is what the table knows of one image at one tag. Values are copies
// of the table's: treat slices and maps as read-only.
type Entry struct {
	ID    string // the family: "postgres", "php-apache", "bitnami"
	Image string // the name that was looked up, in short form and without digest: "postgres:16-alpine"

	// ByName says that nothing is known of the image but its name, which is that
	// of the family: owner/postgres. No field is verified then.
	ByName bool

	// Default is what a container of the image starts as.
	Default Identity
	// Service is the user an image that starts as root drops privileges to or can
	// be started as. It is nil when there is none or the start is not as root.
	Service *Identity

	NonRoot       NonRoot
	PrivilegeDrop PrivilegeDrop
	ReadOnly      ReadOnly
	Writable      []WritablePath
	Volumes       []Volume // the VOLUME instructions of the image
	Ports         []Port   // what it listens on as shipped
	CapsRoot      Caps     // to add back next to "drop ALL" when it starts as root
	CapsNonRoot   []string // to add back even when it does not: file capabilities
	Healthcheck   Healthcheck
	SecretFileEnv []string // variables that take a file path instead of the secret; * stands for any text
	NoPassword    []OpenSetting
	Alternatives  []Alternative
	Kubernetes    Kubernetes
	Memory        Memory
	Gotchas       []string

	// Versions says which releases the facts were read from, when that is not
	// the newest.
	Versions string
	// Provenance holds the sources of each field. A field that is missing here
	// was never looked up.
	Provenance map[Field][]Source
}

// Support says whether an image runs without root.
type Support string

// The answers to "does it run as non-root?".
const (
	SupportDefault     Support = "default"     // it starts as non-root
	SupportYes         Support = "yes"         // it does when a user is set
	SupportConditional Support = "conditional" // it does when the conditions hold
	SupportNo          Support = "no"          // it must start as root
	SupportApp         Support = "app"         // a base image: the application decides
	SupportUnknown     Support = "unknown"
)

// NonRoot says how well an image runs without root.
type NonRoot struct {
	Support Support `json:"support"`
	AnyUID  bool    `json:"any_uid,omitempty"` // any uid will do, not only Service
	// Conditions must all hold for it. For [SupportNo] they are advice.
	Conditions []*Condition `json:"conditions,omitempty"`
}

// PrivilegeDrop says how an image that starts as root drops privileges. The zero value
// means it does not.
type PrivilegeDrop struct {
	Tool   string   `json:"tool,omitempty"`   // gosu, su-exec, setpriv, …
	When   string   `json:"when,omitempty"`   // the condition, as text
	Before []string `json:"before,omitempty"` // what is done as root before
	// Partial says that only child processes drop privileges; the parent stays root.
	Partial bool `json:"partial,omitempty"`
}

// ReadOnly says whether a read-only root filesystem is known to work when the
// paths in Writable are mounted writable.
type ReadOnly struct {
	Support Support `json:"support"` // yes, conditional, no, unknown
	Note    string  `json:"note,omitempty"`
}

// A WritablePath is a place the software writes to.
type WritablePath struct {
	Path  string `json:"path,omitempty"`  // absolute; "" when the configuration decides, see Where
	Where string `json:"where,omitempty"` // in words, when there is no fixed path
	Env   string `json:"env,omitempty"`   // the variable that moves the path
	// Option holds options of the command line, with * for any text, whose value is
	// the path: --data-dir. File says that it is a file there.
	Option []string   `json:"option,omitempty"`
	File   bool       `json:"file,omitempty"`
	Kind   string     `json:"kind"`           // data, config, log, runtime, tmp, cache
	When   *Condition `json:"when,omitempty"` // nil always
	Mode   string     `json:"mode,omitempty"` // octal mode of the directory in the image: an empty tmpfs there inherits it
	Exec   bool       `json:"exec,omitempty"` // files in it are executed: a tmpfs needs the exec option
	// Size is a size that what is written there always fits into, as in 16m, while
	// SizeWhen holds; "" where none is known.
	Size     string     `json:"size,omitempty"`
	SizeWhen *Condition `json:"size_when,omitempty"`
	// Ships says that the image has files there which an empty tmpfs or
	// emptyDir would hide.
	Ships bool   `json:"ships,omitempty"`
	Note  string `json:"note,omitempty"`
}

// Everybody reports whether every user may write to the directory as the image has
// it, and so to an empty tmpfs in its place, which takes over the mode.
func (w WritablePath) Everybody() bool { return w.Path == "/tmp" || strings.HasSuffix(w.Mode, "777") }

// Always reports whether the path is written to whatever the configuration.
func (w WritablePath) Always() bool { return w.When == nil && w.Path != "" }

// A Volume is a path the image declares as VOLUME.
type Volume struct {
	Path string `json:"path"`
	Note string `json:"note,omitempty"`
}

// A Port is what the software listens on.
type Port struct {
	Number   int        `json:"port"`
	Last     int        `json:"last,omitempty"` // of a range, 0 for a single port
	Protocol string     `json:"protocol"`       // tcp or udp
	When     *Condition `json:"when,omitempty"` // nil always
}

// Caps are capabilities, named without the CAP_ prefix.
type Caps struct {
	Need        []string              `json:"need,omitempty"`
	Optional    []string              `json:"optional,omitempty"`    // lose a feature, keep running
	Conditional map[string]*Condition `json:"conditional,omitempty"` // capability → when it is needed
	// Gains holds where a program gains privileges when it is started, by setuid or
	// by capabilities of its file, after the entry point has become another user.
	Gains   *Condition        `json:"gains,omitempty"`
	Instead map[string]string `json:"instead,omitempty"` // capability → a weaker one that does as well
	Note    string            `json:"note,omitempty"`
}

// A Healthcheck is the usual probe for an image.
type Healthcheck struct {
	Builtin bool     `json:"builtin,omitempty"` // the image has a HEALTHCHECK of its own
	Test    []string `json:"test,omitempty"`    // in Compose form, beginning with CMD or CMD-SHELL
	// When is what makes the software answer Test; nil where it does anyway.
	When *Condition `json:"when,omitempty"`
	Note string     `json:"note,omitempty"`
}

// An Alternative is an image to take instead.
type Alternative struct {
	Image   string   `json:"image"`          // may hold * in the tag for "the same version"
	User    string   `json:"user,omitempty"` // "65532", "101:101", or a name
	Ports   []int    `json:"ports,omitempty"`
	Volumes []string `json:"volumes,omitempty"`
	Note    string   `json:"note,omitempty"`

	// Twin says that it is the same software at the same tags, prepared to run without
	// root; nil where that is not known.
	Twin *TwinTags `json:"twin,omitempty"`
}

// Kubernetes holds what a pod needs besides the identity.
type Kubernetes struct {
	RunAsUser  int               `json:"run_as_user,omitempty"` // 0 when not known
	RunAsGroup int               `json:"run_as_group,omitempty"`
	FSGroup    int               `json:"fs_group,omitempty"`
	Env        map[string]string `json:"env,omitempty"` // <mount> stands for the volume's mount path
	Note       string            `json:"note,omitempty"`
}

// An OpenSetting is a variable by which the software asks nobody for a password.
type OpenSetting struct {
	Env    string   `json:"env"`
	Values []string `json:"values,omitempty"` // that do so; none for any value but an empty one
	Unless []string `json:"unless,omitempty"` // variables that give it a password all the same
}

// Memory is what the software is known to need of memory.
type Memory struct {
	Minimum string `json:"minimum,omitempty"` // a quantity: less does not start it, or not for long
	Note    string `json:"note,omitempty"`
}

// RunAs is the non-root user to run the image as: Default when that is not
// root, else Service. ok is false when no user with a known uid exists.
func (e *Entry) RunAs() (id Identity, ok bool) {
	if e.Default.IsNonRoot() {
		return e.Default, true
	}
	if e.Service != nil && e.Service.IsNonRoot() {
		return *e.Service, true
	}
	return Identity{}, false
}

// SecretFile gives the variable that takes a file path in place of the secret
// variable env: POSTGRES_PASSWORD → POSTGRES_PASSWORD_FILE.
func (e *Entry) SecretFile(env string) (string, bool) {
	if env == "" {
		return "", false
	}
	for _, pattern := range e.SecretFileEnv {
		for _, suffix := range []string{"__FILE", "_FILE"} {
			if strings.HasSuffix(pattern, suffix) && glob(pattern, env+suffix) {
				return env + suffix, true
			}
		}
	}
	return "", false
}

// glob matches * to any text, including none.
func glob(pattern, s string) bool {
	if strings.IndexByte(pattern, '*') < 0 {
		return pattern == s
	}
	parts := strings.Split(pattern, "*")
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, s, ok = strings.Cut(s, part)
		if !ok {
			return false
		}
	}
	return strings.HasSuffix(s, last)
}
