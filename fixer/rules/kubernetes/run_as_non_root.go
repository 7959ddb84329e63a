package kubernetes

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// RunAsNonRoot wants runAsNonRoot: true, with a user that the image works as.
var RunAsNonRoot = &fixer.Rule{
	Name:     "kubernetes/run-as-non-root",
	Title:    "may run as root",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers for which neither the container nor the pod sets runAsNonRoot to true. What the image starts as decides the
fix: its Dockerfile in this repository, the registry's configuration, or the image table. An image that must start as root is
reported with what can be done instead.`,
		Why: `A process that escapes its container as user 0 is root on the node. With runAsNonRoot the kubelet refuses to start a
container whose user is root, whatever the image says tomorrow.`,
		Breaks: `If the image starts as root and no user is given, the kubelet refuses the container. If it is given a user that does
not own what it writes to, it fails with "permission denied". An existing volume may hold files of the former user.`,
		Verify: `kubectl exec POD -- id -u   prints a number other than 0`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
    securityContext:
      runAsNonRoot: true
      runAsUser: 11211
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "restricted: runAsNonRoot", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.7"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, non-root containers"},
			{Source: "Trivy", ID: "KSV-0012"},
			{Source: "Checkov", ID: "CKV_K8S_23"},
			{Source: "kube-linter", ID: "run-as-non-root"},
			{Source: "Kubescape", ID: "C-0013"},
			{Source: "Polaris", ID: "runAsRootAllowed"},
			{Source: "KICS", ID: "Container Running As Root"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set, inherited := c.Security("runAsNonRoot")
			if isTrue(set) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s %q may run as root", c.Role, c.Name)}
			if isFalse(set) && !inherited {
				f.Message = fmt.Sprintf("%s %q says that it may run as root", c.Role, c.Name)
			}
			told, _ := c.Security("runAsUser")
			uid, explicit := told.Int()
			profile := p.Image(c.Image)
			f.Evidence = profile.Evidence
			switch {
			case explicit && uid != 0:
				f.Evidence = []fixer.Evidence{{Source: "manifest", Text: fmt.Sprintf("runAsUser is %d", uid)}}
				f.Fixes = []fixer.Fix{flagFix(p, c, fixer.Safe)}
			case explicit:
				f.Message = fmt.Sprintf("%s %q is told to run as root", c.Role, c.Name)
				f.Fixes, f.Advice = rootFixes(p, c, profile)
			case profile.User.IsNonRoot() && profile.User.Numeric && profile.Sound:
				f.Fixes = []fixer.Fix{flagFix(p, c, fixer.Safe)}
			case profile.User.IsNonRoot() && profile.User.Numeric:
				fix := flagFix(p, c, fixer.Review)
				fix.Breaks = "the kubelet refuses the container if its image starts as root after all"
				f.Fixes = []fixer.Fix{fix}
			case profile.User.IsNonRoot():
				f.Message += ", and its image names its user instead of giving a number"
				f.Fixes = []fixer.Fix{userFix(p, c, user{id: profile.User, breaks: "the kubelet cannot check a user given by name, so the number is written: it fails if the image gives the name another number"}, profile)}
			default:
				f.Fixes, f.Advice = rootFixes(p, c, profile)
			}
			report(p, c, set, f)
		}
	},
}

// flagFix sets runAsNonRoot alone, for a container that does not run as root
// as it is.
func flagFix(p *fixer.Pass, c kube.Container, level fixer.Level) fixer.Fix {
	return fixer.Fix{
		ID:     "flag",
		Title:  "set runAsNonRoot to true",
		Level:  level,
		Verify: "kubectl exec POD -- id -u   prints a number other than 0",
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, c.Workload.Doc, yamldoc.Set(securityContext(c, "runAsNonRoot"), true))
			return nil
		},
	}
}

// rootFixes says what can be done for a container that starts as root, or as
// nobody knows what.
func rootFixes(p *fixer.Pass, c kube.Container, profile *fixer.Profile) ([]fixer.Fix, string) {
	e := profile.Entry
	if profile.MustBeRoot() {
		return nil, mustBeRoot(profile)
	}
	if e == nil || profile.BuiltHere() || e.NonRoot.Support == image.SupportApp {
		return []fixer.Fix{unknownFix(p, c, profile)}, ""
	}
	id, ok := profile.RunAs()
	if !ok && e.NonRoot.AnyUID {
		id, ok = image.Identity{UID: nobodyInParticular, GID: nobodyInParticular, KnownUID: true, KnownGID: true}, true
	}
	if !ok {
		return nil, "nothing is known of a user that " + e.ID + " runs as without root"
	}
	u := user{id: id, fsGroup: true, breaks: "the container fails if a volume holds files of another user"}
	if conditions := e.NonRoot.Conditions; len(conditions) > 0 {
		u.breaks = "it works as " + id.String() + " on these conditions: " + strings.Join(conditions, "; ")
	}
	if e.NonRoot.Support == image.SupportConditional {
		// The folders of the image belong to root: without volumes in their
		// place it would not start.
		r := roomFor(e, c)
		if r.hidden != "" {
			return nil, r.advice(e) + ", writable to " + id.String()
		}
		if !e.Verified(image.FieldNonRoot) {
			return nil, e.ID + " is said to run as " + id.String() + ", which nobody has verified: " + strings.Join(e.NonRoot.Conditions, "; ")
		}
		u.volumes = r.paths
	}
	u.env, u.path = dataFolder(e, c)
	if u.path != "" {
		u.breaks = "a database that is in the volume already is not found at the new " + u.env + ": keep it where it is with an empty folder parameter, or move it"
	}
	return []fixer.Fix{userFix(p, c, u, profile)}, ""
}

// nobodyInParticular is the number that distroless and hardened images use for
// a user without rights.
const nobodyInParticular = 65532

// unknownFix runs an image as a user nobody knows whether it works as.
func unknownFix(p *fixer.Pass, c kube.Container, profile *fixer.Profile) fixer.Fix {
	id := image.Identity{UID: nobodyInParticular, GID: nobodyInParticular, KnownUID: true, KnownGID: true}
	if e := profile.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		id = *e.Service
	}
	who := strconv.Itoa(id.UID)
	breaks := "nothing is known of the image: it fails if it needs root, or writes to what user " + who + " does not own"
	if profile.BuiltHere() {
		breaks = "the image starts as root: it fails if it writes to what user " + who + " does not own; better to set USER in " + profile.Build.Path
	}
	return userFix(p, c, user{id: id, fsGroup: true, breaks: breaks}, profile)
}

func mustBeRoot(profile *fixer.Profile) string {
	advice := profile.Entry.ID + " must start as root"
	if alt := profile.Entry.Alternatives; len(alt) > 0 {
		advice += "; an image that need not: " + alt[0].Image
	}
	return advice
}

// dataFolder returns the variable and the folder below its mount that a
// database needs when its volume belongs to a group and not to its user: it
// refuses to keep its files in a folder that it cannot make its own.
func dataFolder(e *image.Entry, c kube.Container) (env, folder string) {
	for _, mount := range claims(c) {
		for name, template := range e.Kubernetes.Env {
			at := strings.ReplaceAll(template, "<mount>", mount)
			if at != template && holdsData(e, mount) && !hasEnv(c, name) {
				return name, at
			}
		}
	}
	return "", ""
}

// holdsData reports whether a mount is where the image keeps its data.
func holdsData(e *image.Entry, mount string) bool {
	for _, v := range e.Volumes {
		if v.Path == mount {
			return true
		}
	}
	return false
}

func hasEnv(c kube.Container, name string) bool {
	for _, v := range c.Node.Get("env").List() {
		if v.Get("name").Text() == name {
			return true
		}
	}
	return false
}

// A user is the account a container is told to run as, with what it needs to
// start.
type user struct {
	id        image.Identity
	breaks    string
	fsGroup   bool     // give the pod's volumes to the group
	volumes   []string // paths that need an empty volume
	env, path string   // a variable for a folder below a mount
}

// lowPortSysctl lets a process that is not root bind any port in its own
// network namespace. The Pod Security Standards count it as safe, and runtimes
// that set it by themselves do no more than this.
const lowPortSysctl = "net.ipv4.ip_unprivileged_port_start"

// userFix sets runAsNonRoot with user and group, and what the user needs.
func userFix(p *fixer.Pass, c kube.Container, u user, profile *fixer.Profile) fixer.Fix {
	gid := u.id.UID
	if u.id.KnownGID {
		gid = u.id.GID
	}
	fix := fixer.Fix{
		ID:     "user",
		Title:  "run as user " + strconv.Itoa(u.id.UID),
		Level:  fixer.Review,
		Breaks: u.breaks,
		Verify: "kubectl exec POD -- id -u   prints the user; then write to each of its volumes",
		Params: []fixer.Param{
			{Name: "uid", Meaning: "user id the container runs as, 1 or above", Default: strconv.Itoa(u.id.UID), Validate: validID(1)},
			{Name: "gid", Meaning: "group id the container runs as, 0 or above", Default: strconv.Itoa(gid), Validate: validID(0)},
		},
	}
	if u.path != "" {
		fix.Params = append(fix.Params, fixer.Param{
			Name: "folder", Meaning: u.env + ", a folder of its own below the mount; empty to leave it as it is", Default: u.path, Validate: validFolder,
		})
	}
	ports := lowPorts(c, profile)
	pod := c.Workload.Pod
	fix.Edit = func(d *fixer.Draft) error {
		uid, _ := strconv.Atoi(d.Param("uid"))
		gid, _ := strconv.Atoi(d.Param("gid"))
		ops := []yamldoc.Op{
			yamldoc.Set(securityContext(c, "runAsNonRoot"), true),
			yamldoc.Set(securityContext(c, "runAsUser"), uid),
		}
		if group, _ := c.Security("runAsGroup"); group.Null() {
			ops = append(ops, yamldoc.Set(securityContext(c, "runAsGroup"), gid))
		}
		if u.fsGroup && len(claims(c)) > 0 && pod.Get("securityContext").Get("fsGroup").Null() {
			ops = append(ops, yamldoc.Set(c.Workload.PodPath.Join("securityContext", "fsGroup"), gid))
		}
		if len(ports) > 0 && !isTrue(pod.Get("hostNetwork")) && !hasSysctl(pod, lowPortSysctl) {
			ops = append(ops, yamldoc.Append(c.Workload.PodPath.Join("securityContext", "sysctls"),
				yamldoc.Map{{Key: "name", Value: lowPortSysctl}, {Key: "value", Value: "0"}}))
		}
		if folder := d.Param("folder"); folder != "" {
			ops = append(ops, yamldoc.Append(c.Path.Join("env"), yamldoc.Map{{Key: "name", Value: u.env}, {Key: "value", Value: folder}}))
		}
		ops = append(ops, emptyVolumes(c, u.volumes)...)
		d.YAML(p.File.Path, c.Workload.Doc, ops...)
		return nil
	}
	if len(ports) > 0 {
		fix.Title += ", and let it bind port " + strings.Join(ports, ", ")
	}
	if len(u.volumes) > 0 {
		fix.Title += ", with empty volumes at " + strings.Join(u.volumes, ", ")
	}
	return fix
}

func hasSysctl(pod *yamldoc.Node, name string) bool {
	for _, s := range pod.Get("securityContext").Get("sysctls").List() {
		if s.Get("name").Text() == name {
			return true
		}
	}
	return false
}

func validFolder(s string) error {
	if s != "" && (!path.IsAbs(s) || strings.ContainsAny(s, "\n\r")) {
		return errors.New("an absolute path, or nothing")
	}
	return nil
}

func validID(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseUint(s, 10, 31); err != nil || int(n) < least {
			return errors.New("a whole number from " + strconv.Itoa(least) + " to 2147483647")
		}
		return nil
	}
}
