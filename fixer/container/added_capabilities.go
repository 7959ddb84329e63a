package container

import (
	"slices"
	"strings"
)

// takeover are the capabilities that let a process leave its container or
// control its host, and what each of them allows.
var takeover = map[string]string{
	"ALL":             "grants every privilege of root",
	"SYS_ADMIN":       "allows mounting filesystems and most other container escapes",
	"SYS_MODULE":      "allows loading kernel modules",
	"SYS_RAWIO":       "allows raw access to memory and disks",
	"SYS_PTRACE":      "allows reading and changing the processes of the <host>",
	"DAC_READ_SEARCH": "allows opening any file of the <host> by its inode number",
	"BPF":             "allows loading BPF programs into the kernel",
	"SYS_BOOT":        "allows rebooting the <host> or starting another kernel",
}

// Takeover returns what a capability allows that lets a process leave its container or
// control its host, "" for others. host is what the machine is called: "host", "node".
// SYS_PTRACE is about the processes that the container sees: those of its host only where
// it shares their namespace (hostPID).
func Takeover(name, host string, hostPID bool) string {
	if name == "SYS_PTRACE" && !hostPID {
		return ""
	}
	return strings.ReplaceAll(takeover[name], "<host>", host)
}

// IsMild reports whether a capability beyond the baseline does little harm.
func IsMild(name string) bool {
	return slices.Contains([]string{"NET_RAW", "IPC_LOCK", "SYS_NICE", "SYS_RESOURCE", "LEASE", "WAKE_ALARM"}, name)
}

// rootOnly are capabilities that do nothing for a process that is not root.
// The others open system calls in the runtime's default filter by being in the
// container's list, whoever runs in it: with SYS_TIME an exporter may read the
// clock's state by adjtimex, which needs no capability itself.
var rootOnly = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "IPC_LOCK", "KILL", "LEASE", "MKNOD", "NET_ADMIN", "NET_RAW",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_RESOURCE",
}

// ForRootOnly reports whether a capability that a container adds does nothing for a
// process that is not root.
func ForRootOnly(name string) bool { return slices.Contains(rootOnly, name) }
