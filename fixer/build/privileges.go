package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// dropTools are made for programs that start as root and become another user by
// themselves. An image that brings one most likely does so.
const dropTools = "gosu su-exec setuidgid s6-setuidgid fixuid setpriv runuser"

var (
	droppers = text.WordSet(dropTools + " su sudo doas chpst chroot")

	// dropToolIn matches them, and the supervisor that has its own, in the text of
	// an instruction.
	dropToolIn = text.Regexp(`(^|[\s/="',\[])(s6-overlay|` + strings.ReplaceAll(dropTools, " ", "|") + `)\b`)
)

// privileged are programs that ask the kernel for what a container is not
// allowed by default: to mount, to load modules, to change the network, to use
// devices, to make containers.
var privileged = text.WordSet(`mount umount losetup kpartx partprobe swapon swapoff chroot unshare nsenter pivot_root
	docker dockerd podman buildah nerdctl containerd ctr runc crun kaniko img buildkitd rootlesskit lxc lxc-start systemd-nspawn machinectl bwrap
	fakechroot debootstrap mmdebstrap pbuilder sbuild cowbuilder lb mkosi livecd-creator livemedia-creator virt-install virt-customize guestfish guestmount
	modprobe insmod rmmod depmod sysctl iptables iptables-legacy iptables-restore ip6tables nft ebtables arptables ipset ip tc brctl ifconfig route ethtool
	wg wg-quick openvpn cryptsetup dmsetup mdadm pvcreate vgcreate lvcreate lvm zpool zfs btrfs bcachefs fusermount fusermount3 squashfuse sshfs
	update-binfmts binfmt kexec kvm perf bpftool bpftrace criu udevadm hwclock`)

// NeedsPrivileges reports whether a command does what a container is not allowed
// by default, as far as its words show.
func (c Command) NeedsPrivileges() bool {
	switch {
	case privileged[c.Program], strings.HasPrefix(c.Program, "mkfs"), strings.HasPrefix(c.Program, "qemu-system-"):
		return true
	}
	kernel := func(w dockerfile.Word) bool {
		name := strings.Trim(w.Raw, `"'`)
		return strings.HasPrefix(name, "/proc/sys") || strings.HasPrefix(name, "/sys/") || strings.HasPrefix(name, "/dev/loop") || strings.HasPrefix(name, "/dev/kvm") || strings.HasPrefix(name, "/dev/fuse")
	}
	return slices.ContainsFunc(c.Args(), kernel) || slices.ContainsFunc(c.Redirects, func(r dockerfile.Redirect) bool { return r.Writes() && kernel(r.File) })
}

// DropsPrivileges reports whether a program, started as root, runs another one as
// another user.
func DropsPrivileges(program string) bool { return droppers[path.Base(program)] }

// PrivilegeDropTool returns the tool in an instruction with which the program
// most likely drops root's privileges by itself; "" when there is none.
func PrivilegeDropTool(f *dockerfile.File, i *dockerfile.Instruction) string {
	return strings.Trim(dropToolIn().FindString(string(f.Source[i.Start:i.End])), "/=\"',[ \t\r\n")
}
