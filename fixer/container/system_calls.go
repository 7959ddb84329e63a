package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
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
				notice(name+" fails: the default seccomp profile blocks "+why, e.evidence(s))
			}
		}
	}
	for _, w := range s.words() {
		if asksForURing()(w) {
			notice("io_uring, which is enabled here, fails: newer container runtimes block it", s.says("The command line contains "+short(w, 60)))
		}
	}
	for _, v := range s.Env {
		if v.Known && asksForURing()(v.Name+"="+v.Value) {
			notice("io_uring, which is enabled here, fails: newer container runtimes block it", fixer.Evidence{Kind: s.Kind, Place: v.Place, Text: v.Name + " contains io_uring"})
		}
	}
	if strong := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return slices.Contains(BaselineCapabilities, name) }); len(strong) > 0 {
		notice("The application may use system calls that the default seccomp profile blocks: the container adds "+joined(strong), s.says("The container adds "+joined(strong)))
	}
	if namesFiltered().MatchString(s.Image.Name) {
		notice("Sandboxes of browsers, and image builds, fail if they need system calls that the default seccomp profile blocks", s.says("Image "+s.Image.Name+" is named after a browser, or after a tool that builds or runs containers"))
	}
	if word, at := s.Image.installsFiltered(); word != "" && !slices.Contains(s.words(), "--no-sandbox") {
		notice("What "+word+" starts fails if it needs system calls that the default seccomp profile blocks, as sandboxes and containers in containers do", fixer.Evidence{Kind: fixer.FromDockerfile, Place: at, Text: "The image contains " + word})
	}
	for _, v := range s.Env {
		if v.Known && namesFiltered().MatchString(v.Name+"="+v.Value) {
			notice("The browser's sandbox fails: the default seccomp profile blocks the system calls it needs", fixer.Evidence{Kind: s.Kind, Place: v.Place, Text: v.Name + " configures a browser"})
			break
		}
	}
	return d
}

// namesFiltered recognises programs by name that use what default profiles refuse,
// where no command shows them: in the name of an image, and in variables.
var namesFiltered = text.Regexp(`(?i)(^|[^a-z])(google-chrome|chrome|chromium|puppeteer|playwright|selenium|browserless|buildkit|buildah|podman|dind|bpftrace)([^a-z]|$)`)

// installsFiltered returns the first such program that an image built here installs, and
// where; "" where it installs none.
func (p *Profile) installsFiltered() (word, at string) {
	if p.Build == nil {
		return "", ""
	}
	f := p.Build.File
	for _, s := range p.Build.Stage.Chain() {
		for _, i := range s.Instructions {
			if i.Keyword != "RUN" || !namesFilteredPackage().Match(f.Source[i.Start:i.End]) {
				continue
			}
			for _, c := range build.Read(f).Step(i).Commands {
				if c.Package == nil {
					continue
				}
				for _, name := range c.Package.Packages {
					if name, _, _ = strings.Cut(name, "="); filteredPackages[name] {
						return name, place(p.Build.Path, i.Line)
					}
				}
			}
		}
	}
	return "", ""
}

// filteredPackages bring such programs.
var (
	filteredPackages     = text.WordSet("google-chrome-stable google-chrome-beta chromium chromium-browser bubblewrap nsjail firejail buildah podman rootlesskit fuse-overlayfs bpftrace linux-perf")
	namesFilteredPackage = text.Regexp(`google-chrome-|chromium|bubblewrap|nsjail|firejail|buildah|podman|rootlesskit|fuse-overlayfs|bpftrace|linux-perf`)
)

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
	"mount": "mounts", "umount": "mounts", "fuse-overlayfs": "mounts", "buildkitd": "the creation of namespaces and mounts", "buildctl-daemonless.sh": "the creation of namespaces and mounts",
	"buildah": "the creation of namespaces and mounts", "podman": "the creation of namespaces and mounts", "dockerd": "the creation of namespaces and mounts", "dockerd-entrypoint.sh": "the creation of namespaces and mounts", "dockerd-rootless.sh": "the creation of namespaces and mounts",
	"chrome": "the browser's sandbox", "chromium": "the browser's sandbox", "chromium-browser": "the browser's sandbox", "google-chrome": "the browser's sandbox", "google-chrome-stable": "the browser's sandbox",
	"perf": "performance events", "bpftrace": "BPF", "bpftool": "BPF", "numactl": "NUMA memory policies", "keyctl": "the kernel's key rings", "kexec": "kexec",
	"modprobe": "loading of kernel modules", "insmod": "loading of kernel modules", "criu": "checkpointing", "rr": "ptrace-based recording",
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
	return known != nil && known.RunsJava()
}
