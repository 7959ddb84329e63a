package kubernetes

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// flagFix sets runAsNonRoot alone, for a container that does not run as root
// as it is.
func flagFix(pod podIdentity, id identity) fixer.Fix {
	fix := fixer.Fix{
		ID:     "flag",
		Title:  "Set runAsNonRoot to true",
		Level:  id.Level,
		Breaks: id.Breaks,
		Verify: execCheck(id.in, "id -u", "prints a number other than 0"),
		Edit:   fixer.EditYAML(pod.workload.Doc, yamldoc.Set(pod.securityPath(id, "runAsNonRoot"), true)),
	}
	if pod.shared {
		fix.Title += " for the pod"
	}
	return fix
}

// lowPortSysctl lets a process that is not root bind any port in its own
// network namespace. The Pod Security Standards count it as safe, and runtimes
// that set it by themselves do no more than this.
const lowPortSysctl = "net.ipv4.ip_unprivileged_port_start"

// userFix sets runAsNonRoot with user and group, and what the user needs to
// start.
func userFix(pod podIdentity, id identity) fixer.Fix {
	gid := id.User.UID
	if id.User.KnownGID {
		gid = id.User.GID
	}
	if told, _ := id.in.Security("runAsGroup"); id.spec.Group {
		if n, ok := told.Int(); ok {
			gid = int(n) // the manifest's own group is the one that has to write
		}
	}
	uid, group := paramUID.With(strconv.Itoa(id.User.UID)), paramGID.With(strconv.Itoa(gid))
	uid.Guess, group.Guess = id.Guess, id.Guess
	fix := fixer.Fix{
		ID:     "user",
		Title:  "Set runAsUser to " + strconv.Itoa(id.User.UID) + pod.needsInWords(id),
		Level:  fixer.Review,
		Breaks: id.Breaks,
		Verify: checks(userCheck(id), logsCheck(id.in, "shows no `Permission denied`")),
		Params: []fixer.Param{uid, group},
	}
	if id.Dir != "" {
		folder := paramFolder.With(id.Dir)
		folder.Meaning = "value of " + id.Env + ", a subdirectory of the mount; empty to leave it unchanged"
		fix.Params = append(fix.Params, folder)
	}
	if slices.ContainsFunc(pod.affected(id), func(c identity) bool { return len(c.Scratch) > 0 }) {
		fix.Params = append(fix.Params, sizeParam(true))
		fix.Breaks = text.Sentences(fix.Breaks, sizeBreaks)
	}
	if pod.givesGroup(id) && len(id.spec.Claims()) > 0 {
		fix.Breaks = text.Sentences(fix.Breaks, groupBreaks)
	}
	fix.Edit = func(d *fixer.Draft) error {
		d.YAML(pod.workload.Doc, pod.userOps(d, id)...)
		return nil
	}
	return fix
}

// groupBreaks is what can go wrong when the volumes of a pod get a group.
const groupBreaks = "fsGroup makes the kubelet give all files of the volumes to a group, which takes long for many, and leaves NFS and hostPath storage as it is. Applications that insist on private files, such as the cookie of Erlang, refuse them"

// givesGroup reports whether an identity gives the volumes of the pod to a group.
func (pod podIdentity) givesGroup(id identity) bool {
	return pod.workload.AllowsPodSecurityContext() && pod.workload.Pod.Get("securityContext").Get("fsGroup").Null() &&
		slices.ContainsFunc(pod.affected(id), func(c identity) bool { return c.VolumeGroup })
}

// opensFilesOf returns a container that stays root, and whose private files the group of an
// identity would open: a server for SSH refuses its keys then. "" for none.
func (pod podIdentity) opensFilesOf(id identity) string {
	if !pod.givesGroup(id) {
		return ""
	}
	for _, other := range pod.containers {
		if other.in.Place == id.in.Place || other.Need == container.NeedUser && other.Level == fixer.Review || len(other.spec.PrivateFiles()) == 0 {
			continue
		}
		if user, _ := other.spec.StartsAs(); !user.IsNonRoot() {
			return other.in.Name
		}
	}
	return ""
}

// userCheck is how to see that a container runs as the user.
func userCheck(id identity) string {
	return execCheck(id.in, "id -u", "prints "+strconv.Itoa(id.User.UID))
}

func (pod podIdentity) userOps(d *fixer.Draft, id identity) []yamldoc.Op {
	uid, _ := strconv.Atoi(d.Param("uid"))
	gid, _ := strconv.Atoi(d.Param("gid"))
	ops := []yamldoc.Op{
		yamldoc.Set(pod.securityPath(id, "runAsNonRoot"), true),
		yamldoc.Set(pod.securityPath(id, "runAsUser"), uid),
	}
	if !id.spec.Group {
		ops = append(ops, yamldoc.Set(pod.securityPath(id, "runAsGroup"), gid))
	}
	security := pod.workload.Pod.Get("securityContext")
	sysctl := false
	var rest []yamldoc.Op
	for _, c := range pod.affected(id) {
		sysctl = sysctl || len(c.LowPorts) > 0
		folder := c.Dir
		if c.in.Place == id.in.Place {
			folder = d.Param("folder")
		}
		if folder != "" && c.Env != "" {
			rest = append(rest, yamldoc.Append(c.in.Path.Join("env"), yamldoc.Map{{Key: "name", Value: c.Env}, {Key: "value", Value: folder}}))
		}
		rest = append(rest, setEnv(c.in, c.SetEnv)...)
	}
	if pod.givesGroup(id) {
		ops = append(ops, yamldoc.Set(pod.workload.PodPath.Join("securityContext", "fsGroup"), gid))
	}
	if sysctl && pod.workload.AllowsPodSecurityContext() && !id.spec.HostNetwork && !hasSysctl(security, lowPortSysctl) {
		ops = append(ops, yamldoc.Append(pod.workload.PodPath.Join("securityContext", "sysctls"),
			yamldoc.Map{{Key: "name", Value: lowPortSysctl}, {Key: "value", Value: "0"}}))
	}
	ops = append(ops, rest...)
	taken := volumeNames(pod.workload)
	for _, c := range pod.affected(id) {
		ops = append(ops, scratchVolumes(c.in, c.spec, c.Paths(), taken, d.Param("size"))...)
	}
	return ops
}

func (pod podIdentity) needsInWords(id identity) string {
	out := ""
	if pod.shared && len(pod.containers) > 1 {
		out += " for all containers of the pod"
	}
	if ports := id.LowPorts; len(ports) > 0 && !id.spec.HostNetwork {
		out += ", allow binding port " + container.Numbers(ports)
	}
	if len(id.SetEnv) > 0 {
		out += ", set " + strings.Join(slices.Sorted(maps.Keys(id.SetEnv)), " and ")
	}
	if len(id.Scratch) > 0 {
		out += ", with an emptyDir at " + strings.Join(id.Paths(), ", ")
	}
	return out
}

// hardenFix is the user with all that goes with it for one container: no
// privilege escalation, no capabilities, a read-only root. ok is false where
// one of them is not to be had.
func hardenFix(p *fixer.Pass, pod podIdentity, id identity) (fixer.Fix, bool) {
	c := id.in
	if _, yes := escalates(c); yes {
		return fixer.Fix{}, false
	}
	if decidedBy(c.Workload, weakened(c, "allowPrivilegeEscalation", "readOnlyRootFilesystem")...) {
		return fixer.Fix{}, false
	}
	for _, r := range []*fixer.Rule{PrivilegeEscalation, Capabilities, WritableRoot} {
		if _, left := p.File.LeftAlone(r, c.Node.Start); left {
			return fixer.Fix{}, false // it would be changed all the same
		}
	}
	w := id.spec.As(id.User).MakeReadOnly()
	if w.Level == fixer.Manual || id.spec.As(id.User).ForbidNewPrivileges().Level == fixer.Manual || id.spec.As(id.User).DropCapabilities().Level == fixer.Manual {
		return fixer.Fix{}, false
	}
	fix := userFix(pod, id)
	need := id.spec.AddBackAsUser()
	powers := "drop ALL capabilities"
	if len(need) > 0 {
		powers += " except " + strings.Join(need, ", ")
	}
	fix.ID = "harden"
	fix.Title = "Set runAsUser to " + strconv.Itoa(id.User.UID) + ", " + powers + " and make the root filesystem read-only"
	if len(w.Scratch) > 0 {
		fix.Title += ", with an emptyDir at " + strings.Join(w.Paths(), ", ")
	}
	if w.Breaks != "" && w.Breaks != id.Breaks {
		fix.Breaks = text.Sentences(fix.Breaks, w.Breaks)
	}
	fix.Verify = checks(userCheck(id), logsCheck(id.in, "shows no `Permission denied` and no `Read-only file system`"))
	fix.Params = append(fix.Params, writableParam(w))
	if !slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == "size" }) {
		fix.Params = append(fix.Params, sizeParam(len(w.Scratch) > 0))
		if len(w.Scratch) > 0 {
			fix.Breaks = text.Sentences(fix.Breaks, sizeBreaks)
		}
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := pod.userOps(d, id)
		if !c.Node.Get("securityContext").Get("allowPrivilegeEscalation").IsFalse() {
			ops = append(ops, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false))
		}
		if !id.spec.ReadOnly.Yes() {
			ops = append(ops, yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true))
		}
		if !dropsAll(c) {
			ops = append(ops, dropOps(c, need)...)
		}
		taken := volumeNames(pod.workload)
		for _, other := range pod.affected(id) {
			for _, at := range other.Paths() {
				taken[volumeName(at, other.in, taken)] = true
			}
		}
		paths := slices.DeleteFunc(splitPaths(d.Param("writable")), func(at string) bool { return slices.Contains(id.Paths(), at) })
		own := maps.Clone(w.SetEnv)
		maps.DeleteFunc(own, func(name, _ string) bool { return name == id.Env || id.SetEnv[name] != "" })
		ops = append(ops, setEnv(c, own)...)
		d.YAML(pod.workload.Doc, append(ops, scratchVolumes(c, id.spec, paths, taken, d.Param("size"))...)...)
		return nil
	}
	return fix, true
}

// setEnv sets variables of a container, in the order of their names.
func setEnv(c kube.Container, env map[string]string) []yamldoc.Op {
	var ops []yamldoc.Op
	for _, name := range slices.Sorted(maps.Keys(env)) {
		ops = append(ops, yamldoc.Append(c.Path.Join("env"), yamldoc.Map{{Key: "name", Value: name}, {Key: "value", Value: env[name]}}))
	}
	return ops
}

func hasSysctl(security *yamldoc.Node, name string) bool {
	for _, s := range security.Get("sysctls").List() {
		if s.Get("name").Text() == name {
			return true
		}
	}
	return false
}

var (
	paramUID    = fixer.Param{Name: "uid", Meaning: "user ID of the container, 1 or higher", Validate: container.ValidID(1)}
	paramGID    = fixer.Param{Name: "gid", Meaning: "group ID of the container, 0 or higher", Validate: container.ValidID(0)}
	paramFolder = fixer.Param{Name: "folder", Meaning: "subdirectory of the mount for the data of the image; empty to leave it unchanged", Validate: validFolder}
)

func validFolder(s string) error {
	if s != "" && (!path.IsAbs(s) || strings.ContainsAny(s, "\n\r")) {
		return errors.New("an absolute path, or empty")
	}
	return nil
}
