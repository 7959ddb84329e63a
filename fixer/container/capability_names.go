package container

import (
	"fmt"
	"slices"
	"strings"
)

// capabilities are those that Linux has and container runtimes know, without CAP_.
var capabilities = strings.Fields(`AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH
	FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW
	PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE
	SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`)

// DockerKnowsCapability reports whether Docker takes a name under cap_add and
// cap_drop: in any case, with CAP_ or without, and ALL, which has no CAP_. It does
// not start a container that names another one.
func DockerKnowsCapability(name string) bool {
	name = strings.ToUpper(name)
	return name == "ALL" || slices.Contains(capabilities, strings.TrimPrefix(name, "CAP_"))
}

// MeantCapability returns the capability that a name differs from in prefix and
// separators alone, "" where there is none: CAP_ALL, NETADMIN, sys-admin.
func MeantCapability(name string) string {
	plain := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
	given := plain.Replace(strings.ToUpper(name))
	for _, known := range append([]string{"ALL"}, capabilities...) {
		if short := plain.Replace(known); given == short || given == "CAP"+short || given == "CAPCAP"+short {
			return known
		}
	}
	return ""
}

// noCapabilities is how a person says that no capability is added back.
const noCapabilities = "none"

// AddBackText writes capabilities to add back as the value of a parameter.
func AddBackText(names []string) string {
	if len(names) == 0 {
		return noCapabilities
	}
	return strings.Join(names, ",")
}

// ParseAddBack reads what [AddBackText] writes, with commas or blanks between.
func ParseAddBack(s string) []string {
	if s == noCapabilities {
		return nil
	}
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// ValidAddBack accepts capabilities that every container has by default: no fix gives
// one more than it has today.
func ValidAddBack(s string) error {
	for _, name := range ParseAddBack(s) {
		if !isDefault(name) {
			return fmt.Errorf("%q is not a capability that containers have by default; use names such as CHOWN, or none", name)
		}
	}
	return nil
}
