package connect

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// listens finds out which ports a member listens on: those that its file declares,
// else those that its Dockerfile exposes or its image is known to listen on.
func (b *builder) listens(m *member) {
	if m.spec != nil {
		return // it is known
	}
	m.spec = []*container.Profile{}
	if m.w == nil {
		m.spec = []*container.Profile{container.OfService(b.pass, m.view)}
		b.servicePorts(m)
	} else {
		for _, c := range m.w.Containers() {
			profile := container.OfImage(b.pass, c.Image)
			m.spec = append(m.spec, profile)
			if c.Role != kube.Init {
				b.podPorts(m, c)
			}
		}
	}
	declared := len(m.ports) > 0
	for i, profile := range m.spec {
		if m.w != nil && m.w.Containers()[i].Role != kube.App {
			continue
		}
		b.imagePorts(m, profile, declared)
	}
}

func (b *builder) servicePorts(m *member) {
	add := func(key string, list []compose.Port) {
		for _, p := range list {
			for _, n := range targets(p) {
				e := Evidence{Text: m.name + " " + key + " " + strconv.Itoa(n), Place: Place{p.Setting.File, p.Setting.Node.Line}, Source: FromPort}
				m.ports = addPort(m.ports, Port{Number: n, Protocol: protocolOf(p.Protocol), Evidence: []Evidence{e}})
			}
		}
	}
	add("ports", m.view.Ports())
	add("expose", m.view.Exposed())
}

func (b *builder) podPorts(m *member, c kube.Container) {
	for _, n := range c.Node.Get("ports").List() {
		number, ok := n.Get("containerPort").Int()
		if !ok || !validPort(int(number)) {
			continue
		}
		m.ports = addPort(m.ports, Port{
			Number: int(number), Protocol: protocolOf(n.Get("protocol").Text()), Name: n.Get("name").Text(),
			Evidence: []Evidence{{Text: m.name + " containerPort " + strconv.Itoa(int(number)), Place: Place{m.file.Path, n.Line}, Source: FromPort}},
		})
	}
	for _, key := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		for _, way := range []string{"httpGet", "tcpSocket", "grpc"} {
			port := c.Node.Get(key).Get(way).Get("port")
			if number, ok := port.Int(); ok && validPort(int(number)) {
				m.ports = addPort(m.ports, Port{Number: int(number), Protocol: "TCP", Evidence: []Evidence{{
					Text: m.name + " " + key + " " + strconv.Itoa(int(number)), Place: Place{m.file.Path, port.Line}, Source: FromProbe,
				}}})
			}
		}
	}
}

// imagePorts adds what is known of the image. What a file declares is not added to
// by what the image table says, which knows more ports than are used.
func (b *builder) imagePorts(m *member, profile *container.Profile, declared bool) {
	if profile.BuiltHere() {
		for _, p := range profile.Build.Stage.Exposes() {
			if p.Known && validPort(p.Number) && p.At != nil {
				m.ports = addPort(m.ports, Port{Number: p.Number, Protocol: protocolOf(p.Proto), Evidence: []Evidence{{
					Text: m.name + " EXPOSE " + p.Text, Place: Place{profile.Build.Path, p.At.Line}, Source: FromPort,
				}}})
			}
		}
	}
	if declared || len(m.ports) > 0 && profile.BuiltHere() {
		return
	}
	known := profile.Ports().Value
	if program := profile.Program(); profile.BuiltHere() && program != nil && program.NonRoot.Support != image.SupportApp { // the server of its base, with files of its own
		known = program.Ports
	}
	for _, p := range known {
		if p.When == nil && validPort(p.Number) && p.Last <= p.Number {
			m.ports = addPort(m.ports, Port{Number: p.Number, Protocol: protocolOf(p.Protocol), Evidence: []Evidence{{
				Text: profile.Name + " listens on " + strconv.Itoa(p.Number), Place: m.node.Places[0], Source: FromPort,
			}}})
		}
	}
}

// protocolOf is a protocol as Kubernetes writes it.
func protocolOf(s string) string {
	switch s = strings.ToUpper(s); s {
	case "UDP", "SCTP":
		return s
	}
	return "TCP"
}

// targets are the ports in the container that an entry names: each of a range, of a long
// one the first and the last.
func targets(p compose.Port) []int {
	first, last, ok := p.Range()
	switch {
	case !ok:
		return nil
	case last-first > 16:
		return []int{first, last}
	}
	var out []int
	for n := first; n <= last; n++ {
		out = append(out, n)
	}
	return out
}
