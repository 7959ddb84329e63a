package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed ssh_server.md
var sshServerDoc string

// SSHServer reports containers that serve SSH.
var SSHServer = &fixer.Rule{
	Name:     "kubernetes/ssh-server",
	Title:    "SSH server in a container",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "ssh-port"},
		{Source: fixer.Kubescape, ID: "C-0042"},
		{Source: fixer.NSA, ID: "building secure container images"},
	},
	Doc: sshServerDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			if port := sshPort(c); port != nil && !container.ServesSSH(c.Image) {
				p.Report(fixer.Finding{
					Path: c.FindingPath(), Start: port.KeyOrSelf().Start, End: port.End,
					Message: fmt.Sprintf("%s exposes SSH on port 22, which bypasses the access control of the API server", c.Subject()),
					Advice:  "Remove the SSH server from the image and the port from the manifest. Grant pods/exec temporarily to people who need a shell, in a Role of one namespace",
				})
			}
		}
	},
}

func sshPort(c kube.Container) *yamldoc.Node {
	for _, entry := range c.Node.Get("ports").List() {
		port := entry.Get("containerPort")
		if n, ok := port.Int(); ok && n == 22 && entry.Get("protocol").Text() != "UDP" {
			return port
		}
	}
	return nil
}
