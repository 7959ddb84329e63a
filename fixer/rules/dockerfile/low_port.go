package dockerfile

import (
	"bytes"
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/dockerfile"
)

// LowPort wants programs that are not root to listen on ports that need no
// right.
var LowPort = &fixer.Rule{
	Name:     "dockerfile/low-port",
	Title:    "port below 1024 without root",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `EXPOSE of a port below 1024 in an image that is known to start as another user than root. Left alone are files that give the
right to a program (setcap), bases whose programs are known to have it, and images whose user is not known.
There is no edit: the port is also in the program's settings, and in all files that name it.`,
		Why: `Docker and containerd from version 2 let any user of a container listen there; CRI-O and older containerd do not, and neither
does a container with the network of its host. The image works on one machine and fails with "permission denied" on another, and
the usual way out of that is root or a capability.`,
		Breaks: `Whatever names the port has to follow: the program's settings, Compose files, Services, probes and proxies.`,
		Verify: `docker run --rm --sysctl net.ipv4.ip_unprivileged_port_start=1024 IMAGE   starts`,
		Bad: `FROM node:24
USER 1000:1000
EXPOSE 80
CMD ["node", "server.js"]
`,
		Good: `FROM node:24
USER 1000:1000
EXPOSE 8080
CMD ["node", "server.js"]
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "5.8"},
			{Source: "CRI-O", ID: "issue 10050", URL: "https://github.com/cri-o/cri-o/issues/10050"},
			{Source: "Kubernetes", ID: "issue 102612", URL: "https://github.com/kubernetes/kubernetes/issues/102612"},
		},
	},
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		seen := map[*dockerfile.Instruction]bool{} // several images may share one
		for _, s := range targets(p) {
			profile := container.OfStage(p, p.File.Path, f, s)
			if s.Windows || !profile.User.IsNonRoot() || bytes.Contains(f.Source, []byte("setcap")) {
				continue
			}
			if e := profile.Entry; e != nil && slices.Contains(e.CapsNonRoot, "NET_BIND_SERVICE") {
				continue
			}
			for _, port := range s.Exposes() {
				if port.Number < 1 || port.Number > 1023 || port.Number == 22 || seen[port.At] { // 22: debug-tools
					continue
				}
				seen[port.At] = true
				report(p, port.At, fixer.Finding{
					Path:     fmt.Sprintf("%s: EXPOSE %d", place(f, port.At), port.Number),
					Message:  fmt.Sprintf("%s listens on port %d, which not every runtime allows", profile.User, port.Number),
					Evidence: profile.Evidence,
					Advice:   "let the program listen on a port from 1024 on (8080, 8443), in its settings, here, and in every file that names the port; outside it can stay the old one (ports: \"80:8080\", or targetPort of a Service)",
					Start:    port.Word.Start, End: port.Word.End,
				})
			}
		}
	},
}
