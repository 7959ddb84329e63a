package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// FilterSystemCalls decides whether the runtime's default seccomp profile can be
// set. Docker filters the same calls for every container unless it is told not
// to, so that about every image was built and tried under it: what speaks against
// it has to show itself in the file.
func (s *Spec) FilterSystemCalls() Decision {
	d := Decision{Level: fixer.Safe}
	notice := func(breaks string, e fixer.Evidence) {
		d.Level, d.Breaks, d.Evidence = fixer.Review, breaks, append(d.Evidence, e)
	}
	for _, e := range s.effects() {
		for name := range strings.FieldsSeq(e.command) {
			if why := filteredPrograms[name]; why != "" && !slices.ContainsFunc(s.words(), func(w string) bool { return w == "--no-sandbox" }) {
				notice(name+" uses system calls that the default profile refuses: "+why, e.evidence(s))
			}
		}
	}
	for _, w := range s.words() {
		if asksForURing()(w) {
			notice("newer runtimes refuse io_uring, and the program is told to use it", s.says("the command line names "+short(w, 60)))
		}
	}
	for _, v := range s.Env {
		if v.Known && asksForURing()(v.Name+"="+v.Value) {
			notice("newer runtimes refuse io_uring, and the program is told to use it", fixer.Evidence{Kind: s.Kind, Place: v.Place, Text: v.Name + " names io_uring"})
		}
	}
	if strong := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return slices.Contains(BaselineCapabilities, name) }); len(strong) > 0 {
		notice("it works with the kernel by "+joined(strong)+", and may use calls that the default profile refuses", s.says("it adds "+joined(strong)))
	}
	if namesFiltered().MatchString(s.Image.Name) {
		notice("the default profile refuses the calls that sandboxes and builders are made with", s.says("the name of its image, "+s.Image.Name+", is that of a browser or of what builds or runs containers"))
	}
	for _, v := range s.Env {
		if v.Known && namesFiltered().MatchString(v.Name+"="+v.Value) {
			notice("the default profile refuses the sandbox of a browser", fixer.Evidence{Kind: s.Kind, Place: v.Place, Text: v.Name + " is a variable of a browser"})
			break
		}
	}
	return d
}

// namesFiltered recognises programs by name that use what default profiles refuse,
// where no command shows them: in the name of an image, and in variables.
var namesFiltered = text.Regexp(`(?i)(^|[^a-z])(google-chrome|chrome|chromium|puppeteer|playwright|selenium|browserless|buildkit|buildah|podman|dind|bpftrace)([^a-z]|$)`)

// asksForURing recognises settings that turn io_uring on.
func asksForURing() func(string) bool {
	re := uring()
	return func(w string) bool { return re.MatchString(w) && !off().MatchString(w) }
}

var (
	uring = text.Regexp(`(?i)io[-_]?uring`)
	off   = text.Regexp(`(?i)(=|:)\s*(0|no|off|false|disabled?)$|(no|disable|without)[-_]io[-_]?uring`)
)

// filteredPrograms use system calls that default profiles refuse to who has no
// SYS_ADMIN, with what they use them for.
var filteredPrograms = map[string]string{
	"unshare": "new namespaces", "bwrap": "new namespaces", "nsjail": "new namespaces", "firejail": "new namespaces", "rootlesskit": "new namespaces",
	"mount": "mounts", "umount": "mounts", "fuse-overlayfs": "mounts", "buildkitd": "new namespaces and mounts", "buildctl-daemonless.sh": "new namespaces and mounts",
	"buildah": "new namespaces and mounts", "podman": "new namespaces and mounts", "dockerd": "new namespaces and mounts", "dockerd-entrypoint.sh": "new namespaces and mounts", "dockerd-rootless.sh": "new namespaces and mounts",
	"chrome": "the sandbox", "chromium": "the sandbox", "chromium-browser": "the sandbox", "google-chrome": "the sandbox", "google-chrome-stable": "the sandbox",
	"perf": "measuring", "bpftrace": "measuring", "bpftool": "measuring", "numactl": "placing memory", "keyctl": "the kernel's key rings", "kexec": "another kernel",
	"modprobe": "modules of the kernel", "insmod": "modules of the kernel", "criu": "checkpoints", "rr": "recording",
}

// runsJVM reports whether the container runs Java, as its command line, its
// variables or the base of its image tell. Libraries of Java programs unpack native
// code into the directory for temporary files and run it there.
func (s *Spec) runsJVM() bool {
	if slices.ContainsFunc(s.Env, func(v Variable) bool {
		return strings.Contains(v.Name, "JAVA") || strings.HasPrefix(v.Name, "JVM_") || strings.HasPrefix(v.Name, "SPRING_") || strings.HasSuffix(v.Name, "_HEAP_OPTS") || v.Name == "CATALINA_OPTS"
	}) {
		return true
	}
	if slices.ContainsFunc(s.starts(), func(r Run) bool {
		for _, c := range r.Commands {
			if c.Program == "java" {
				return true
			}
		}
		return false
	}) {
		return true
	}
	known := s.Image.Known
	return known != nil && known.HasBase && slices.ContainsFunc(known.Base.Lifecycles, func(l image.Lifecycle) bool { return strings.Contains(l.Of, "Java") || strings.Contains(l.Of, "JDK") })
}
