package connect

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// talksInService reads all that a Compose service says of its connections, with each of
// the files that complete it, too: compose.prod.yaml.
func (b *builder) talksInService(m *member) {
	b.talksInView(m, m.view)
	for _, d := range m.view.Completed() {
		b.talksInView(m, d.View)
	}
	b.proxied(m)
	b.published(m)
}

func (b *builder) talksInView(m *member, v compose.View) {
	vars := variables{}
	known := b.dotEnv(path.Dir(v.File))
	expand := func(text string) string { text, _ = compose.Expand(known(text)); return text }
	for _, pair := range v.Pairs("environment") {
		if !pair.Given {
			continue
		}
		value, certain := compose.Expand(known(pair.Value))
		vars.add(variable{name: pair.Name, value: value, raw: pair.Value, certain: certain, source: FromEnv, place: Place{pair.File, pair.Node.Line}})
	}
	environmentFiles(b, v, &vars)
	imageVariables(m.spec[0], &vars)
	b.sayVariables(m, vars)

	for _, key := range []string{"entrypoint", "command"} {
		s := v.Setting(key)
		b.sayCommand(m, key, FromCommand, wordsOf(s.Node, s.File, expand))
	}
	if s := v.Field("healthcheck", "test"); s.Node != nil {
		b.sayCommand(m, "healthcheck", FromProbe, wordsOf(s.Node, s.File, expand))
	}
	b.dependencies(m, v)
	b.mountedFiles(m, v)
}

// dependencies reads depends_on and links: connections without a port, of which
// nothing else may tell. A service that has to have ended is not talked to.
func (b *builder) dependencies(m *member, v compose.View) {
	for _, pair := range v.Pairs("depends_on") {
		condition := pair.Node.Get("condition").Text()
		if condition == "service_completed_successfully" {
			continue
		}
		if b.takesLogs(m, v, pair.Name) {
			continue
		}
		sure := Low
		if condition == "service_healthy" {
			sure = Medium
		}
		b.depends(m, pair.Name, sure, "depends_on", Place{pair.File, pair.Node.KeyOrSelf().Line})
	}
	for _, s := range v.List("links") {
		text, _ := compose.Expand(s.Node.Text())
		name, _, _ := strings.Cut(text, ":")
		b.depends(m, name, Medium, "links", Place{s.File, s.Node.Line})
	}
	for _, s := range v.List("external_links") {
		text, _ := compose.Expand(s.Node.Text())
		name, _, _ := strings.Cut(text, ":")
		b.connect(m.id, b.external(name), 0, "TCP", Medium, "", Evidence{m.name + " external_links → " + name, Place{s.File, s.Node.Line}, FromDependsOn})
	}
}

// takesLogs reports whether a service that another one waits for takes its logs: Docker
// sends them there from outside, by a published port.
func (b *builder) takesLogs(m *member, v compose.View, name string) bool {
	port := logPorts[v.Field("logging", "driver").Node.Text()]
	found, _ := b.called(m, strings.ToLower(name))
	return port != 0 && slices.ContainsFunc(found, func(t *member) bool {
		return slices.ContainsFunc(t.view.Ports(), func(p compose.Port) bool { return slices.Contains(targets(p), port) })
	})
}

// logPorts are the ports to which drivers send logs, where they send them somewhere.
var logPorts = map[string]int{"fluentd": 24224, "gelf": 12201, "syslog": 514, "splunk": 8088}

func (b *builder) depends(m *member, name string, sure Confidence, what string, at Place) {
	found, _ := b.called(m, strings.ToLower(name))
	for _, t := range found {
		if t == m || !b.share(m, t) {
			continue
		}
		b.connect(m.id, t.id, 0, "TCP", sure, "", Evidence{m.name + " " + what + " → " + t.name, at, FromDependsOn})
	}
}

// published reads the ports that others than the services of the file reach.
func (b *builder) published(m *member) {
	for _, p := range m.view.Ports() {
		for _, n := range targets(p) {
			from, route := b.outsider(Internet, Outside, "internet"), Published
			if isHere(p.Address) && !p.Everywhere() {
				from, route = b.outsider(Host, Outside, "Docker host"), Loopback
			}
			b.connect(from, m.id, n, protocolOf(p.Protocol), High, route, Evidence{m.name + " ports " + strconv.Itoa(n), Place{p.Setting.File, p.Setting.Node.Line}, FromPort})
		}
	}
	if m.node.HostNetwork {
		s := m.view.Setting("network_mode")
		e := Evidence{m.name + " network_mode host", Place{s.File, s.Node.Line}, FromPort}
		if len(m.ports) == 0 {
			b.connect(b.outsider(Internet, Outside, "internet"), m.id, 0, "TCP", Medium, HostNetwork, e)
		}
		for _, p := range m.ports {
			b.connect(b.outsider(Internet, Outside, "internet"), m.id, p.Number, p.Protocol, Medium, HostNetwork, e)
		}
	}
}

// mountedFiles reads the configuration files that a service is given: configs of the
// file, and files of the repository that it mounts.
func (b *builder) mountedFiles(m *member, v compose.View) {
	for _, s := range v.List("configs") {
		name := s.Node.Text()
		if name == "" {
			name = s.Node.Get("source").Text()
		}
		d := v.Definition("configs", name)
		if content := d.Node.Get("content"); content.Text() != "" {
			text, _ := compose.Expand(content.Text())
			b.sayConfig(m, name, textOf(content, text, d.File))
		}
		if at := d.Node.Get("file").Text(); at != "" {
			b.sayFile(m, path.Join(path.Dir(d.File), at))
		}
	}
	for _, mount := range v.Mounts() {
		if strings.HasPrefix(mount.Source, ".") {
			b.sayFiles(m, path.Join(path.Dir(mount.Setting.File), mount.Source), mount.Target)
		}
	}
}

// sayFiles reads a file of the repository, or those that lie in a directory.
func (b *builder) sayFiles(m *member, at, target string) {
	if b.pass.Snapshot.File(at) != nil {
		b.sayFile(m, at)
		return
	}
	if !compose.HoldsConfiguration(target) {
		return
	}
	for _, file := range b.settingsFiles()[at] {
		b.sayFile(m, file)
	}
}

// settingsFiles returns the configuration files of servers in a snapshot by their directory,
// sorted.
func settingsFiles(snap *fixer.Snapshot) func() map[string][]string {
	return sync.OnceValue(func() map[string][]string {
		out := map[string][]string{}
		for f := range snap.Files() {
			if isSettings(f) {
				dir := path.Dir(f.Path)
				out[dir] = append(out[dir], f.Path)
			}
		}
		return out
	})
}

func isSettings(f *fixer.File) bool {
	return f.Data != nil && f.Kind == fixer.Project && compose.IsConfiguration(f.Path)
}

// sayFile reads a file where it is the configuration of a server. A directory that is
// mounted may hold much besides: the Dockerfile, the Compose file itself, package.json.
func (b *builder) sayFile(m *member, at string) {
	if f := b.pass.Snapshot.File(at); f != nil && isSettings(f) {
		b.sayConfig(m, path.Base(at), configText{text: string(f.Data), file: at, line: 1})
	}
}

// textOf is a text in a YAML file with the line where it begins.
func textOf(n *yamldoc.Node, text, file string) configText {
	line := n.Line
	if r := n.Resolve(); r != nil && (r.Style == yamldoc.Literal || r.Style == yamldoc.Folded) {
		line++
	}
	return configText{text: text, file: file, line: line}
}
