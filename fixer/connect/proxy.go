package connect

import (
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// A reverse proxy of Docker reads from its socket which containers ask to be reached by
// way of it, and at which port: the connection stands with the service that it ends at.

// A proxyKind is a way to ask for that.
type proxyKind struct {
	image string // what the name of the image of such a proxy holds
	asked func(m *member, v compose.View) (asking, bool)
}

// An asking is what a service says of the connection that it wants.
type asking struct {
	port  int // 0 where it does not say
	what  string
	place Place
}

var proxyKinds = []proxyKind{
	{"traefik", traefikLabel},
	{"nginx-proxy", virtualHost},
	{"caddy-docker-proxy", func(_ *member, v compose.View) (asking, bool) { return labelAsking(v, caddyLabel(), caddyLabel()) }},
	{"caddy-gen", func(_ *member, v compose.View) (asking, bool) { return labelAsking(v, genLabel(), genPort()) }},
}

var (
	traefikPort = text.Regexp(`^traefik\.(?:http|tcp|udp)\.services\.[^.]+\.loadbalancer\.server\.port$|^traefik\.(?:[a-z0-9-]+\.)?port$`)
	traefikAny  = text.Regexp(`^traefik\.(?:enable$|http\.routers\.|tcp\.routers\.|udp\.routers\.|frontend\.)`)
	caddyLabel  = text.Regexp(`^caddy(?:_\d+)?\.(?:[\w*/-]+\.)*(?:\d+_)?reverse_proxy$`)
	genLabel    = text.Regexp(`^virtual\.host$`)
	genPort     = text.Regexp(`^virtual\.port$`)
	upstreams   = text.Regexp(`^\{\{\s*upstreams\s+(?:https?\s+)?(\d+)\s*\}\}$`)
)

// proxied adds the connections of a reverse proxy to the services that ask for them.
func (b *builder) proxied(m *member) {
	if !readsSocket(m.view) {
		return
	}
	name := b.imageOf(m)
	i := slices.IndexFunc(proxyKinds, func(k proxyKind) bool { return strings.Contains(name, k.image) })
	if i < 0 {
		return
	}
	all := b.services()
	for _, t := range all {
		if t == m || t.node.HostNetwork || !b.share(m, t) || m.file != t.file && !completes(all, m, t) && !b.byName(m, t) {
			continue
		}
		b.listens(t)
		views := []compose.View{t.view}
		for _, d := range t.view.Completed() {
			views = append(views, d.View)
		}
		for _, v := range views {
			if a, ok := proxyKinds[i].asked(t, v); ok {
				sure := High
				if a.port == 0 {
					sure = Medium
				}
				b.connect(m.id, t.id, a.port, "TCP", sure, "", Evidence{m.name + " " + a.what + " → " + withPort(t.name, a.port), a.place, FromRoute})
			}
		}
	}
}

// services are those of all Compose files, in order.
func (b *builder) services() []*member {
	var out []*member
	for _, file := range slices.Sorted(maps.Keys(b.compose)) {
		found := map[string]*member{}
		for _, list := range b.compose[file] {
			for _, m := range list {
				found[m.name] = m
			}
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			out = append(out, found[name])
		}
	}
	return out
}

// completes reports whether the file of one service completes a service of the other's file:
// then both are read together. Two that only lie side by side may be two applications.
func completes(all []*member, a, c *member) bool {
	return slices.ContainsFunc(all, func(m *member) bool {
		return m.file == a.file && slices.Contains(m.files(), c.file.Path) || m.file == c.file && slices.Contains(m.files(), a.file.Path)
	})
}

// byName reports whether two services are on a network that is the same for all files.
func (b *builder) byName(a, c *member) bool {
	for key := range b.networked(a).networks {
		if _, ok := b.networked(c).networks[key]; ok && strings.HasPrefix(key, "named ") {
			return true
		}
	}
	return false
}

// engineAddress is one that the Docker daemon, or a proxy of its socket, listens on.
var engineAddress = text.Regexp(`tcp://[^\s"']+:237[56]\b`)

// readsSocket reports whether a service can ask the Docker daemon which containers run:
// through its socket, or by its address.
func readsSocket(v compose.View) bool {
	for _, key := range []string{"command", "entrypoint"} {
		n := v.Setting(key).Node
		if engineAddress().MatchString(n.Text() + " " + strings.Join(n.Texts(), " ")) {
			return true
		}
	}
	return slices.ContainsFunc(v.Mounts(), func(m compose.Mount) bool { return strings.HasSuffix(m.Source, "docker.sock") }) ||
		slices.ContainsFunc(v.Pairs("environment"), func(p compose.Pair) bool { return p.Name == "DOCKER_HOST" })
}

// imageOf is the name of the image of a service, or of that which its Dockerfile begins
// with.
func (b *builder) imageOf(m *member) string {
	if build, ok := b.pass.Topology().ServiceBuild(m.view); ok {
		return build.Stage.Root().Image
	}
	name, _ := m.view.ImageName()
	return name
}

// traefikLabel reads the labels of Traefik, of version 1 too.
func traefikLabel(_ *member, v compose.View) (asking, bool) {
	for _, p := range v.Pairs("labels") {
		if p.Name == "traefik.enable" && strings.Trim(p.Value, `"' `) == "false" {
			return asking{}, false
		}
	}
	return labelAsking(v, traefikAny(), traefikPort())
}

// labelAsking finds the label that gives the port, else the first that asks at all.
func labelAsking(v compose.View, wanted, port *text.Pattern) (asking, bool) {
	var out asking
	found := false
	for _, p := range v.Pairs("labels") {
		value, _ := compose.Expand(strings.Trim(p.Value, `"' `))
		if number := upstreams().FindStringSubmatch(value); number != nil {
			value = number[1]
		}
		here := asking{what: "label " + p.Name, place: Place{p.File, p.Node.Line}}
		switch {
		case port.MatchString(p.Name) && isPort(value):
			here.port = atoi(value)
			return here, true
		case wanted.MatchString(p.Name) && !found:
			out, found = here, true
		}
	}
	return out, found
}

// virtualHost reads the variables of nginx-proxy. It takes the port that is asked for,
// else the only one that is exposed, else 80.
func virtualHost(m *member, v compose.View) (asking, bool) {
	var out asking
	found := false
	for _, p := range v.Pairs("environment") {
		switch value, _ := compose.Expand(p.Value); {
		case p.Name == "VIRTUAL_HOST":
			found, out.what, out.place = true, "env VIRTUAL_HOST", Place{p.File, p.Node.Line}
		case p.Name == "VIRTUAL_PORT" && isPort(value):
			out.port = atoi(value)
		}
	}
	if out.port == 0 {
		if out.port = (&Node{Ports: m.ports}).onlyPort(); out.port == 0 {
			out.port = 80
		}
	}
	return out, found
}
