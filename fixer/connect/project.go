package connect

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// readCompose makes the services of all Compose files members. A service that only
// completes one of another file is part of that one.
func (b *builder) readCompose() {
	b.compose, b.answering = map[string]map[string][]*member{}, map[string][]*member{}
	for f := range b.pass.Snapshot.Files() {
		if f.Skip != nil || f.Compose == nil {
			continue
		}
		for _, v := range b.pass.Topology().Compose().Views(f.Path) {
			if v.Completes || v.Partial && v.Text("image") == "" && !v.IsBuilt() {
				continue
			}
			m := &member{id: ID("compose:" + f.Path + "#" + v.Name), name: v.Name, view: v, file: f, dir: path.Dir(f.Path)}
			m.networks = serviceNetworks(v)
			m.node = &Node{ID: m.id, Kind: Service, Name: v.Name, View: v, Places: []Place{{f.Path, v.Key.Line}}}
			m.node.HostNetwork = v.Text("network_mode") == "host"
			b.members = append(b.members, m)
			b.name(f.Path, m)
		}
	}
}

// name notes the names that the containers of a service answer to.
func (b *builder) name(file string, m *member) {
	byName := b.compose[file]
	if byName == nil {
		byName = map[string][]*member{}
		b.compose[file] = byName
	}
	names := []string{m.name, m.view.Text("container_name"), m.view.Text("hostname")}
	for _, pair := range m.view.Pairs("networks") {
		names = append(names, pair.Node.Get("aliases").Texts()...)
	}
	for _, name := range names {
		name = strings.ToLower(name)
		if name != "" && !slices.Contains(byName[name], m) {
			byName[name] = append(byName[name], m)
			b.answering[name] = append(b.answering[name], m)
		}
	}
}

// serviceNetworks returns the networks that a service is on by what they are to all
// files of the repository: one that is external, or has a name of its own, is the
// same wherever it is named.
func serviceNetworks(v compose.View) map[string]string {
	out := map[string]string{}
	if v.Text("network_mode") != "" {
		return out
	}
	for _, pair := range v.Pairs("networks") {
		out[networkKey(v, pair.Name)] = pair.Name
	}
	if len(out) == 0 {
		out[networkKey(v, "default")] = "default"
	}
	return out
}

func networkKey(v compose.View, name string) string {
	n := v.Definition("networks", name).Node
	real, _ := compose.Expand(n.Get("name").Text())
	if real == "" {
		real, _ = compose.Expand(n.Get("external").Get("name").Text())
	}
	if outside, _ := n.Get("external").Bool(); outside && real == "" {
		real = name
	}
	if real != "" {
		return "named " + real
	}
	return name
}

// share reports whether two services can reach each other: the networks of Compose
// are an upper bound of who talks to whom.
func (b *builder) share(a, c *member) bool {
	a, c = b.networked(a), b.networked(c)
	if a == c || a.node.HostNetwork || c.node.HostNetwork {
		return true
	}
	for key := range a.networks {
		if _, ok := c.networks[key]; ok && (a.file == c.file || strings.HasPrefix(key, "named ") || b.together(a, c)) {
			return true
		}
	}
	return false
}

// maxJoined bounds how far services are followed that join each other's network.
const maxJoined = 8

// networked is the service whose network a service has: its own, or that of one
// that it joins.
func (b *builder) networked(m *member) *member {
	if known := m.joined.Load(); known != nil {
		return known
	}
	first := m
	for range maxJoined {
		name, joins := strings.CutPrefix(m.view.Text("network_mode"), "service:")
		if !joins {
			break
		}
		others := b.compose[m.view.File][name]
		if len(others) == 0 {
			break
		}
		m = others[0]
	}
	first.joined.Store(m)
	return m
}

// together reports whether the files of two services are loaded as one project.
func (b *builder) together(a, c *member) bool {
	return slices.Contains(a.files(), c.view.File) || slices.Contains(c.files(), a.view.File) || path.Dir(a.view.File) == path.Dir(c.view.File)
}

// files are those that a service is loaded with, and those that complete it.
func (m *member) files() []string {
	out := m.view.Files()
	for _, d := range m.view.Completed() {
		out = append(out, d.By.File)
	}
	return out
}

// names of the machine that Docker runs on, as its containers see it.
var hostNames = map[string]bool{"host.docker.internal": true, "gateway.docker.internal": true, "docker.for.mac.localhost": true, "docker.for.win.localhost": true, "host.containers.internal": true, "172.17.0.1": true}

// resolveInProject finds out what a host is to a Compose service.
func (b *builder) resolveInProject(m *member, a address) resolution {
	found, weak := b.called(m, a.host)
	if len(found) == 0 {
		if hostNames[a.host] || b.extraHost(m, a.host) == "host-gateway" {
			return resolution{targets: []target{{to: b.outsider(Host, Outside, "Docker host"), port: portOrDefault(a), protocol: "TCP"}}}
		}
		if ip := b.extraHost(m, a.host); ip != "" {
			return resolution{away: a.host}
		}
		return noAnswer(a.host, "service")
	}
	var r resolution
	apart := false
	for _, t := range found {
		switch {
		case t == m:
			r.self = len(found) == 1
		case !b.share(m, t):
			apart = true
		default:
			b.listens(t)
			r.targets = append(r.targets, target{t.id, t.portFor(a), "TCP"})
		}
	}
	if r.weak = weak || len(r.targets) > 1; len(r.targets) == 0 && apart {
		r.why = m.name + " and " + found[0].name + " share no network"
	}
	return r
}

func portOrDefault(a address) int {
	if a.port != 0 {
		return a.port
	}
	return defaultPort(a.scheme)
}

// portFor is the port that an address leads to: its own, that of its scheme where
// the service has it, or the only one of the service.
func (m *member) portFor(a address) int {
	if a.port != 0 {
		return a.port
	}
	scheme, listens := defaultPort(a.scheme), &Node{Ports: m.ports}
	if len(m.ports) == 0 || slices.ContainsFunc(m.ports, func(p Port) bool { return p.Number == scheme }) {
		return scheme
	}
	return listens.onlyPort()
}

// called returns the services that answer to a name: those of links and of the
// service's own file, else those of files that are loaded with it, else those of
// another project on a network of both. weak says that it is none of the first.
func (b *builder) called(m *member, host string) (found []*member, weak bool) {
	for _, s := range m.view.List("links") {
		text, _ := compose.Expand(s.Node.Text())
		if name, alias, ok := strings.Cut(text, ":"); ok && strings.EqualFold(alias, host) {
			return b.compose[m.view.File][strings.ToLower(name)], false
		}
	}
	for _, file := range m.files() {
		if found := b.compose[file][host]; len(found) > 0 {
			return found, false
		}
	}
	for _, main := range compose.MainNames {
		if found := b.compose[path.Join(m.dir, main)][host]; len(found) > 0 {
			return found, true
		}
	}
	for _, other := range b.answering[host] {
		if other.file != m.file && b.share(m, other) {
			found = append(found, other)
		}
	}
	return found, true
}

// extraHost is the address that a service gives to a name, "" for none.
func (b *builder) extraHost(m *member, host string) string {
	for _, pair := range m.view.Pairs("extra_hosts") {
		name, ip := pair.Name, pair.Value
		if !pair.Given { // name:address, in a list
			name, ip, _ = strings.Cut(pair.Name, ":")
		}
		if strings.EqualFold(name, host) {
			return ip
		}
	}
	return ""
}
