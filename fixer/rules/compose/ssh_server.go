package compose

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
)

//go:embed ssh_server.md
var sshServerDoc string

// SSHServer reports services that publish an SSH server.
var SSHServer = &fixer.Rule{
	Name:     "compose/ssh-server",
	Title:    "SSH server in a container",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.7"},
	},
	Doc: sshServerDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			profile := container.OfService(p, v)
			name, _ := v.ImageName()
			for _, port := range v.Ports() {
				if port.Target != "22" || port.Protocol != "tcp" || profile.Entry != nil && !profile.BuiltHere() || container.ServesSSH(name) || container.ServesSSH(v.Name) || inherited(v, port.Setting) {
					continue
				}
				report(p, v, own(port.Setting), fixer.Finding{
					Path:    v.Service.Path.Join("ports").String() + " ssh " + port.Published,
					Message: fmt.Sprintf("Service %q publishes an SSH server on port %s, which bypasses the access control of Docker", v.Name, port.Published),
					Advice:  "Remove the SSH server from the image and the port from the file. Use docker compose exec for a shell",
				})
			}
		}
	},
}
