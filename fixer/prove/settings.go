package prove

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
)

// settings are what a container is started with: what a file says of it, as far as it
// is given to a container that is only there to be looked at.
type settings struct {
	readOnly, noNewPrivileges bool
	nonRoot                   bool // refuse an image that starts as root, as the kubelet does

	drop, add []string // capabilities
	user      string   // UID, UID:GID or names; "" for the image's
	groups    []string // further ones
	tmpfs     []string // PATH or PATH:OPTIONS
	volumes   []string // paths that get an empty volume
	env       []string // NAME=VALUE
	ports     []int

	entrypoint, command []string // nil leaves them to the image
	dir                 string
	init                bool
}

// plain are the settings that an engine has by itself.
var plain = settings{}

// hardened are those for an image that no file runs.
var hardened = settings{readOnly: true, noNewPrivileges: true, drop: []string{"ALL"}, tmpfs: []string{"/tmp"}}

// ordinary are the capabilities that Docker gives to containers by itself. No other is
// given, whatever a file asks for: it would let what a repository builds reach the host.
var ordinary = strings.Fields("AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT")

// common takes over what files of all kinds have.
func common(s *container.Spec) (out settings, without []string) {
	out = settings{
		readOnly: s.ReadOnly.Yes(), noNewPrivileges: s.NoNewPrivileges.Yes(), ports: slices.Compact(slices.Clone(s.Ports)),
		entrypoint: s.Entrypoint, command: s.Command, dir: s.Dir,
	}
	for _, name := range s.Add {
		switch {
		case slices.Contains(ordinary, name):
			out.add = append(out.add, name)
		default:
			without = append(without, "the capability "+name)
		}
	}
	if s.Privileged.Yes() {
		without = append(without, "privileged")
	}
	if s.HostNetwork {
		without = append(without, "the host's network")
	}
	if s.EnvFrom {
		without = append(without, "variables that are kept elsewhere")
	}
	var unknown []string
	for _, v := range s.Env {
		switch {
		case v.Name == "" || strings.ContainsAny(v.Name, "=\x00") || strings.Contains(v.Value, "\x00"):
		case v.Known:
			out.env = append(out.env, v.Name+"="+v.Value)
		default:
			unknown = append(unknown, v.Name)
		}
	}
	if len(unknown) > 0 {
		without = append(without, "a value for "+strings.Join(unknown, ", "))
	}
	for _, m := range s.Mounts {
		switch {
		case !mountable(m.Target):
			without = append(without, "the mount at "+m.Target)
		case m.Kind == container.MountVolume:
			out.volumes = append(out.volumes, m.Target)
		case m.Kind == container.MountHost:
			without = append(without, "the host's "+m.Host+" at "+m.Target)
		case m.Kind == container.MountFiles || m.Kind == container.MountOther:
			without = append(without, "the files at "+m.Target)
		}
	}
	return out, without
}

// mountable reports whether a path means a path in the container and nothing else in
// the flags of an engine, in which a colon would divide it into one of the host and one
// of the container.
func mountable(at string) bool {
	return path.IsAbs(at) && path.Clean(at) == at && at != "/" && !strings.ContainsAny(at, ":,\"\x00\n")
}

// ofService are the settings of a Compose service.
func ofService(p *fixer.Pass, v compose.View) (settings, []string) {
	s, without := common(container.FromService(p, v))
	for _, c := range v.List("cap_drop") {
		name, _ := compose.Expand(c.Node.Text())
		s.drop = append(s.drop, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
	}
	s.user = v.Text("user")
	for _, g := range v.List("group_add") {
		name, _ := compose.Expand(g.Node.Text())
		s.groups = append(s.groups, name)
	}
	s.init, _ = v.Setting("init").Bool()
	for _, m := range v.Mounts() {
		if !m.Tmpfs || !mountable(m.Target) {
			continue
		}
		options := ""
		if text := m.Node.Text(); text != "" {
			text, _ = compose.Expand(text)
			_, options, _ = strings.Cut(text, ":")
		} else {
			options = longTmpfs(m)
		}
		s.tmpfs = append(s.tmpfs, joinOptions(m.Target, options))
	}
	return s.checked(), without
}

// longTmpfs are the options of a tmpfs in the long form of a volume.
func longTmpfs(m compose.Mount) string {
	var out []string
	if size := m.Node.Get("tmpfs").Get("size").Text(); size != "" {
		out = append(out, "size="+size)
	}
	if mode, ok := m.Node.Get("tmpfs").Get("mode").Int(); ok {
		out = append(out, fmt.Sprintf("mode=%o", mode))
	}
	return strings.Join(out, ",")
}

// ofContainer are the settings of a container of a pod. What the kubelet makes of a
// volume depends on the cluster: storage is an empty volume here, and an emptyDir a
// tmpfs that everybody may write to.
func ofContainer(p *fixer.Pass, c kube.Container) (settings, []string) {
	spec := container.FromContainer(p, c)
	s, without := common(spec)
	s.drop = c.DroppedCapabilities()
	if spec.User.Set {
		s.user = strconv.Itoa(spec.User.Identity.UID)
	}
	group, _ := c.Security("runAsGroup")
	if gid, ok := group.Int(); ok {
		user := s.user
		if user == "" {
			user = "0"
		}
		s.user = user + ":" + strconv.FormatInt(gid, 10)
	}
	s.nonRoot = spec.NonRoot.Yes()
	pod := c.Workload.Pod.Get("securityContext")
	fsGroup, hasGroup := pod.Get("fsGroup").Int()
	if hasGroup {
		s.groups = append(s.groups, strconv.FormatInt(fsGroup, 10))
	}
	for _, g := range pod.Get("supplementalGroups").List() {
		if gid, ok := g.Int(); ok {
			s.groups = append(s.groups, strconv.FormatInt(gid, 10))
		}
	}
	for _, m := range spec.Mounts {
		if m.Kind == container.MountScratch && mountable(m.Target) {
			s.tmpfs = append(s.tmpfs, joinOptions(m.Target, "rw,exec,mode=1777"))
		}
	}
	if hasGroup { // the kubelet gives the files of volumes to the group; an engine cannot
		for _, at := range s.volumes {
			s.tmpfs = append(s.tmpfs, joinOptions(at, "rw,exec,mode=2775,gid="+strconv.FormatInt(fsGroup, 10)))
		}
		s.volumes = nil
	}
	return s.checked(), without
}

func joinOptions(at, options string) string {
	if options == "" {
		return at
	}
	return at + ":" + options
}

// checked leaves out what no engine would take, and what is there twice.
func (s settings) checked() settings {
	capability := func(name string) bool {
		return name == "" || strings.ContainsFunc(name, func(r rune) bool { return (r < 'A' || r > 'Z') && r != '_' && (r < '0' || r > '9') })
	}
	s.drop = slices.DeleteFunc(s.drop, capability)
	s.groups = slices.DeleteFunc(s.groups, func(g string) bool { return g == "" })
	return s
}

// writable are the same settings with a root filesystem that can be written to, to see
// what is.
func (s settings) writable() settings {
	s.readOnly = false
	return s
}

// mounted reports whether a path lies in a mount.
func (s settings) mounted(at string) bool {
	inside := func(dir string) bool {
		dir, _, _ = strings.Cut(dir, ":")
		return at == dir || strings.HasPrefix(at, dir+"/")
	}
	return slices.ContainsFunc(s.tmpfs, inside) || slices.ContainsFunc(s.volumes, inside)
}

// equal reports whether two containers are started alike.
func (s settings) equal(o settings) bool {
	return fmt.Sprintf("%q", s.flags()) == fmt.Sprintf("%q", o.flags())
}

// flags are the arguments of an engine for the settings, without those for ports and
// without the command. None of them can name a path of the host.
func (s settings) flags() []string {
	var out []string
	add := func(flag string, values ...string) {
		for _, v := range values {
			out = append(out, flag+"="+v)
		}
	}
	if s.readOnly {
		out = append(out, "--read-only")
	}
	if s.noNewPrivileges {
		out = append(out, "--security-opt=no-new-privileges")
	}
	if s.init {
		out = append(out, "--init")
	}
	add("--cap-drop", s.drop...)
	add("--cap-add", s.add...)
	if s.user != "" {
		add("--user", s.user)
	}
	add("--group-add", s.groups...)
	add("--tmpfs", s.tmpfs...)
	add("--volume", s.volumes...)
	add("--env", s.env...)
	if s.dir != "" {
		add("--workdir", s.dir)
	}
	return out
}

// secretsIn are the values that have the name of a secret, of NAME=VALUE, the longest
// first: an application may print them.
func secretsIn(pairs []string) []string {
	var out []string
	for _, pair := range pairs {
		if name, value, _ := strings.Cut(pair, "="); len(value) >= shortestSecret && secret.Named(name) {
			out = append(out, value)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// shortestSecret is the length from which a value is hidden wherever it stands.
const shortestSecret = 4

// words are the flag for the entrypoint, and what stands behind the image.
func (s settings) words() (flag, behind []string) {
	behind = s.command
	switch {
	case s.entrypoint == nil:
	case len(s.entrypoint) == 0:
		flag = []string{"--entrypoint="}
	default:
		flag = []string{"--entrypoint=" + s.entrypoint[0]}
		behind = slices.Concat(s.entrypoint[1:], s.command)
	}
	return flag, behind
}
