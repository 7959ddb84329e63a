package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed unsafe_sysctls.md
var unsafeSysctlsDoc string

// UnsafeSysctls reports sysctls that Docker refuses, and those that weaken the network of
// a container.
var UnsafeSysctls = &fixer.Rule{
	Name:     "compose/unsafe-sysctls",
	Title:    "unsafe sysctls",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "sysctls", Link: "https://docs.docker.com/reference/cli/docker/container/run/#sysctl"},
	},
	Doc: unsafeSysctlsDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, pair := range v.Pairs("sysctls") {
				f := fixer.Finding{Path: v.Service.Path.Join("sysctls").String() + " " + pair.Name}
				switch {
				case !namespacedSysctl().MatchString(pair.Name):
					f.Message = fmt.Sprintf("Service %q sets the sysctl %s, which belongs to the host: Docker does not start the container", v.Name, pair.Name)
					f.Advice = "Remove the sysctl, and set it on the host with sysctl -w and a file below /etc/sysctl.d"
				case strings.HasPrefix(pair.Name, "net.") && v.Text("network_mode") == "host":
					f.Message = fmt.Sprintf("Service %q sets the sysctl %s on the network of its host: Docker does not start the container", v.Name, pair.Name)
					f.Advice = "Remove the sysctl, or network_mode: host"
				case weakSysctl().MatchString(pair.Name + "=" + strings.TrimSpace(pair.Value)):
					f.Severity = fixer.Low
					f.Message = fmt.Sprintf("Service %q weakens the checks of its network with %s=%s", v.Name, pair.Name, pair.Value)
					f.Advice = "Remove the sysctl if the service does not route packets of others"
				default:
					continue
				}
				at := pair.Node
				if pair.File != v.File || v.Node.Own("sysctls") == nil {
					at = nil
				}
				report(p, v, at, f)
			}
		}
	},
}

var (
	// What Docker allows: parts of the namespaces for IPC and the network.
	namespacedSysctl = text.Regexp(`^(net\..+|fs\.mqueue\..+|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced|domainname))$|\$`)

	weakSysctl = text.Regexp(`^net\.ipv[46]\.conf\.[^.]+\.((accept_source_route|route_localnet|accept_redirects)=1|rp_filter=0)$|^net\.ipv4\.tcp_syncookies=0$`)
)
