package compose

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed docker_socket.md
var dockerSocketDoc string

// DockerSocket reports services that mount a container runtime socket.
var DockerSocket = &fixer.Rule{
	Name:     "compose/docker-socket",
	Title:    "Docker socket mounted",
	Severity: fixer.Critical,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.32"},
		{Source: fixer.OWASPDocker, ID: "rule 1"},
		{Source: fixer.KICSCompose, ID: "d6355c88-1e8d-49e9-b2f2-f8a1ca12c75b", Title: "Docker Socket Mounted In Container"},
		{Source: fixer.Semgrep, ID: "exposing-docker-socket-volume"},
		{Source: fixer.ComposeLint, ID: "CL-0001"},
		attackEscape,
		attackDeploy,
		attackContainerAPI,
	},
	Doc: dockerSocketDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if s := v.Setting("use_api_socket"); isOn(s) {
				f := fixer.Finding{Path: v.Service.Path.Join("use_api_socket").String(), Message: fmt.Sprintf("Service %q gets the Docker socket through use_api_socket: an attacker who controls the service controls the host", v.Name)}
				f.Advice = "Remove use_api_socket if the service works without the Docker API. Otherwise give the service a socket proxy, and the address of the proxy in DOCKER_HOST"
				if s.Own && s.File == v.File && s.Variable() == "" {
					f.Fixes = []fixer.Fix{{
						ID: "remove", Title: "Remove use_api_socket", Level: fixer.Manual, Breaks: noAPI,
						Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " ls /var/run/docker.sock\nfails, because the socket does not exist",
						Edit:   fixer.EditYAML(v.Doc, inPlace(v, "use_api_socket", yamldoc.Remove(v.Path.Join("use_api_socket")))...),
					}}
				}
				report(p, v, own(s), f)
			}
			for _, m := range v.Mounts() {
				if socket := holdsSocket(m.Source); socket != "" {
					reportSocket(p, v, m, socket)
				}
			}
		}
	},
}

// noAPI is what stops without the socket.
const noAPI = "Everything that the service does with the Docker API"

// sockets are the places of the engines' sockets.
var sockets = []string{
	"/var/run/docker.sock", "/run/docker.sock",
	"/var/run/podman/podman.sock", "/run/podman/podman.sock",
	"/var/run/containerd/containerd.sock", "/run/containerd/containerd.sock",
	"/var/run/crio/crio.sock", "/run/crio/crio.sock",
}

// holdsSocket returns the socket that a mount of source opens, "" for none.
// The root of the host holds it too, and is left to the rule for host paths.
func holdsSocket(source string) string {
	switch base := path.Base(source); {
	case source == "" || source == "/":
		return ""
	case slices.Contains(sockets, source):
		return source
	case path.IsAbs(source) && slices.Contains([]string{"docker.sock", "podman.sock", "containerd.sock", "crio.sock"}, base):
		return source // a rootless engine's, below the user's own folder
	case source == "/var/run" || source == "/run":
		return source + "/docker.sock"
	}
	return ""
}

func reportSocket(p *fixer.Pass, v compose.View, m compose.Mount, socket string) {
	f := fixer.Finding{
		Path:    v.Service.Path.Join("volumes").String() + " " + m.Target,
		Message: fmt.Sprintf("Service %q mounts %s: an attacker who controls the service controls the host", v.Name, socket),
		Advice:  "Remove the mount if the service works without the Docker API. Otherwise use a socket proxy that allows only the needed API calls (a read-only mount does not restrict calls)",
	}
	profile := container.OfService(p, v)
	switch id := ""; {
	case profile.Entry != nil:
		if id = profile.Entry.ID; id == "docker-socket-proxy" {
			f.Severity = fixer.Low
			f.Message = fmt.Sprintf("Service %q is a socket proxy and mounts %s", v.Name, socket)
			f.Advice = "Allow only the API calls that the clients need, and publish no port of the proxy. The proxy itself needs the socket"
		}
	case strings.Contains(profile.Name, "socket-proxy"):
		if len(v.Ports()) == 0 && strings.Contains(strings.Join(v.Setting("command").Node.Texts(), " "), "-allow") {
			return // it needs the socket, and allows what it is told
		}
		f.Severity = fixer.Low
		f.Message = fmt.Sprintf("Service %q is a socket proxy and mounts %s", v.Name, socket)
		f.Advice = "Allow only the API calls that the clients need, and publish no port of the proxy. The proxy itself needs the socket"
	}
	if f.Severity == 0 && path.Base(m.Source) == "docker.sock" && !inherited(v, m.Setting) {
		if fix, why := proxyFix(p, v, m, m.Source); why != "" {
			f.Advice = why + " (a read-only mount does not restrict calls)"
		} else {
			f.Advice, f.Fixes = "", []fixer.Fix{fix}
		}
	}
	if f.Severity == 0 && !inherited(v, m.Setting) { // a socket proxy has nothing to do without it
		f.Fixes = append(f.Fixes, removeMount(v, m, noAPI)...)
	}
	var at *yamldoc.Node
	if m.Setting.File == p.File.Path {
		at = m.Node
	}
	report(p, v, at, f)
}
