package kubernetes

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// securityPath is where an identity is written: the pod's securityContext
// when its containers share it, else the container's.
func (pod podIdentity) securityPath(id identity, key string) yamldoc.Path {
	if pod.shared {
		return pod.workload.PodPath.Join("securityContext", key)
	}
	return securityContext(id.container, key)
}

// flagFix sets runAsNonRoot alone, for a container that does not run as root
// as it is.
func flagFix(pod podIdentity, id identity) fixer.Fix {
	fix := fixer.Fix{
		ID:     "flag",
		Title:  "set runAsNonRoot to true",
		Level:  id.level,
		Breaks: id.breaks,
		Verify: "kubectl exec POD -- id -u   prints a number other than 0",
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
	gid := id.user.UID
	if id.user.KnownGID {
		gid = id.user.GID
	}
	if told, _ := id.container.Security("runAsGroup"); id.groupOnly {
		if n, ok := told.Int(); ok {
			gid = int(n) // the manifest's own group is the one that has to write
		}
	}
	fix := fixer.Fix{
		ID:     "user",
		Title:  "run as user " + strconv.Itoa(id.user.UID) + pod.needsInWords(id),
		Level:  fixer.Review,
		Breaks: id.breaks,
		Verify: "kubectl exec POD -- id -u   prints the user; then write to each of its volumes",
		Params: []fixer.Param{paramUID.With(strconv.Itoa(id.user.UID)), paramGID.With(strconv.Itoa(gid))},
	}
	if id.path != "" {
		folder := paramFolder.With(id.path)
		folder.Meaning = id.env + ", a folder of its own below the mount; empty to leave it as it is"
		fix.Params = append(fix.Params, folder)
	}
	if slices.ContainsFunc(pod.affected(id), func(c identity) bool { return len(c.room) > 0 }) {
		fix.Params = append(fix.Params, paramSize)
		fix.Breaks += "; " + sizeBreaks
	}
	fix.Edit = func(d *fixer.Draft) error {
		d.YAML(pod.workload.Doc, pod.userOps(d, id)...)
		return nil
	}
	return fix
}

// affected returns the containers that an identity is written for.
func (pod podIdentity) affected(id identity) []identity {
	if pod.shared {
		return pod.containers
	}
	return []identity{id}
}

func (pod podIdentity) userOps(d *fixer.Draft, id identity) []yamldoc.Op {
	uid, _ := strconv.Atoi(d.Param("uid"))
	gid, _ := strconv.Atoi(d.Param("gid"))
	ops := []yamldoc.Op{
		yamldoc.Set(pod.securityPath(id, "runAsNonRoot"), true),
		yamldoc.Set(pod.securityPath(id, "runAsUser"), uid),
	}
	if !id.groupOnly {
		ops = append(ops, yamldoc.Set(pod.securityPath(id, "runAsGroup"), gid))
	}
	security := pod.workload.Pod.Get("securityContext")
	group, sysctl := false, false
	var rest []yamldoc.Op
	for _, c := range pod.affected(id) {
		group = group || len(claims(c.container)) > 0 && !id.startsAsUser()
		sysctl = sysctl || len(lowPorts(c.container, c.profile)) > 0
		folder := c.path
		if c.container.Place == id.container.Place {
			folder = d.Param("folder")
		}
		if folder != "" && c.env != "" {
			rest = append(rest, yamldoc.Append(c.container.Path.Join("env"), yamldoc.Map{{Key: "name", Value: c.env}, {Key: "value", Value: folder}}))
		}
	}
	if group && security.Get("fsGroup").Null() && pod.workload.TakesPodSecurity() {
		ops = append(ops, yamldoc.Set(pod.workload.PodPath.Join("securityContext", "fsGroup"), gid))
	}
	if sysctl && pod.workload.TakesPodSecurity() && !isTrue(pod.workload.Pod.Get("hostNetwork")) && !hasSysctl(security, lowPortSysctl) {
		ops = append(ops, yamldoc.Append(pod.workload.PodPath.Join("securityContext", "sysctls"),
			yamldoc.Map{{Key: "name", Value: lowPortSysctl}, {Key: "value", Value: "0"}}))
	}
	ops = append(ops, rest...)
	taken := volumeNames(pod.workload)
	for _, c := range pod.affected(id) {
		ops = append(ops, emptyVolumes(c.container, c.room, taken, d.Param("size"))...)
	}
	return ops
}

// startsAsUser reports whether the container runs as this user already, so
// that its volumes are its own.
func (id identity) startsAsUser() bool { return id.profile.User.IsNonRoot() }

func (pod podIdentity) needsInWords(id identity) string {
	out := ""
	if pod.shared && len(pod.containers) > 1 {
		out += ", all containers of the pod"
	}
	if ports := lowPorts(id.container, id.profile); len(ports) > 0 && !isTrue(pod.workload.Pod.Get("hostNetwork")) {
		out += ", let it bind port " + strings.Join(ports, ", ")
	}
	if len(id.room) > 0 {
		out += ", with empty volumes at " + strings.Join(id.room, ", ")
	}
	return out
}

// hardenFix is the user with all that goes with it for one container: no
// privilege escalation, no capabilities, a read-only root. ok is false where
// one of them is not to be had.
func hardenFix(p *fixer.Pass, pod podIdentity, id identity) (fixer.Fix, bool) {
	c := id.container
	if _, yes := escalates(c); yes {
		return fixer.Fix{}, false
	}
	w := writes(id.profile, c)
	if w.advice != "" {
		return fixer.Fix{}, false
	}
	fix := userFix(pod, id)
	need := slices.DeleteFunc(needAsUser(c, id.profile), func(s string) bool { return slices.Contains(added(c), s) })
	powers := "without capabilities"
	if len(need) > 0 {
		powers = "with no capability but " + strings.Join(need, ", ")
	}
	fix.ID = "harden"
	fix.Title = "run as user " + strconv.Itoa(id.user.UID) + " " + powers + ", on a read-only root"
	if len(w.paths) > 0 {
		fix.Title += " with empty volumes at " + strings.Join(w.paths, ", ")
	}
	if w.breaks != "" && w.breaks != id.breaks {
		fix.Breaks += "; " + w.breaks
	}
	fix.Verify = `kubectl exec POD -- id -u   prints the user; touch /x fails; the logs show no "permission denied" and no "read-only file system"`
	fix.Params = append(fix.Params, paramWritable.With(strings.Join(w.paths, ",")))
	if !slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == "size" }) {
		fix.Params = append(fix.Params, paramSize)
		if len(w.paths) > 0 {
			fix.Breaks += "; " + sizeBreaks
		}
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := pod.userOps(d, id)
		if !isFalse(c.Node.Get("securityContext").Get("allowPrivilegeEscalation")) {
			ops = append(ops, yamldoc.Set(securityContext(c, "allowPrivilegeEscalation"), false))
		}
		if !isTrue(c.Node.Get("securityContext").Get("readOnlyRootFilesystem")) {
			ops = append(ops, yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true))
		}
		if !dropsAll(c) {
			ops = append(ops, dropOps(c, need)...)
		}
		taken := volumeNames(pod.workload)
		for _, other := range pod.affected(id) {
			for _, at := range other.room {
				taken[volumeName(at, other.container, taken)] = true
			}
		}
		paths := slices.DeleteFunc(splitPaths(d.Param("writable")), func(at string) bool { return slices.Contains(id.room, at) })
		d.YAML(pod.workload.Doc, append(ops, emptyVolumes(c, paths, taken, d.Param("size"))...)...)
		return nil
	}
	return fix, true
}

func hasSysctl(security *yamldoc.Node, name string) bool {
	for _, s := range security.Get("sysctls").List() {
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
