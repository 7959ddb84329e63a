package compose

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed published_port.md
var publishedPortDoc string

// PublishedPort reports ports that are published on all interfaces of the host.
var PublishedPort = &fixer.Rule{
	Name:     "compose/published-port",
	Title:    "port published on all interfaces",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.14"},
		{Source: fixer.CISDocker, ID: "5.9"},
		{Source: fixer.OWASPDocker, ID: "rule 5"},
		{Source: fixer.KICSCompose, ID: "451d79dc-0588-476a-ad03-3c7f0320abb3", Title: "Container Traffic Not Bound To Host Interface"},
		{Source: fixer.ComposeLint, ID: "CL-0005"},
		{Source: fixer.DCLint, ID: "no-unbound-port-interfaces"},
		attackPublicFacing,
	},
	Params: []fixer.Param{paramAddress},
	Doc:    publishedPortDoc,
	Check: func(p *fixer.Pass) {
		project := exposureOf(p)
		for _, v := range written(p) {
			if !ownNetwork(v) {
				continue
			}
			seen := map[string]bool{}
			for _, port := range v.Ports() {
				if !port.Everywhere() || demanded(port) || inherited(v, port.Setting) {
					continue
				}
				if e, ok := project.of(p, v, port); ok {
					reportPort(p, v, port, e, project, seen)
				}
			}
		}
	},
}

var paramAddress = fixer.Param{
	Name: "address", Meaning: "IP address of the host on which the port is published", Default: "127.0.0.1", Validate: validAddress,
}

func validAddress(s string) error {
	if s == "" || strings.Trim(s, "0123456789abcdefABCDEF.:") != "" || !strings.ContainsAny(s, ".:") {
		return errors.New("use an IPv4 or IPv6 address without brackets")
	}
	return nil
}

// ownNetwork reports whether a service has a network of its own: otherwise Docker
// publishes none of its ports.
func ownNetwork(v compose.View) bool {
	mode := v.Text("network_mode")
	return mode != "host" && mode != "none" && !strings.HasPrefix(mode, "service:") && !strings.HasPrefix(mode, "container:")
}

// demanded reports whether the address has to be given when the file is used.
func demanded(port compose.Port) bool {
	address := port.Setting.Node.Get("host_ip").Text()
	if len(port.Given) == 3 {
		address = port.Given[0]
	}
	return port.AddressVariable() != "" && strings.Contains(address, "?")
}

// inherited reports whether an entry of a list comes from a service that this one
// extends, where it is reported.
func inherited(v compose.View, s compose.Setting) bool {
	for _, base := range v.Bases {
		if base.File == s.File && base.Node != nil && base.Node.Resolve().Start <= s.Node.Start && s.Node.End <= base.Node.Resolve().End {
			return true
		}
	}
	return false
}

func reportPort(p *fixer.Pass, v compose.View, port compose.Port, e exposure, project exposures, seen map[string]bool) {
	number := cmp.Or(port.Published, port.Target)
	f := fixer.Finding{
		Path:     v.Service.Path.String() + " ports[" + strings.TrimPrefix(port.Published+":", ":") + port.Target + "/" + port.Protocol + "]",
		Severity: e.severity, Evidence: e.evidence,
		Message: fmt.Sprintf("Service %q publishes port %s%s on all interfaces of the host%s", v.Name, number, e.noun, e.beside),
	}
	if written := port.Setting.Node; port.Published == "" && !strings.Contains(written.Text()+written.Get("published").Text(), "$") {
		f.Message = fmt.Sprintf("Service %q publishes port %s%s on all interfaces of the host, on a port that Docker chooses%s", v.Name, number, e.noun, e.beside)
	}
	if seen[f.Path] {
		return
	}
	seen[f.Path] = true
	switch why := unwritablePort(v, port); {
	case project.swarm && e.noun == "":
		return // how an application is reached in a cluster is not told by its port
	case project.swarm:
		f.Advice = "Remove the port if only other services of the stack connect: Swarm publishes a port on every node and takes no address. Otherwise restrict it with a firewall"
	case why != "":
		f.Advice = why
	default:
		level := e.level
		if why, ok := reasonFor(v, port.Setting, outside); ok {
			level = fixer.Manual
			f.Evidence = append(f.Evidence, why)
		}
		if f.Advice = ""; level == fixer.Manual {
			f.Advice = "Bind the port to 127.0.0.1 if only the host itself, or a reverse proxy on it, connects. Otherwise keep it, and restrict it with a firewall: Docker's rules come before those of ufw and firewalld"
		}
		f.Fixes = append(f.Fixes, loopbackFix(v, port, e, level, project))
		if e.internal && project.services > 1 && level == fixer.Review {
			f.Fixes = append(f.Fixes, unpublishFix(v, port))
		}
	}
	report(p, v, own(port.Setting), f)
}

// Words by which a comment says that clients of a port are elsewhere.
var outside = text.Regexp(`(?i)\b(public|publicly|external|externally|outside|remote|remotely|internet|lan|other (hosts|machines))\b`)

// unwritablePort says why no edit of the entry holds for the service alone, as advice.
func unwritablePort(v compose.View, port compose.Port) string {
	s := port.Setting
	switch {
	case s.File == v.File && !s.Own:
		return "Change the entry at " + placeOf(s) + ", which a merge key or an alias gives to this service"
	case s.Node.Is(yamldoc.Scalar) && port.Given == nil:
		return fmt.Sprintf("Write an address before the ports in the value of the variable that is used at %s, or in its default", placeOf(s))
	}
	return ""
}

func loopbackFix(v compose.View, port compose.Port, e exposure, level fixer.Level, project exposures) fixer.Fix {
	s := port.Setting
	number := cmp.Or(port.Published, port.Target)
	fix := fixer.Fix{
		ID:     "loopback",
		Title:  "Publish port " + number + " on 127.0.0.1 only",
		Level:  level,
		Breaks: e.clients + " on other hosts that connect to port " + number,
		Params: []fixer.Param{paramAddress},
		Verify: v.CLI() + " port " + text.ShellWord(v.Name) + " " + text.ShellWord(firstPort(port.Target)) + "\nprints an address that begins with 127.0.0.1",
	}
	if name := port.Variable(); name != "" && port.AddressVariable() == "" {
		fix.Breaks += ", and values of " + name + " that contain an address already"
	} else if project.hostInternal {
		fix.Breaks += ", and containers that connect through host.docker.internal"
	}
	doc := docOf(v, s)
	path := s.Node.Path()
	mapping, given, was := s.Node.Is(yamldoc.Mapping), port.Given, s.Node.Get("host_ip").Text()
	fix.Edit = func(d *fixer.Draft) error {
		address := d.Param("address")
		if mapping {
			d.At(s.File).YAML(doc, inPlace(v, "ports", yamldoc.Set(path.Join("host_ip"), withDefault(was, address)))...)
			return nil
		}
		if strings.Contains(address, ":") {
			address = "[" + address + "]"
		}
		parts := append([]string{"", "", ""}[len(given):], given...)
		parts[0] = withDefault(parts[0], address)
		d.At(s.File).YAML(doc, inPlace(v, "ports", yamldoc.Set(path, strings.Join(parts, ":")))...)
		return nil
	}
	return fix
}

// withDefault writes an address in place of another: in the default of the variable
// that gives it, where one does.
func withDefault(was, address string) string {
	name := compose.Setting{Node: &yamldoc.Node{Kind: yamldoc.Scalar, Value: was}}.Variable()
	if name == "" {
		return address
	}
	if e, ok := compose.EndingOf(was); ok {
		return e.Open + address + e.Close
	}
	return "${" + name + ":-" + address + "}"
}

func unpublishFix(v compose.View, port compose.Port) fixer.Fix {
	s := port.Setting
	at := s.Node.Path()
	if s.Node.Parent.Len() == 1 {
		at = at.Parent()
	}
	return fixer.Fix{
		ID:     "remove",
		Title:  "Remove the port: other services reach " + v.Name + ":" + port.Target + " without it",
		Level:  fixer.Review,
		Breaks: "Tools on this host, and clients on other hosts, that connect to port " + cmp.Or(port.Published, port.Target),
		Verify: v.CLI() + " port " + text.ShellWord(v.Name) + " " + text.ShellWord(firstPort(port.Target)) + "\nprints no address",
		Edit: func(d *fixer.Draft) error {
			d.At(s.File).YAML(docOf(v, s), inPlace(v, "ports", yamldoc.Remove(at))...)
			return nil
		},
	}
}

// firstPort is the first of a range.
func firstPort(port string) string {
	first, _, _ := strings.Cut(port, "-")
	return first
}
