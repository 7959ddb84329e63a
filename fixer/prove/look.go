package prove

import (
	"bufio"
	"context"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// readUser finds out whom the first process runs as: from the kernel where the process
// is one of this machine, else from the engine.
func (t trial) readUser(ctx context.Context, id string, pid int, r *fixer.ProofRun) {
	if uid, ok := t.kernelUser(id, pid); ok {
		r.UID, r.KnownUID = uid, true
		return
	}
	out, err := t.engine.ask(ctx, "top", id, "-eo", "pid,uid")
	if err != nil {
		return
	}
	lines := strings.Split(out, "\n")
	for _, line := range lines[min(1, len(lines)):] {
		f := strings.Fields(line)
		if len(f) != 2 || f[0] != strconv.Itoa(pid) && f[0] != "1" {
			continue
		}
		if uid, err := strconv.Atoi(f[1]); err == nil {
			r.UID, r.KnownUID = uid, true
			return
		}
	}
}

// shortID is the length of the shortest name that an engine gives a container. What is
// shorter may stand in any text.
const shortID = 12

// proc is where the kernel tells of processes; a variable for tests.
var proc = "/proc"

// kernelUser reads the effective user of a process, as it is called in the container.
// A process of that number may be another one where the engine is in a machine of its
// own: what the kernel says of its control group has to name the container.
func (t trial) kernelUser(id string, pid int) (uid int, ok bool) {
	if !t.engine.local || pid <= 0 || len(id) < shortID {
		return 0, false
	}
	dir := path.Join(proc, strconv.Itoa(pid))
	groups, err := os.ReadFile(path.Join(dir, "cgroup"))
	if err != nil || !strings.Contains(string(groups), id) {
		return 0, false
	}
	status, err := os.ReadFile(path.Join(dir, "status"))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line) // real, effective, saved, file system
		if len(f) == 5 && f[0] == "Uid:" {
			if uid, err = strconv.Atoi(f[2]); err != nil {
				return 0, false
			}
			return inContainer(path.Join(dir, "uid_map"), uid)
		}
	}
	return 0, false
}

// inContainer translates a user of this machine into the one of a user namespace.
func inContainer(mapping string, uid int) (int, bool) {
	f, err := os.Open(mapping)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var n [3]int // the first inside, the first outside, how many
		words := strings.Fields(lines.Text())
		if len(words) != len(n) {
			return 0, false
		}
		for i := range n {
			if n[i], err = strconv.Atoi(words[i]); err != nil {
				return 0, false
			}
		}
		if uid >= n[1] && uid-n[1] < n[2] {
			return n[0] + uid - n[1], true
		}
	}
	return 0, false
}

// mostWrites bounds the paths that are listed of what a container wrote.
const mostWrites = 50

// own are paths that the engine itself makes in every container.
var own = []string{"/.dockerenv", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/run/.containerenv", "/dev", "/proc", "/sys", "/run/secrets"}

// ownOfPodman are paths that podman changes, besides, to give a user a name.
var ownOfPodman = []string{"/etc/passwd", "/etc/group"}

// writes asks the engine what a container has made or changed outside its mounts.
func (t trial) writes(ctx context.Context, id string, side *fixer.ProofSide) {
	out, err := t.engine.ask(ctx, "diff", id)
	if err == nil {
		engines := own
		if t.engine.Name == "podman" {
			engines = slices.Concat(own, ownOfPodman)
		}
		side.Writes, side.MoreWrites = t.settings.written(out, engines)
		side.WritesUnknown = false
	}
}

// written reads the engine's list of changes. A directory counts where nothing in it
// does: it is listed whenever something in it changed, and where a mount was put. What
// is the engine's own does not count.
func (s settings) written(diff string, own []string) (paths []string, more int) {
	var all []string
	for line := range strings.Lines(diff) {
		kind, at, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if ok && (kind == "A" || kind == "C" || kind == "D") && path.IsAbs(at) {
			all = append(all, at)
		}
	}
	slices.Sort(all)
	keeps := func(at string) bool {
		if s.mounted(at) {
			return false
		}
		return !slices.ContainsFunc(own, func(o string) bool { return at == o || strings.HasPrefix(at, o+"/") })
	}
	var mounts []string
	for _, m := range slices.Concat(s.tmpfs, s.volumes) {
		m, _, _ = strings.Cut(m, ":")
		mounts = append(mounts, m)
	}
	parents := map[string]bool{}
	for _, at := range slices.Concat(all, mounts, own) {
		for dir := path.Dir(at); dir != "/" && !parents[dir]; dir = path.Dir(dir) {
			parents[dir] = true
		}
	}
	for _, at := range all {
		switch {
		case !keeps(at) || parents[at]:
		case len(paths) == mostWrites:
			more++
		default:
			paths = append(paths, text.VisibleLine(at))
		}
	}
	return paths, more
}
