package table

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Programs that do nothing but fail for another user than root, whatever the
// image: they change accounts, the system's files or the machine. Programs such
// as chown are not among them, because some of what they do anybody may.
var rootPrograms = text.WordSet("useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel chpasswd " +
	"mount umount swapon swapoff modprobe insmod rmmod iptables ip6tables nft mkswap losetup pivot_root chroot " +
	"gosu su-exec s6-setuidgid update-ca-certificates ldconfig")

// The package managers of distributions, and what they do that changes the system.
var (
	packageManagers = text.WordSet("apt apt-get aptitude apk yum dnf microdnf zypper pacman")
	packageVerbs    = text.WordSet("install add update upgrade remove purge del dist-upgrade -S -Sy -Syu in")
)

// commands is about what the file has run in the container: what needs root as
// another user, and what changes the system's files on a read-only root.
func (s subject) commands() []string {
	user, _ := s.spec.StartsAs()
	other := user.IsNonRoot() && s.told
	if !other && !s.spec.ReadOnly.Yes() {
		return nil
	}
	var out []string
	for _, r := range s.runs() {
		if r.User != "" {
			continue // it has a user of its own
		}
		for _, c := range r.Commands {
			switch {
			case c.Place != 0 || c.Sudo: // an alternative, a branch or another user's
			case other && rootPrograms[c.Program]:
				out = append(out, fmt.Sprintf("it runs as %s, and %s runs %s, which needs root", user, r.What, c.Program))
			case !installs(c):
			case other:
				out = append(out, fmt.Sprintf("it runs as %s, and %s installs packages with %s, which needs root", user, r.What, c.Program))
			case !s.spec.Mounted("/usr"):
				out = append(out, fmt.Sprintf("the root filesystem is read-only, and %s installs packages with %s", r.What, c.Program))
			}
		}
	}
	return out
}

// runs are the command lines of the file: what it starts in place of the image's,
// health checks, probes and hooks.
func (s subject) runs() []container.Run {
	out := s.spec.Runs
	words := append(append([]string{}, s.spec.Entrypoint...), s.spec.Command...)
	if len(words) > 0 {
		out = append([]container.Run{container.NewRun(container.Run{What: "the command", Words: words, Start: true})}, out...)
	}
	return out
}

func installs(c build.Command) bool {
	if !packageManagers[c.Program] {
		return false
	}
	for _, w := range c.Args() {
		if packageVerbs[w.Value] {
			return true
		}
	}
	return false
}
