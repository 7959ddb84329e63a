package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

//go:embed debug_tools.md
var debugToolsDoc string

// DebugTools reports remote shells and debugging tools in a final image.
var DebugTools = &fixer.Rule{
	Name:     "dockerfile/debug-tools",
	Title:    "ssh server or debugging tools",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.CISDocker, ID: "5.7"},
		{Source: fixer.Hadolint, ID: "DL3001"},
		{Source: fixer.Trivy, ID: "DS-0004"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_1"},
		{Source: fixer.KICSDockerfile, ID: "5907595b-5b6d-4142-b173-dbb0e73fbff8", Title: "Exposing Port 22 (SSH)"},
	},
	Doc: debugToolsDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Steps(p.File.Dockerfile, "RUN") {
			if kept[st.Stage] && !forWork(p, p.File.Dockerfile.Final()) {
				checkTools(p, st)
			}
		}
		for _, s := range build.Targets(p) {
			for _, port := range s.Exposes() {
				if port.Number == 22 && port.Proto == "tcp" && !s.Windows {
					report(p, port.At, fixer.Finding{
						Severity: fixer.Medium,
						Path:     stagePath(s) + ": EXPOSE 22",
						Message:  "the image offers ssh on port 22",
						Advice:   "use docker exec or kubectl exec to get in, and take the ssh server out",
						Start:    port.Word.Start, End: port.Word.End,
					})
				}
			}
		}
	},
}

var (
	remoteShells = text.WordSet("openssh-server openssh openssh-sftp-server dropbear telnetd telnet-server inetutils-telnetd rsh-server rsh-redone-server tigervnc-standalone-server x11vnc xrdp")
	lookAround   = text.WordSet("nmap ncat tcpdump tshark wireshark strace ltrace gdb gdbserver lldb telnet hping3 masscan ettercap-text-only dsniff")
)

func checkTools(p *fixer.Pass, st build.Step) {
	gone := removed(st)
	for _, c := range st.Commands {
		call, ok := build.ReadPackageCall(c.Command)
		if !ok || !installs(call) {
			continue
		}
		for _, name := range installed(call) {
			name = packageName(name)
			f := fixer.Finding{Path: place(p.File.Dockerfile, st.At) + ": " + name}
			switch {
			case gone[name]:
				continue
			case remoteShells[name]:
				f.Severity = fixer.Medium
				f.Message = fmt.Sprintf("%s is a second way into the container", name)
				f.Advice = "use docker exec or kubectl exec to get in, and take it out"
				if name == "openssh" {
					f.Severity = fixer.Low
					f.Message = "openssh brings the ssh server along with the client"
					f.Advice = "install openssh-client if git or a script only connects to others"
				}
			case lookAround[name]:
				f.Message = fmt.Sprintf("%s helps whoever gets into the container to look around", name)
				f.Advice = "take it out unless the program itself runs it; docker debug and kubectl debug bring such tools when they are needed"
			default:
				continue
			}
			f.Start, f.End = st.Span(c)
			report(p, st.At, f)
		}
	}
}

// installs reports whether a call puts named packages into the image.
func installs(c build.PackageCall) bool {
	switch c.Manager.Name {
	case "apk":
		return c.Verb == "add"
	case "zypper":
		return c.Verb == "install" || c.Verb == "in"
	}
	return c.Verb == "install"
}

// removed are the packages, and the names of virtual ones, that a step takes
// away again.
func removed(st build.Step) map[string]bool {
	out := map[string]bool{}
	for _, c := range st.Commands {
		call, ok := build.ReadPackageCall(c.Command)
		if !ok {
			continue
		}
		switch call.Verb {
		case "purge", "remove", "autoremove", "auto-remove", "del", "erase":
			for _, name := range installed(call) {
				out[packageName(name)] = true
			}
		}
	}
	return out
}

// packageName cuts the version and the architecture off: nmap=7.94-1,
// gcc:amd64, curl~8.
func packageName(s string) string {
	if at := strings.IndexAny(s, "=<>~:"); at > 0 {
		return s[:at]
	}
	return s
}

// virtual returns the name that apk add gives to a group of packages.
func virtual(c dockerfile.Command) string {
	for k, w := range c.Words {
		if name, ok := strings.CutPrefix(w.Value, "--virtual="); ok {
			return name
		}
		if (w.Value == "-t" || w.Value == "--virtual") && k+1 < len(c.Words) {
			return c.Words[k+1].Value
		}
	}
	return ""
}
