package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A hostMount is a part of the system of the host, or credentials of a person who uses
// it, in a container.
type hostMount struct {
	compose.Mount
	container.HostPlace
	holds string // in words
}

// hostMounts returns the mounts of system files and of credentials. Sockets of engines are
// left to the rule that is about them, and data that somebody keeps below a system
// directory is no part of the system.
func hostMounts(v compose.View) []hostMount {
	var out []hostMount
	for _, m := range v.Mounts() {
		switch {
		case m.Tmpfs || inherited(v, m.Setting) || holdsSocket(m.Source) != "":
		case credentials().MatchString(sourceOf(m)):
			out = append(out, hostMount{m, container.HostPlace{Path: m.Source, Severity: fixer.High}, "credentials of a user"})
		case path.IsAbs(m.Source) && !strings.Contains(sourceOf(m), "$") && !ordinary(m.Source):
			if place := container.PlaceOnHost(m.Source); place.Holds("host") != "" {
				out = append(out, hostMount{m, place, place.Holds("host")})
			}
		}
	}
	return out
}

// sourceOf is the source of a mount as it is written.
func sourceOf(m compose.Mount) string {
	if m.Node.Is(yamldoc.Mapping) {
		return m.Node.Get("source").Text()
	}
	if len(m.Given) < 2 {
		return ""
	}
	return m.Given[0]
}

// credentials recognises the directories in which tools keep the keys of a person, in the
// home directory.
var credentials = text.Regexp(`^(~|\$HOME|\$\{HOME\}|/home/[^/]+|/root)/\.(ssh|aws|azure|kube|gnupg|docker|config/gcloud|config/gh|netrc|npmrc|pypirc|git-credentials)(/|$)`)

// systemFiles are what below /etc is the system's own; the rest is the configuration of
// one application.
var systemFiles = []string{
	"passwd", "passwd-", "shadow", "shadow-", "group", "gshadow", "sudoers", "sudoers.d", "ssh", "crontab", "cron.d", "cron.daily", "cron.hourly", "systemd", "init.d",
	"docker", "kubernetes", "cni", "pam.d", "security", "ld.so.preload", "ld.so.conf.d", "profile", "profile.d", "fstab", "hosts", "hostname", "resolv.conf", "localtime", "timezone",
	"machine-id", "os-release", "ssl", "ca-certificates", "pki", "NetworkManager", "udev",
}

// ordinary reports whether a path below a system directory is where people keep what is
// of one application: /home/me/shop, /etc/letsencrypt, /var/log/nginx.
func ordinary(at string) bool {
	parts := strings.Split(strings.Trim(container.UnderRun(at), "/"), "/")
	switch parts[0] {
	case "run": // the socket of one application
		return len(parts) > 1 && parts[1] != "systemd" && parts[1] != "dbus"
	case "home":
		return len(parts) > 2
	case "root":
		return len(parts) > 1
	case "etc":
		return len(parts) > 1 && !slices.Contains(systemFiles, parts[1])
	case "var":
		return len(parts) > 2 && parts[1] == "log"
	case "usr":
		return len(parts) > 2 && (parts[1] == "share" && !slices.Contains([]string{"zoneinfo", "ca-certificates"}, parts[2]) || parts[1] == "src")
	case "dev":
		return slices.Contains([]string{"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/shm"}, at)
	}
	return false
}

// mountWritable reports whether a container can write to a mount.
func mountWritable(m compose.Mount) bool { return !m.ReadOnly }

// readOnlyMount makes a mount read-only.
func readOnlyMount(v compose.View, m compose.Mount, breaks string) fixer.Fix {
	s := m.Setting
	path := s.Node.Path()
	long := s.Node.Is(yamldoc.Mapping)
	return fixer.Fix{
		ID:     "read-only",
		Title:  "Mount " + m.Target + " read-only",
		Level:  fixer.Review,
		Breaks: breaks,
		Verify: "docker inspect --format '{{range .Mounts}}{{.Destination}} {{.RW}}{{println}}{{end}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\n" +
			"prints " + text.VisibleLine(m.Target) + " false\n\n" + verifyLogs(v),
		Edit: func(d *fixer.Draft) error {
			if long {
				d.At(s.File).YAML(docOf(v, s), inPlace(v, "volumes", yamldoc.Set(path.Join("read_only"), true))...)
				return nil
			}
			options := slices.DeleteFunc(m.OptionsGiven(), func(o string) bool { return o == "rw" })
			d.At(s.File).YAML(docOf(v, s), inPlace(v, "volumes", yamldoc.Set(path, m.WithOptions(append([]string{"ro"}, options...))))...)
			return nil
		},
	}
}

// unwritableMount says why no edit of a mount holds for the service alone, as advice.
func unwritableMount(v compose.View, m compose.Mount) string {
	switch s := m.Setting; {
	case s.File == v.File && !s.Own:
		return "Change the entry at " + placeOf(s) + ", which a merge key or an alias gives to this service"
	case s.Node.Is(yamldoc.Scalar) && m.Given == nil, len(m.Given) == 3 && strings.Contains(m.Given[2], "$"):
		return "Write ro among the options in the value of the variable that is used at " + placeOf(s)
	}
	return ""
}
