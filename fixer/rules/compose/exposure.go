package compose

import (
	"bytes"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

// An exposure is what it means that a port is published on all interfaces.
type exposure struct {
	severity fixer.Severity
	level    fixer.Level
	noun     string // what listens there, for the message: " of a data store"
	beside   string // what stands in front of the service
	clients  string // who connects, for what breaks
	internal bool   // other services of the project are its clients
	evidence []fixer.Evidence
}

// exposures is what the services of a file publish together.
type exposures struct {
	services     int
	edge         string // the service that takes requests from outside, "" for none
	edgeAt       string
	swarm        bool // the file is deployed to a Swarm
	hostInternal bool // some container connects to its host
}

// exposureOf looks at the services of a file together: the edge is what publishes the
// ports of HTTP, or a reverse proxy.
func exposureOf(p *fixer.Pass) exposures {
	out := exposures{swarm: isStack.Of(p), hostInternal: bytes.Contains(p.File.Data, []byte("host.docker.internal"))}
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if v.Node == nil {
			continue
		}
		out.services++
		if out.edge != "" || !ownNetwork(v) {
			continue
		}
		proxy := container.OfService(p, v).Known.Purpose() == image.PurposeProxy
		for _, port := range v.Ports() {
			if port.Everywhere() && (proxy || isWeb(port.Published)) {
				out.edge, out.edgeAt = v.Name, fmt.Sprintf("%s:%d", v.File, v.Key.Line)
			}
		}
	}
	return out
}

// inSwarm reports whether a service has settings that Swarm alone reads.
func inSwarm(v compose.View) bool {
	for _, key := range []string{"placement", "update_config", "rollback_config", "endpoint_mode", "mode"} {
		if v.Field("deploy", key).Node != nil {
			return true
		}
	}
	return false
}

func isWeb(port string) bool { return port == "80" || port == "443" }

// outsideClients are ports above 1024 of protocols whose clients come from outside and are
// no browsers, so that no web server takes their requests: SSH, STUN and TURN, ManageSieve,
// SIP, XMPP, IRC.
var outsideClients = map[int]bool{2222: true, 3478: true, 4190: true, 5060: true, 5061: true, 5222: true, 5223: true, 5269: true, 5349: true, 6697: true}

// purposes are what is said of a port by what its image is for.
var purposes = map[image.Purpose]struct {
	noun, says string
	severity   fixer.Severity
}{
	image.PurposeData:       {" of a data store", "keeps data for other services", fixer.High},
	image.PurposeConsole:    {" of an admin tool", "is a user interface for the data of other services", fixer.Medium},
	image.PurposeManagement: {" of a container management tool", "administers containers", fixer.Medium},
	image.PurposeMonitor:    {" of a monitoring tool", "is a monitoring tool", fixer.Medium},
}

// of says what it means that a service publishes a port on all interfaces. ok is false
// where it is meant to.
func (x exposures) of(p *fixer.Pass, v compose.View, port compose.Port) (e exposure, ok bool) {
	const clients = "Clients"
	profile := container.OfService(p, v)
	target, _, _ := port.Range()
	purpose := profile.Known.Purpose()
	known := purposes[purpose]
	listens := fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(port.Setting)}
	switch {
	case known.noun != "":
		source := fixer.Evidence{Kind: fixer.FromTable, Text: profile.Known.Ref.Familiar() + " " + known.says}
		return exposure{severity: known.severity, level: fixer.Review, noun: known.noun, clients: clients, internal: purpose == image.PurposeData, evidence: []fixer.Evidence{source}}, true
	case purpose == image.PurposeProxy:
		return e, false
	case container.Debugs(target) != "" && (profile.Entry == nil || profile.BuiltHere()):
		listens.Text = fmt.Sprintf("Port %d is the usual port of the %s debugger", target, container.Debugs(target))
		return exposure{severity: fixer.High, level: fixer.Review, noun: " of a debugger", clients: "Debuggers", evidence: []fixer.Evidence{listens}}, true
	case container.ServesData(target) != "" && !isWeb(port.Published):
		listens.Text = fmt.Sprintf("Port %d is the usual port of %s", target, container.ServesData(target))
		return exposure{severity: fixer.High, level: fixer.Review, noun: " of a data store", clients: clients, internal: true, evidence: []fixer.Evidence{listens}}, true
	case port.Protocol != "tcp" || isWeb(port.Published) || target < 1024 && !isWeb(port.Target) || outsideClients[target]:
		return e, false // clients of these protocols are outside
	case x.edge != "" && x.edge != v.Name:
		listens.Place, listens.Text = x.edgeAt, fmt.Sprintf("Service %q takes the requests from outside", x.edge)
		return exposure{severity: fixer.Low, level: fixer.Review, beside: fmt.Sprintf(", beside %q", x.edge), clients: "Browsers and clients", internal: true, evidence: []fixer.Evidence{listens}}, true
	}
	return exposure{severity: fixer.Low, level: fixer.Manual, clients: "Browsers and clients"}, true
}
