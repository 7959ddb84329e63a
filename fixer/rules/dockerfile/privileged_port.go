package dockerfile

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed privileged_port.md
var privilegedPortDoc string

// PrivilegedPort reports privileged ports of an image that runs as non-root.
var PrivilegedPort = &fixer.Rule{
	Name:     "dockerfile/privileged-port",
	Title:    "non-root user on a port below 1024",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.8"},
		{Source: fixer.GitHub, ID: "cri-o/cri-o#10050"},
		{Source: fixer.GitHub, ID: "kubernetes/kubernetes#102612"},
	},
	Doc: privilegedPortDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		seen := map[*dockerfile.Instruction]bool{} // several images may share one
		for _, s := range build.Targets(p) {
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
					Message:  fmt.Sprintf("User %s listens on port %d, which some container runtimes do not allow", profile.User, port.Number),
					Evidence: profile.Evidence,
					Advice:   "Listen on a port above 1023, such as 8080, and change the port in the application, in EXPOSE and in every file that names the port. Clients can keep the old port (ports: \"80:8080\", or targetPort of a Service)",
					Start:    port.Word.Start, End: port.Word.End,
				})
			}
		}
	},
}
