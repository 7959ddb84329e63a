package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed debug_tools.md
var debugToolsDoc string

// DebugTools reports remote shells and debugging tools in a final image.
var DebugTools = &fixer.Rule{
	Name:     "dockerfile/debug-tools",
	Title:    "SSH server or debugging tools",
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
		for _, st := range build.Of(p.File).Steps("RUN") {
			if kept[st.Stage] && !build.ForDevelopment(p.File.Path, p.File.Dockerfile.Final()) {
				checkTools(p, st)
			}
		}
		for _, s := range build.Targets(p) {
			for _, port := range s.Exposes() {
				if port.Number == 22 && port.Proto == "tcp" && !s.Windows {
					report(p, port.At, fixer.Finding{
						Severity: fixer.Medium,
						Path:     stagePath(s) + ": EXPOSE 22",
						Message:  "The image exposes an SSH server on port 22",
						Advice:   "Remove the SSH server, and use docker exec or kubectl exec to open a shell",
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
	gone := st.RemovedPackages()
	for _, c := range st.Commands {
		if c.Package == nil || !c.Package.Installs() {
			continue
		}
		for _, name := range c.Package.Packages {
			name = build.PackageName(name)
			f := fixer.Finding{Path: place(p.File.Dockerfile, st.At) + ": " + name}
			switch {
			case gone[name]:
				continue
			case remoteShells[name]:
				f.Severity = fixer.Medium
				f.Message = fmt.Sprintf("The image contains %s, which gives remote access to the container", name)
				f.Advice = "Remove the package, and use docker exec or kubectl exec to open a shell"
				if name == "openssh" {
					f.Severity = fixer.Low
					f.Message = "The package openssh installs the SSH server together with the client"
					f.Advice = "Install openssh-client if only outgoing connections are needed, as for git"
				}
			case lookAround[name]:
				f.Message = fmt.Sprintf("The image contains %s, which helps an attacker explore the network and other processes", name)
				f.Advice = "Remove the package unless the application runs it. docker debug and kubectl debug provide such tools when needed"
			default:
				continue
			}
			f.Start, f.End = st.Span(c)
			report(p, st.At, f)
		}
	}
}
